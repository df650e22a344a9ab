/** @typedef {import('./subscriber.js').Subscriber} Subscriber */

/** @type {ReadonlySet<Subscriber>} */
const NOBODY = new Set();

/** Who hears of which scope. A scope without subscribers takes no memory. */
export class Subscriptions {
  /** @type {Map<string, Set<Subscriber>>} */
  #byScope = new Map();

  /** @returns {number} scopes that somebody hears of */
  get size() {
    return this.#byScope.size;
  }

  /** @param {Subscriber} subscriber @param {Iterable<string>} scopes */
  add(subscriber, scopes) {
    for (const scope of scopes) {
      const subscribers = this.#byScope.get(scope);
      if (subscribers) subscribers.add(subscriber);
      else this.#byScope.set(scope, new Set([subscriber]));
    }
  }

  /** @param {Subscriber} subscriber @param {Iterable<string>} scopes */
  remove(subscriber, scopes) {
    for (const scope of scopes) {
      const subscribers = this.#byScope.get(scope);
      subscribers?.delete(subscriber);
      if (subscribers?.size === 0) this.#byScope.delete(scope);
    }
  }

  /**
   * @param {string[]} scopes
   * @returns {ReadonlySet<Subscriber>} each once, however many of the scopes it hears of. Removing a
   *   subscriber while going through it is allowed.
   */
  subscribers(scopes) {
    if (scopes.length === 1) return this.#byScope.get(scopes[0]) ?? NOBODY;
    const all = new Set();
    for (const scope of scopes) {
      for (const subscriber of this.#byScope.get(scope) ?? []) all.add(subscriber);
    }
    return all;
  }
}
