export { DEFAULT_LIMITS } from './base/limits.js';
export { createHub } from './hub.js';
export { pgliteSource } from './sources/pglite.js';
export { postgresSource } from './sources/postgres.js';
