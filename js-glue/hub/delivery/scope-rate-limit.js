const WINDOW_MS = 1_000;

/**
 * `heardAt` is in the clock's milliseconds.
 *
 * @typedef {import('./change.js').RoutedChange & { heardAt: number, fromSource: boolean }} HeardChange
 */

/**
 * Holds back what a scope says beyond `perSecond` changes, and says at the end of the second that
 * all of this scope changed: nothing is lost, and no client is drowned.
 */
export class ScopeRateLimit {
  /** @type {Map<string, number>} scope → changes in this second */
  #told = new Map();
  /** When the second began. */
  #since = 0;
  /** @type {unknown} runs while a second is being counted */
  #timer;

  /**
   * @param {object} options
   * @param {import('../index.js').HubClock} options.clock
   * @param {number} options.perSecond
   * @param {(change: HeardChange) => void} options.pass
   */
  constructor({ clock, perSecond, pass }) {
    this.clock = clock;
    this.perSecond = perSecond;
    this.pass = pass;
  }

  /** @param {HeardChange} change passed on now, for those of its scopes that are not flooded */
  take(change) {
    if (this.#told.size === 0) {
      this.#since = change.heardAt;
      this.#timer = this.clock.setTimeout(() => this.end(), WINDOW_MS);
    }
    const open = change.scopes.filter((scope) => this.#count(scope) <= this.perSecond);
    if (open.length === change.scopes.length) this.pass(change);
    else if (open.length > 0) this.pass({ ...change, scopes: open });
  }

  /** Ends the second now, and says what was held back. */
  end() {
    this.clock.clearTimeout(this.#timer);
    const flooded = [...this.#told].filter(([, count]) => count > this.perSecond);
    this.#told.clear();
    for (const [scope] of flooded) {
      this.pass({ scopes: [scope], data: null, heardAt: this.#since, fromSource: false });
    }
  }

  /** @param {string} scope @returns {number} changes of this second with this one */
  #count(scope) {
    const count = (this.#told.get(scope) ?? 0) + 1;
    this.#told.set(scope, count);
    return count;
  }
}
