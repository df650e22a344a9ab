import { createTicket, hashTicket, userKey } from './tickets.js';

/** @typedef {import('../index.js').HubUser} HubUser */

/**
 * Tickets that any hub of a backplane takes, whichever gave them out; each still once. They are kept
 * there alone, and so not counted here: this hub does not hear of those that another one takes.
 */
export class SharedTickets {
  size = 0;

  /** @param {{ ageMs: number, backplane: import('../index.js').HubBackplane }} options */
  constructor({ ageMs, backplane }) {
    this.ageMs = ageMs;
    this.backplane = backplane;
  }

  /** @param {HubUser} user */
  issue(user) {
    const text = encodeUser(user);
    const ticket = createTicket();
    this.backplane.keepTicket(hashTicket(ticket), text, this.ageMs);
    return ticket;
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
