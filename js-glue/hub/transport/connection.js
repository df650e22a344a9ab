import { FrameRateLimit } from '../access/frame-rate-limit.js';
import { userKey } from '../access/tickets.js';
import {
  CLOSE,
  decodeClientFrame,
  decodeMessage,
  ENVELOPE_BYTES,
  encodeHello,
  encodePing,
} from '../base/protocol.js';
import { Subscriber } from '../delivery/subscriber.js';
import { Liveness } from './liveness.js';

/** No more is gathered within a turn: what could have left must not look like a slow reader's. */
const GATHERED_BYTES = 64 * 1024;

/**
 * What all connections of one hub share.
 *
 * @typedef {import('../delivery/subscriber.js').Stream & {
 *   tickets: import('../access/tickets.js').Tickets | import('../access/shared-tickets.js').SharedTickets,
 *   seats: import('../access/connection-quota.js').ConnectionQuota,
 *   addresses: import('../access/connection-quota.js').ConnectionQuota,
 *   refusals: import('../access/refusals.js').Refusals,
 *   corks: import('./write-batch.js').WriteBatch,
 *   hearing: { now: boolean },
 * }} Shared
 */

/**
 * What a connection needs of a socket.
 *
 * @typedef {import('node:events').EventEmitter & {
 *   readonly bufferedAmount: number,
 *   send(frame: string | Buffer, options: { binary: boolean }): void,
 *   close(code: number, reason: string): void,
 *   terminate(): void,
 *   pause?(): void,
 *   resume?(): void,
 * }} Socket
 */

/**
 * One client's socket: a WebSocket, or an SseSocket.
 *
 *   greeting ──auth──> open ──┐
 *      └── no auth in time ───┴──> closing ──peer answers, or closeMs──> closed
 *
 * From `closing` on nothing is read or sent, and no timer but the last one runs.
 */
export class Connection {
  /** @type {'greeting' | 'open' | 'closing' | 'closed'} */
  #state = 'greeting';
  /** @type {Subscriber | null} */
  #subscriber = null;
  /** @type {Liveness | null} */
  #liveness = null;
  #rate;
  /**
   * Frames that came while the ticket was being checked; null before `auth` and after.
   *
   * @type {import('../base/protocol.js').ClientFrame[] | null}
   */
  #held = null;
  #heldBytes = 0;
  /** Frames that wait for their turn. */
  #waiting = 0;
  /** @type {unknown} the one that ends `greeting`, then the one that ends `closing` */
  #timer;

  /**
   * @param {Socket} socket
   * @param {import('./write-batch.js').Corkable} stream that the socket writes to
   * @param {string} address takes a share of it until the sign-in
   * @param {Shared} shared
   * @param {() => void} onClosed
   */
  constructor(socket, stream, address, shared, onClosed) {
    const { clock, limits } = shared;
    this.socket = socket;
    this.stream = stream;
    this.address = address;
    this.shared = shared;
    this.onClosed = onClosed;
    shared.addresses.take(address);
    this.#rate = new FrameRateLimit({
      now: () => clock.now(),
      perMinute: limits.messagesPerMinute,
    });
    this.#timer = clock.setTimeout(() => this.#giveUpGreeting(), limits.authMs);
    socket.on('message', (bytes, isBinary) => {
      this.#receive(/** @type {Buffer} */ (bytes), isBinary);
    });
    socket.on('request', (message) => this.#take(decodeMessage(message), 0));
    // Control frames cost work too, so they count as messages.
    socket.on('ping', () => this.#admit());
    socket.on('pong', () => this.#admit());
    socket.on('heard', () => this.#liveness?.heard());
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => this.#closed());
  }

  /** @returns {import('../index.js').HubUser | null} null before sign-in */
  get user() {
    return this.#subscriber?.user ?? null;
  }

  /** @returns {Subscriber | null} */
  get subscriber() {
    return this.#subscriber;
  }

  /** @param {string | Buffer} frame */
  send(frame) {
    if (this.#state !== 'open') return;
    const { counters, limits, corks } = this.shared;
    corks.hold(this.stream);
    this.socket.send(frame, { binary: false });
    counters.frames += 1;
    if (this.socket.bufferedAmount > GATHERED_BYTES) corks.release(this.stream);
    if (this.socket.bufferedAmount <= limits.bufferedBytes) return;
    counters.slowReaders += 1;
    this.close(CLOSE.tryAgainLater, this.#over('bufferedBytes', 'a slow reader'));
  }

  /** Says how far this client was told, and whether the hub hears; nothing before sign-in. */
  ping() {
    if (this.#subscriber) {
      this.send(encodePing(this.#subscriber.cursor, this.shared.hearing.now));
    }
  }

  /** @param {number} code @param {string} reason at most 123 bytes */
  close(code, reason) {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#leave();
    this.socket.close(code, reason);
  }

  /** Cuts the connection without a word, as a broken network does. */
  terminate() {
    if (this.#state === 'greeting' || this.#state === 'open') this.#leave();
    this.socket.terminate();
  }

  /**
   * Nothing more is read from a socket whose frames wait: they take memory.
   *
   * @param {Buffer} bytes
   * @param {boolean} isBinary
   */
  #receive(bytes, isBinary) {
    if (!this.#admit()) return;
    const { turns, limits } = this.shared;
    this.#waiting += 1;
    const isDone = turns.take(bytes.length, () => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.socket.resume?.();
      if (this.#state === 'closing' || this.#state === 'closed') return;
      this.#take(decodeClientFrame(bytes, isBinary, limits.scopesPerConnection), bytes.length);
    });
    if (!isDone) this.socket.pause?.();
  }

  /** @param {import('../base/protocol.js').Decoded} decoded @param {number} bytes */
  #take(decoded, bytes) {
    const { counters } = this.shared;
    if ('dropped' in decoded) {
      counters.badFrames += 1;
    } else if ('refused' in decoded) {
      this.#refuseProtocol(decoded.refused);
    } else if (this.#held !== null) {
      this.#hold(this.#held, decoded.frame, bytes);
    } else if (this.#subscriber === null) {
      this.#greet(decoded.frame).catch(() => {
        this.close(CLOSE.tryAgainLater, 'the ticket could not be checked');
      });
    } else {
      this.#serve(this.#subscriber, decoded.frame);
    }
  }

  /**
   * While the ticket is being checked, and nobody knows yet whose memory this is.
   *
   * @param {import('../base/protocol.js').ClientFrame[]} held
   * @param {import('../base/protocol.js').ClientFrame} frame
   * @param {number} bytes
   */
  #hold(held, frame, bytes) {
    const { counters, limits } = this.shared;
    this.#heldBytes += bytes;
    if (this.#heldBytes <= limits.heldBytes) {
      held.push(frame);
      return;
    }
    counters.heldTooMuch += 1;
    this.close(CLOSE.tooManyMessages, this.#over('heldBytes', 'frames before sign-in'));
  }

  /** @returns {boolean} whether this frame is to be looked at */
  #admit() {
    if (this.#state === 'closing' || this.#state === 'closed') return false;
    this.#liveness?.heard();
    if (this.#rate.take()) return true;
    this.shared.counters.tooManyMessages += 1;
    this.close(CLOSE.tooManyMessages, this.#over('messagesPerMinute', 'a message'));
    return false;
  }

  /** @param {import('../base/protocol.js').ClientFrame} frame */
  async #greet(frame) {
    const { tickets, seats, log, limits, hearing } = this.shared;
    if (frame.type !== 'auth') return this.#refuseSignIn('the first frame must be auth');
    this.#held = [];
    const user = frame.ticket === null ? null : await tickets.redeem(frame.ticket);
    if (this.#state !== 'greeting') return;
    if (user === null) return this.#refuseSignIn('the ticket is unknown, expired or already used');
    if (!seats.take(userKey(user))) return this.#refuseUser(user);
    const subscriber = this.#open(user);
    this.send(encodeHello(log.position(), limits, hearing.now));
    const held = this.#held;
    this.#held = null;
    for (const frame of held) this.#serve(subscriber, frame);
  }

  /** @param {import('../index.js').HubUser} user @returns {Subscriber} */
  #open(user) {
    const { clock, counters, limits } = this.shared;
    clock.clearTimeout(this.#timer);
    this.shared.addresses.leave(this.address);
    counters.signIns += 1;
    this.#state = 'open';
    const subscriber = new Subscriber(user, this.shared, this);
    this.#subscriber = subscriber;
    this.#liveness = new Liveness({
      clock,
      pingMs: limits.pingMs,
      slackMs: limits.slackMs,
      ping: () => this.ping(),
      dead: () => {
        counters.deadPeers += 1;
        this.terminate();
      },
    });
    return subscriber;
  }

  /** @param {Subscriber} subscriber @param {import('../base/protocol.js').ClientFrame} frame */
  #serve(subscriber, frame) {
    if (this.#state !== 'open') return;
    if (frame.type === 'subscribe') {
      const problem = this.#tooMany(frame.scopes);
      if (problem) this.#refuseProtocol(problem);
      else subscriber.subscribe(frame.scopes, frame.resume);
    } else if (frame.type !== 'pong') {
      this.shared.counters.unknownFrames += 1;
    }
  }

  /** @param {string[]} scopes @returns {string | null} */
  #tooMany(scopes) {
    const { scopesPerConnection, frameBytes } = this.shared.limits;
    if (scopes.length > scopesPerConnection) {
      return `a connection must have at most ${scopesPerConnection} scopes`;
    }
    // An error or a reset has to name them all in one frame.
    const fits = Buffer.byteLength(JSON.stringify(scopes)) <= frameBytes - ENVELOPE_BYTES;
    return fits ? null : 'the names of all scopes together are too long';
  }

  /** @param {string} reason */
  #refuseProtocol(reason) {
    this.shared.counters.protocolErrors += 1;
    this.close(CLOSE.protocolError, reason);
  }

  /** @param {import('../index.js').HubUser} user */
  #refuseUser(user) {
    const { counters, refusals } = this.shared;
    counters.refusedUsers += 1;
    const reason = refusals.tell('connectionsPerUser', `a connection of user ${userKey(user)}`);
    this.close(CLOSE.tryAgainLater, reason);
  }

  /** @param {keyof import('../index.js').HubLimits} limit @param {string} what @returns {string} */
  #over(limit, what) {
    const { user } = this;
    const whose = user === null ? `address ${this.address}` : `user ${userKey(user)}`;
    return this.shared.refusals.tell(limit, `${what} of ${whose}`);
  }

  /** A ticket that could not be checked is no bad ticket. */
  #giveUpGreeting() {
    if (this.#held === null) this.#refuseSignIn('no auth frame arrived in time');
    else this.close(CLOSE.tryAgainLater, 'the ticket could not be checked in time');
  }

  /** @param {string} reason */
  #refuseSignIn(reason) {
    this.shared.counters.refusedSignIns += 1;
    this.close(CLOSE.notSignedIn, reason);
  }

  /** @param {Error & { code?: string }} error `ws` closes the socket itself; 1009 for a large frame */
  #failed(error) {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      this.shared.counters.oversizedFrames += 1;
      this.#over('frameBytes', 'a frame');
    }
    if (this.#state === 'greeting' || this.#state === 'open') this.#leave();
  }

  /** A peer that does not answer the close frame is cut off after `closeMs`. */
  #leave() {
    const { clock, limits } = this.shared;
    this.#release();
    this.#state = 'closing';
    this.#timer = clock.setTimeout(() => this.socket.terminate(), limits.closeMs);
  }

  /** Seats are given back here and nowhere before: one that was told to go still has its socket. */
  #closed() {
    if (this.#state === 'greeting' || this.#state === 'open') this.#release();
    this.shared.clock.clearTimeout(this.#timer);
    this.#state = 'closed';
    if (this.#subscriber) this.shared.seats.leave(userKey(this.#subscriber.user));
    else this.shared.addresses.leave(this.address);
    this.onClosed();
  }

  #release() {
    this.#held = null;
    this.shared.clock.clearTimeout(this.#timer);
    this.#liveness?.stop();
    this.#subscriber?.stop();
  }
}
