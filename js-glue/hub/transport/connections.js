import { CLOSE } from '../base/protocol.js';
import { Connection } from './connection.js';

/** The sockets of one hub. */
export class Connections {
  /** @type {Set<Connection>} */
  #open = new Set();
  /** @type {(() => void) | null} */
  #onEmpty = null;

  /** @param {import('./connection.js').Shared} shared */
  constructor(shared) {
    this.shared = shared;
  }

  get size() {
    return this.#open.size;
  }

  /**
   * @param {import('./connection.js').Socket} socket
   * @param {import('./write-batch.js').Corkable} stream that the socket writes to
   * @param {string} address with room for one more
   */
  adopt(socket, stream, address) {
    this.shared.counters.upgrades += 1;
    const connection = new Connection(socket, stream, address, this.shared, () => {
      this.#open.delete(connection);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
    this.#open.add(connection);
  }

  /** @param {string} reason see Subscriber.startOver */
  startOver(reason) {
    for (const { subscriber } of this.#open) subscriber?.startOver(reason);
  }

  /** Tells all of them whether the hub hears; see Connection.ping. */
  ping() {
    for (const connection of this.#open) connection.ping();
  }

  /** @param {(peer: import('../index.js').HubPeer) => boolean} predicate */
  disconnect(predicate) {
    let cut = 0;
    for (const connection of this.#open) {
      const { user, subscriber } = connection;
      if (!predicate({ user, scopes: subscriber?.scopes ?? [] })) continue;
      connection.terminate();
      cut += 1;
    }
    return cut;
  }

  /** Bytes that wait for their readers. */
  get bufferedBytes() {
    let bytes = 0;
    for (const { socket } of this.#open) bytes += socket.bufferedAmount;
    return bytes;
  }

  /**
   * Resolves when every socket is closed. None may be adopted any more.
   *
   * @param {string | null} goodbye a frame for those who signed in; they come back as it says
   */
  async closeAll(goodbye) {
    if (this.#open.size === 0) return;
    const empty = new Promise((resolve) => {
      this.#onEmpty = () => resolve(undefined);
    });
    const code = goodbye === null ? CLOSE.goingAway : CLOSE.serviceRestart;
    for (const connection of this.#open) {
      if (goodbye !== null) connection.send(goodbye);
      connection.close(code, 'hub is closing');
    }
    await empty;
  }
}
