import { createHash, randomBytes } from 'node:crypto';

/** @typedef {import('../index.js').HubUser} HubUser */

/**
 * Tickets that were given out and not used yet. Only their hashes are kept, so neither a memory
 * dump nor the time a look-up takes tells a valid one.
 */
export class Tickets {
  /** @type {Map<string, { user: HubUser, expires: number }>} hash → …, first to expire first */
  #issued = new Map();

  /** @param {{ now: () => number, count: number, ageMs: number }} options */
  constructor({ now, count, ageMs }) {
    this.now = now;
    this.count = count;
    this.ageMs = ageMs;
  }

  /** @returns {number} tickets not used and not yet swept */
  get size() {
    return this.#issued.size;
  }

  /**
   * @param {HubUser} user
   * @throws {Error} with code TIDEMARK_TICKETS_FULL when too many are outstanding
   */
  issue(user) {
    this.#sweep();
    if (this.#issued.size >= this.count) {
      const error = new Error(
        `${this.count} tickets are outstanding; limits.tickets allows no more`,
      );
      throw Object.assign(error, { code: 'TIDEMARK_TICKETS_FULL' });
    }
    const ticket = createTicket();
    this.#issued.set(hashTicket(ticket), { user, expires: this.now() + this.ageMs });
    return ticket;
  }

  /**
   * Takes the ticket: a second call with the same one finds nothing.
   *
   * @param {string} ticket
   * @returns {Promise<HubUser | null>} rejects if it cannot be known now whether the ticket is good
   */
  async redeem(ticket) {
    this.#sweep();
    const key = hashTicket(ticket);
    const found = this.#issued.get(key);
    this.#issued.delete(key);
    return found ? found.user : null;
  }

  /** All live equally long, so the expired ones are at the front. */
  #sweep() {
    for (const [key, { expires }] of this.#issued) {
      if (expires > this.now()) return;
      this.#issued.delete(key);
    }
  }
}

/** @returns {string} 43 characters, letters, digits, - and _ */
export function createTicket() {
  return randomBytes(32).toString('base64url');
}

/** @param {string} ticket */
export function hashTicket(ticket) {
  return createHash('sha256').update(ticket).digest('base64');
}

/**
 * What makes two sockets the same user's.
 *
 * @param {HubUser} user
 * @returns {string}
 * @throws {TypeError} when it is neither a string, a number, nor an object with such an `id`
 */
export function userKey(user) {
  const id = typeof user === 'object' && user !== null ? user.id : user;
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  throw new TypeError(
    `user must be a string, a number, or an object with an id that is one; got ${describe(id)}`,
  );
}

/** @param {unknown} id */
function describe(id) {
  return typeof id === 'bigint' ? `the BigInt ${id}n` : `an id that is ${typeof id}`;
}
