import assert from 'node:assert/strict';
import { WebSocket } from 'ws';

export const ORIGIN = 'https://app.example';
const DEADLINE_MS = 5_000;

/**
 * A frame from the hub; tests look at the fields they are about.
 *
 * @typedef {Record<string, any>} Frame
 */

/** A WebSocket client that knows nothing of the protocol but that frames are JSON. */
export class Client {
  /** @type {Frame[]} */
  #inbox = [];
  /** @type {((frame: Frame) => void)[]} */
  #waiting = [];

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    /** Sizes in bytes of all frames received. */
    this.sizes = /** @type {number[]} */ ([]);
    /** Types of frames that the test is not about. */
    this.passedOver = /** @type {Set<string>} */ (new Set());
    socket.on('message', (bytes) => {
      this.sizes.push(/** @type {Buffer} */ (bytes).length);
      const frame = JSON.parse(bytes.toString());
      if (this.passedOver.has(frame.type)) return;
      const waiter = this.#waiting.shift();
      if (waiter) waiter(frame);
      else this.#inbox.push(frame);
    });
    /** @type {Promise<{ code: number, reason: string }>} */
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => {});
  }

  /** @param {unknown} frame text and bytes go out as they are, anything else as JSON */
  send(frame) {
    const asIs = typeof frame === 'string' || Buffer.isBuffer(frame);
    this.socket.send(asIs ? frame : JSON.stringify(frame));
  }

  /** @returns {Promise<Frame>} the next frame, in the order in which they came */
  next() {
    const frame = this.#inbox.shift();
    if (frame) return Promise.resolve(frame);
    return withDeadline('a frame', new Promise((resolve) => void this.#waiting.push(resolve)));
  }

  /** @param {string} type @returns {Promise<Frame>} the next of that type; those before it are gone */
  async nextOf(type) {
    let frame = await this.next();
    while (frame.type !== type) frame = await this.next();
    return frame;
  }

  /** @param {number} count @returns {Promise<Frame[]>} */
  async take(count) {
    const frames = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /** @returns {Promise<{ code: number, reason: string }>} */
  whenClosed() {
    return withDeadline('the close', this.closed);
  }

  /**
   * @param {string[]} scopes
   * @param {{ epoch: string, seq: number } | null} [resume]
   * @returns {Promise<Frame>} the answer, which must be the next frame
   */
  async subscribe(scopes, resume = null) {
    this.send({ type: 'subscribe', scopes, resume });
    const frame = await this.next();
    assert.equal(frame.type, 'subscribed');
    return frame;
  }
}

/**
 * @param {string} url
 * @param {{ origin?: string | null }} [options] null sends no Origin header
 * @returns {Promise<Client>} rejects with `status` and `body` if the upgrade is refused
 */
export function connect(url, { origin = ORIGIN } = {}) {
  const socket = new WebSocket(url, origin === null ? {} : { origin });
  const client = new Client(socket);
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(client));
    socket.on('error', reject);
    socket.on('unexpected-response', async (_request, response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      reject(Object.assign(new Error('refused'), { status: response.statusCode, body }));
    });
  });
}

/**
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function withDeadline(what, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`${what} did not come within ${DEADLINE_MS} ms`);
    timer = setTimeout(() => reject(error), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks again and again until it holds, for what raises no event on this side.
 *
 * @param {string} what
 * @param {() => boolean | Promise<boolean>} holds
 */
export async function eventually(what, holds) {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
