import { EventEmitter } from 'node:events';
import { CLOSE, positionOf } from '../base/protocol.js';

/** Why a connection was closed before its first frame was out, as a status. @type {Readonly<Record<number, number>>} */
const STATUS = Object.freeze({
  [CLOSE.protocolError]: 400,
  [CLOSE.notSignedIn]: 401,
  [CLOSE.tooManyMessages]: 429,
});
const UNAVAILABLE = 503;

/** @type {WeakSet<import('node:net').Socket>} those that carry a stream */
const carrying = new WeakSet();

/**
 * A response of Server-Sent Events that looks to a Connection like a WebSocket whose client signed
 * in, subscribed, and answers every ping: what it has to say is all in the request.
 *
 * It lives exactly as long as the TCP connection. A response is no measure: behind an unfinished one
 * it has no socket, and then neither closes nor can be destroyed.
 */
export class SseSocket extends EventEmitter {
  #socket;
  #response;
  /** Frames of before the answer began; null since. @type {string[] | null} */
  #waiting = [];

  /**
   * A stream has no end that another answer could follow, so one connection carries one. The
   * connection of a client that asks for more, or has gone, is destroyed.
   *
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @returns {SseSocket | null}
   */
  static open({ socket }, response) {
    if (socket.destroyed || carrying.has(socket)) {
      socket.destroy();
      return null;
    }
    carrying.add(socket);
    return new SseSocket(socket, response);
  }

  /**
   * @param {import('node:net').Socket} socket
   * @param {import('node:http').ServerResponse} response
   */
  constructor(socket, response) {
    super();
    this.#socket = socket;
    this.#response = response;
    response.setHeader('Connection', 'close');
    response.on('error', (error) => this.emit('error', error));
    socket.once('close', () => this.emit('close'));
  }

  get bufferedAmount() {
    return this.#response.writableLength;
  }

  /**
   * Says what the request says.
   *
   * @param {{ ticket: string, scopes: string[], resume: import('../index.js').HubPosition | null }} request
   */
  begin({ ticket, scopes, resume }) {
    this.emit('request', { type: 'auth', v: 1, ticket });
    this.emit('request', { type: 'subscribe', scopes, resume });
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

  /** @param {number} code @param {string} reason */
  close(code, reason) {
    if (this.#waiting === null) {
      this.#response.end();
      return;
    }
    this.#waiting = null;
    this.#response.writeHead(STATUS[code] ?? UNAVAILABLE, { 'Tidemark-Reason': reason }).end();
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
    this.#socket.destroy();
  }

  /** @param {string} frame of one line */
  #write(frame) {
    const position = positionOf(frame);
    const id = position ? `id: ${position}\n` : '';
    // What the network took is the only sign of life that a client of this kind can give.
    this.#response.write(`${id}data: ${frame}\n\n`, () => this.emit('heard'));
  }
}
