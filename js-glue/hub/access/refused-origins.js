import { printable } from './refusals.js';

const TOLD = 10;

/** Tells the operator which origins were answered 403: neither browser nor page says why. */
export class RefusedOrigins {
  /** @type {Set<string>} */
  #told = new Set();

  /** @param {ReadonlySet<string>} allowed @param {(message: string) => void} onWarning */
  constructor(allowed, onWarning) {
    this.allowed = allowed;
    this.onWarning = onWarning;
  }

  /**
   * Each is told once, and no more than a few: anybody can send any.
   *
   * @param {import('node:http').IncomingMessage} request
   */
  tell({ headers: { origin } }) {
    const name = origin === undefined ? 'no Origin' : `the Origin ${printable(origin)}`;
    if (this.#told.size >= TOLD || this.#told.has(name)) return;
    this.#told.add(name);
    const allowed = [...this.allowed].join(', ');
    this.onWarning(`tidemark hub: answered 403 to a request with ${name}; origins are ${allowed}`);
  }
}
