import { ConnectionQuota } from './connection-quota.js';
import { createTicket, hashTicket, ticketsFull, userKey } from './tickets.js';

/** @typedef {import('../index.js').HubUser} HubUser */

/**
 * Tickets that any hub of a backplane takes, whichever gave them out; each still once. They are kept
 * there alone; counted here are those on their way, which take memory while the backplane stalls.
 */
export class SharedTickets {
  #waiting;

  /**
   * @param {object} options
   * @param {number} options.count on their way
   * @param {number} options.perUser there, and on their way
   * @param {number} options.ageMs
   * @param {(user: string, count: number) => void} options.discarded see Tickets
   * @param {import('../index.js').HubBackplane} options.backplane
   */
  constructor({ count, perUser, ageMs, discarded, backplane }) {
    this.count = count;
    this.ageMs = ageMs;
    this.discarded = discarded;
    this.backplane = backplane;
    this.#waiting = new ConnectionQuota(perUser);
  }

  get size() {
    return this.#waiting.size;
  }

  /**
   * @param {HubUser} user
   * @throws {Error} with code TIDEMARK_TICKETS_FULL when too many are on their way
   */
  issue(user) {
    const text = encodeUser(user);
    const owner = userKey(user);
    if (this.#waiting.size >= this.count) throw ticketsFull('tickets', this.count);
    if (!this.#waiting.take(owner)) throw ticketsFull('ticketsPerUser', this.#waiting.most);
    const ticket = createTicket();
    void this.#keep(hashTicket(ticket), text, owner);
    return ticket;
  }

  /** @param {string} hash @param {string} text @param {string} owner */
  async #keep(hash, text, owner) {
    const share = { owner: hashTicket(owner), count: this.#waiting.most };
    try {
      const discarded = await this.backplane.keepTicket(hash, text, this.ageMs, share);
      if (discarded) this.discarded(owner, discarded);
    } catch {
      // It is not found then, and the client asks for another one.
    } finally {
      this.#waiting.leave(owner);
    }
  }

  /** @param {string} ticket @returns {Promise<HubUser | null>} */
  async redeem(ticket) {
    const user = await this.backplane.takeTicket(hashTicket(ticket));
    return user === null ? null : JSON.parse(user);
  }
}

/**
 * @param {HubUser} user
 * @returns {string} JSON
 * @throws {TypeError} when no user, or another one, would be read from it
 */
function encodeUser(user) {
  const text = JSON.stringify(user, refuseBigInt);
  userKey(JSON.parse(text ?? 'null'));
  return text;
}

/** @param {string} name @param {unknown} value */
function refuseBigInt(name, value) {
  if (typeof value !== 'bigint') return value;
  throw new TypeError(
    `user must be JSON, as the hubs share it; got the BigInt ${value}n as ${name}`,
  );
}
