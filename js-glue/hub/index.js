export { createHub } from './hub.js';
export { DEFAULT_LIMITS } from './limits.js';
export { pgliteSource } from './sources/pglite.js';
export { postgresSource } from './sources/postgres.js';
