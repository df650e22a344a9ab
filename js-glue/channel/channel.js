import { Subscribable } from '../runtime/subscribable.js';

/** @import { StreamClient } from './stream-client.js' */
/** @import { StreamStatus } from '../types/channel.js' */

/**
 * What an app holds of its client's connection to the stream of changes.
 *
 * @extends {Subscribable<[status: StreamStatus]>}
 */
export class Channel extends Subscribable {
  #host;

  /** @param {StreamClient} host */
  constructor(host) {
    super();
    this.#host = host;
  }

  get #isOpen() {
    return this.#host.channel === this;
  }

  get status() {
    return this.#isOpen ? this.#host.status : 'stopped';
  }

  get error() {
    return this.#isOpen ? this.#host.error : null;
  }

  /** For the driver, at the end of the turn. */
  deliver() {
    this.emit(this.status);
  }

  /**
   * Hears of these parts of the stream from now on, and of no others.
   *
   * @param {readonly string[]} scopes
   */
  setScopes(scopes) {
    this.#mustBeOpen();
    this.#host.setScopes(scopes);
  }

  /**
   * Gets its tickets in another way, from the next connection on.
   *
   * @param {() => string | Promise<string>} ticket
   */
  setTicket(ticket) {
    this.#mustBeOpen();
    this.#host.setTicket(ticket);
  }

  /** Connects anew, at once; also after the stream stopped. */
  reconnect() {
    this.#mustBeOpen();
    this.#host.restart();
  }

  /** Disconnects for good; the client may then connect again. A second call does nothing. */
  close() {
    if (this.#isOpen) this.#host.close();
  }

  #mustBeOpen() {
    if (!this.#isOpen) throw new Error('This channel is closed; connect() opens another one.');
  }
}
