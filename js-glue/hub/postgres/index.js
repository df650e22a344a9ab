export { changeTriggers } from './triggers.js';
