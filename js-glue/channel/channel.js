/** @import { StreamHost } from './stream-host.js' */

/** What an app holds of its client's connection to the stream of changes. */
export class Channel {
  #host;

  /** @param {StreamHost} host */
  constructor(host) {
    this.#host = host;
    this.subscribe = this.subscribe.bind(this);
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

  /**
   * @param {(status: string) => void} listener called when the status has changed
   * @returns {() => void} takes the listener off again
   */
  subscribe(listener) {
    return this.#host.subscribe(listener);
  }

  /** Connects anew, at once; also after the stream stopped. */
  reconnect() {
    if (!this.#isOpen) throw new Error('This channel is closed; connect() gives another one.');
    this.#host.stop();
    this.#host.start();
  }

  /** Disconnects for good; the client may then connect again. A second call does nothing. */
  close() {
    if (this.#isOpen) this.#host.close();
  }
}
