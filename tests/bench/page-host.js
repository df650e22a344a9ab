import { host } from './host.js';

/** @type {any} */ (globalThis).benchHost = host;
