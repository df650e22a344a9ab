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
 * @throws {TypeError} when no user would be read from it
 */
function encodeUser(user) {
  const text = JSON.stringify(user);
  userKey(JSON.parse(text ?? 'null'));
  return text;
}
