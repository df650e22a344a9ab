import { createHash, randomBytes } from 'node:crypto';

/** @typedef {import('../index.js').HubUser} HubUser */

/**
 * Tickets that were given out and not used yet. Only their hashes are kept, so neither a memory
 * dump nor the time a look-up takes tells a valid one.
 */
export class Tickets {
  /** @type {Map<string, { user: HubUser, expires: number }>} hash → …, first to expire first */
  #issued = new Map();
  /** @type {Map<string, Set<string>>} user → hashes, oldest first */
  #byUser = new Map();

  /**
   * @param {object} options
   * @param {() => number} options.now
   * @param {number} options.count of all users
   * @param {number} options.perUser
   * @param {number} options.ageMs
   * @param {(user: string, count: number) => void} options.discarded told of a user's that went
   *   before their time
   */
  constructor({ now, count, perUser, ageMs, discarded }) {
    this.now = now;
    this.count = count;
    this.perUser = perUser;
    this.ageMs = ageMs;
    this.discarded = discarded;
  }

  /** @returns {number} tickets not used and not yet swept */
  get size() {
    return this.#issued.size;
  }

  /**
   * The oldest of a user who has too many is no longer good: it is refused to nobody else, and to
   * this user least of all the one who asks now.
   *
   * @param {HubUser} user
   * @throws {Error} with code TIDEMARK_TICKETS_FULL when too many are outstanding
   */
  issue(user) {
    this.#sweep();
    const owner = userKey(user);
    const own = this.#byUser.get(owner) ?? new Set();
    for (const oldest of own) {
      if (own.size < this.perUser) break;
      this.#remove(oldest);
      this.discarded(owner, 1);
    }
    if (this.#issued.size >= this.count) throw ticketsFull('tickets', this.count);
    const ticket = createTicket();
    const hash = hashTicket(ticket);
    this.#issued.set(hash, { user, expires: this.now() + this.ageMs });
    this.#byUser.set(owner, own.add(hash));
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
    const hash = hashTicket(ticket);
    const found = this.#issued.get(hash);
    if (!found) return null;
    this.#remove(hash);
    return found.user;
  }

  /** All live equally long, so the expired ones are at the front. */
  #sweep() {
    for (const [hash, { expires }] of this.#issued) {
      if (expires > this.now()) return;
      this.#remove(hash);
    }
  }

  /** @param {string} hash of one that is there */
  #remove(hash) {
    const { user } = /** @type {{ user: HubUser }} */ (this.#issued.get(hash));
    this.#issued.delete(hash);
    const own = this.#byUser.get(userKey(user));
    own?.delete(hash);
    if (own?.size === 0) this.#byUser.delete(userKey(user));
  }
}

/**
 * @param {'tickets' | 'ticketsPerUser'} limit
 * @param {number} count
 * @returns {Error} that HTTP frameworks answer as 429
 */
export function ticketsFull(limit, count) {
  const error = new Error(
    `limits.${limit} is reached: ${count} tickets are neither used nor expired`,
  );
  return Object.assign(error, { code: 'TIDEMARK_TICKETS_FULL', statusCode: 429 });
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
