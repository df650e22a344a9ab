import { Connection } from './connection.js';
import { CLOSE } from './protocol.js';

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

  /** @param {import('ws').WebSocket} socket */
  adopt(socket) {
    this.shared.counters.upgrades += 1;
    const connection = new Connection(socket, this.shared, () => {
      this.#open.delete(connection);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
    this.#open.add(connection);
  }

  /** @param {string} reason see Subscriber.startOver */
  startOver(reason) {
    for (const { subscriber } of this.#open) subscriber?.startOver(reason);
  }

  /** @param {(peer: import('./index.js').HubPeer) => boolean} predicate */
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

  /** Resolves when every socket is closed. None may be adopted any more. */
  async closeAll() {
    if (this.#open.size === 0) return;
    const empty = new Promise((resolve) => {
      this.#onEmpty = () => resolve(undefined);
    });
    for (const connection of this.#open) connection.close(CLOSE.goingAway, 'hub is closing');
    await empty;
  }
}
