const TOLD_AGAIN_MS = 60_000;
const LENGTH = 128;

/** Says which limit refused something: to the client, and to the operator once a minute. */
export class Refusals {
  /** When each limit was last warned of. @type {Map<string, number>} */
  #told = new Map();

  /**
   * @param {object} options
   * @param {() => number} options.now
   * @param {import('../index.js').HubLimits} options.limits
   * @param {(message: string) => void} options.onWarning
   */
  constructor({ now, limits, onWarning }) {
    this.now = now;
    this.limits = limits;
    this.onWarning = onWarning;
  }

  /**
   * @param {keyof import('../index.js').HubLimits} limit
   * @param {string} what it refused, and to whom
   * @returns {string} for the client, at most 123 bytes
   */
  tell(limit, what) {
    const rule = `limits.${limit} (${this.limits[limit]})`;
    const now = this.now();
    if (now - (this.#told.get(limit) ?? Number.NEGATIVE_INFINITY) >= TOLD_AGAIN_MS) {
      this.#told.set(limit, now);
      this.onWarning(`tidemark hub: ${rule} refused ${printable(what)}`);
    }
    return `over the hub's ${rule}`;
  }
}

/** @param {string} text that may hold what a client sent */
export function printable(text) {
  return text.slice(0, LENGTH).replace(/[^ -~]/g, '?');
}
