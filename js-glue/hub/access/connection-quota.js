import { userKey } from './tickets.js';

/** Counts each user's connections. */
export class ConnectionQuota {
  /** @type {Map<string, number>} */
  #taken = new Map();

  /** @param {number} perUser */
  constructor(perUser) {
    this.perUser = perUser;
  }

  /** @param {import('../index.js').HubUser} user @returns {boolean} false if none is left */
  take(user) {
    const key = userKey(user);
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.perUser) return false;
    this.#taken.set(key, taken + 1);
    return true;
  }

  /** @param {import('../index.js').HubUser} user one for whom `take` was true */
  leave(user) {
    const key = userKey(user);
    const left = (this.#taken.get(key) ?? 0) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }
}
