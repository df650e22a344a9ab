import { CLOSE } from '../base/protocol.js';

/** More than these at once are refused without a reason: saying it costs a handshake. */
const MOST = 64;

/**
 * Sockets that are let in only to be told why they are not. A page never learns the status of an
 * upgrade that was refused, but it does learn the reason of a close.
 */
export class Farewells {
  /** @type {Set<import('ws').WebSocket>} */
  #open = new Set();

  /** @param {{ clock: import('../index.js').HubClock, closeMs: number }} options */
  constructor({ clock, closeMs }) {
    this.clock = clock;
    this.closeMs = closeMs;
  }

  get hasRoom() {
    return this.#open.size < MOST;
  }

  /** @param {import('ws').WebSocket} socket @param {string} reason at most 123 bytes */
  close(socket, reason) {
    const timer = this.clock.setTimeout(() => socket.terminate(), this.closeMs);
    this.#open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.clock.clearTimeout(timer);
      this.#open.delete(socket);
    });
    socket.close(CLOSE.tryAgainLater, reason);
  }

  end() {
    for (const socket of this.#open) socket.terminate();
  }
}
