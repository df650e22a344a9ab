export { redisBackplane } from './backplane.js';
