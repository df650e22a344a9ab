import { hashTicket, Tickets, userKey } from './tickets.js';

/** @typedef {import('./index.js').HubUser} HubUser */

/** Tickets that any hub of a backplane takes, whichever gave them out; each still once. */
export class SharedTickets extends Tickets {
  /**
   * @param {{ now: () => number, count: number, ageMs: number,
   *   backplane: import('./index.js').HubBackplane }} options
   */
  constructor({ backplane, ...options }) {
    super(options);
    this.backplane = backplane;
  }

  /** @override @param {HubUser} user */
  issue(user) {
    const text = encodeUser(user);
    const ticket = super.issue(user);
    this.backplane.keepTicket(hashTicket(ticket), text, this.ageMs);
    return ticket;
  }

  /** @override @param {string} ticket @returns {Promise<HubUser | null>} */
  async redeem(ticket) {
    await super.redeem(ticket);
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
