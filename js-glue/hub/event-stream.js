import { EventEmitter } from 'node:events';
import { CLOSE, positionOf } from './protocol.js';

/** Why a connection was closed before its first frame was out, as a status. @type {Readonly<Record<number, number>>} */
const STATUS = Object.freeze({
  [CLOSE.protocolError]: 400,
  [CLOSE.notSignedIn]: 401,
  [CLOSE.tooManyMessages]: 429,
});
const UNAVAILABLE = 503;

/**
 * A response of Server-Sent Events that looks to a Connection like a WebSocket whose client signed
 * in, subscribed, and answers every ping: what it has to say is all in the request.
 */
export class EventStream extends EventEmitter {
  #response;
  /** Frames of before the answer began; null since. @type {string[] | null} */
  #waiting = [];

  /** @param {import('node:http').ServerResponse} response */
  constructor(response) {
    super();
    this.#response = response;
    response.on('close', () => this.emit('close'));
    response.on('error', (error) => this.emit('error', error));
  }

  get bufferedAmount() {
    return this.#response.writableLength;
  }

  /**
   * Says what the request says.
   *
   * @param {{ ticket: string, scopes: string[], resume: import('./index.js').HubPosition | null }} request
   */
  begin({ ticket, scopes, resume }) {
    for (const frame of [
      { type: 'auth', v: 1, ticket },
      { type: 'subscribe', scopes, resume },
    ]) {
      this.emit('message', Buffer.from(JSON.stringify(frame)), false);
    }
  }

  /** @param {string | Buffer} frame */
  send(frame) {
    if (this.#waiting === null) {
      this.#write(frame.toString());
      return;
    }
    // An objection to what was subscribed to comes within the turn, and is then the answer's status.
    if (this.#waiting.length === 0) setImmediate(() => this.#answer());
    this.#waiting.push(frame.toString());
  }

  /** @param {number} code */
  close(code) {
    if (this.#waiting === null) {
      this.#response.end();
      return;
    }
    this.#waiting = null;
    this.#response.writeHead(STATUS[code] ?? UNAVAILABLE).end();
  }

  #answer() {
    const frames = this.#waiting;
    if (frames === null) return;
    this.#waiting = null;
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // Proxies that gather a response before they pass it on are asked not to.
      'X-Accel-Buffering': 'no',
    });
    for (const frame of frames) this.#write(frame);
  }

  terminate() {
    this.#response.destroy();
  }

  /** @param {string} frame of one line */
  #write(frame) {
    const position = positionOf(frame);
    const id = position ? `id: ${position}\n` : '';
    // What the network took is the only sign of life that a client of this kind can give.
    this.#response.write(`${id}data: ${frame}\n\n`, () => this.emit('heard'));
  }
}
