import { Close, Effect, Frame, StreamStatus as StreamState } from '../engine/codes.js';
import { streamStatusName } from '../engine/stream-status.js';
import { statusOf } from '../errors/error-kind.js';
import { describeValue } from '../runtime/argument-error.js';
import { report } from '../runtime/environment.js';
import { asText, isA, member } from '../runtime/member.js';
import { Subscribable } from '../runtime/subscribable.js';
import { Channel } from './channel.js';
import { channelOptions, checkScopes, checkTicket } from './channel-options.js';
import { ConnectionHints } from './connection-hints.js';
import { Inbox } from './inbox.js';
import { openSse } from './sse-transport.js';
import { ABNORMAL_CLOSURE, openSocket } from './websocket.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from '../client/query-client.js' */
/** @import { ChannelOptions } from './channel-options.js' */
/** @import { ChannelOptions as GivenOptions, StreamStatus } from '../types/channel.js' */

const NORMAL_CLOSURE = 1000;
const TOO_LARGE = 1009;

/** What a server says by closing a connection. @type {Readonly<Record<number, string>>} */
const REASONS = Object.freeze({
  [TOO_LARGE]: 'the server refused a message as too long',
  [Close.PROTOCOL_ERROR]: 'the server does not support this protocol',
  [Close.NOT_SIGNED_IN]: 'sign-in failed: the ticket is missing, unknown, expired or already used',
  [Close.FORBIDDEN]: 'the server refused this connection',
});

/**
 * A client's side of the stream: opens, feeds and closes sockets as the core says, and knows the
 * status. When to connect, what to resume from and how long to wait is the core's.
 *
 * @extends {Subscribable<[status: StreamStatus]>}
 */
export class StreamClient extends Subscribable {
  status = streamStatusName(StreamState.STOPPED);
  /** Why it is not live, as was said last; until it is. @type {Error | null} */
  error = null;
  /** @type {Channel | null} */
  channel = null;
  #client;
  /** @type {ChannelOptions | null} */
  #options = null;
  /** By the core's number. @type {Map<number, { send(frame: object): void, close(code: number): void }>} */
  #sockets = new Map();
  /** Of the socket that asked last: an earlier one may be answered after it, for another user. */
  #ticket = { socket: 0, text: '' };
  #hints = new ConnectionHints();

  /** @param {QueryClient} client */
  constructor(client) {
    super();
    this.#client = client;
  }

  /** @param {GivenOptions} options */
  connect(options) {
    if (this.channel) {
      throw new Error(
        'This client already has a channel: close() it before calling connect() again.',
      );
    }
    this.#options = channelOptions(options, this.#client.messageBytes);
    this.#hints.begins(options);
    this.error = null;
    const channel = new Channel(this);
    this.channel = channel;
    this.#client.mount();
    try {
      this.start();
    } catch (error) {
      this.close();
      throw error;
    }
    return channel;
  }

  /** Begins to connect, or begins again. */
  start() {
    this.#client.driver.apply((engine, now) => this.rebuild(engine, now));
  }

  stop() {
    this.#client.driver.apply((engine, now) => engine.disconnect(now));
  }

  /** Connects anew, at once: no attempt that failed. */
  restart() {
    this.stop();
    this.start();
  }

  /** @param {readonly string[]} scopes */
  setScopes(scopes) {
    const options = this.#options;
    if (!options) return;
    checkScopes(scopes);
    this.#client.driver.apply((engine, now) => {
      engine.scopes(scopes, now);
      options.scopes = [...scopes];
    });
  }

  /** @param {() => string | Promise<string>} ticket */
  setTicket(ticket) {
    checkTicket(ticket);
    if (!this.#options?.ticket) {
      throw new TypeError(
        'This channel was opened without a ticket; close() it and connect() with one.',
      );
    }
    this.#options.ticket = ticket;
  }

  close() {
    this.stop();
    this.channel = null;
    this.#ticket = { socket: 0, text: '' };
    this.#client.unmount();
  }

  /** Nothing of the user is left: neither a channel nor a ticket, nor the way to get one. */
  signOut() {
    if (this.channel) this.close();
    this.#options = null;
    this.error = null;
  }

  /**
   * Tells an engine to connect, if this client has a channel.
   *
   * @param {Engine} engine
   * @param {number} now
   */
  rebuild(engine, now) {
    for (const socket of this.#sockets.values()) socket.close(1000);
    this.#sockets.clear();
    if (!this.channel || !this.#options) return;
    this.#client.getQueryCache().fill();
    engine.scopes(this.#options.scopes, now);
    engine.connect(this.#options.stream, now);
  }

  /**
   * @param {number} type Effect, of the stream
   * @param {number} id the socket
   * @param {number} flags
   */
  perform(type, id, flags) {
    if (type === Effect.TICKET) this.#getTicket(id);
    else if (type === Effect.OPEN) this.#open(id);
    else if (type === Effect.SEND) this.#sockets.get(id)?.send(this.#frame(flags));
    else if (type === Effect.CLOSE) this.#close(id, flags);
    else if (type === Effect.STATUS) this.#setStatus(streamStatusName(flags));
  }

  /** The core gave up. */
  refused() {
    this.error ??= new Error('all attempts to connect failed (backoff.maxAttempts)');
  }

  /** For the driver, at the end of the turn. */
  deliver() {
    this.emit(this.status);
  }

  /** @param {StreamStatus} status */
  #setStatus(status) {
    this.status = status;
    if (status === 'live') {
      this.error = null;
      this.#hints.live();
    }
    this.#client.driver.notify(this);
    if (this.channel) this.#client.driver.notify(this.channel);
  }

  /** @param {number} id */
  async #getTicket(id) {
    const { driver } = this.#client;
    this.#ticket = { socket: id, text: '' };
    try {
      const ticket = await this.#options?.ticket?.();
      if (typeof ticket !== 'string' || ticket === '') {
        throw Object.assign(
          new TypeError(
            `ticket() must resolve to a string that is not empty; got ${describeValue(ticket)}`,
          ),
          { forGood: true },
        );
      }
      if (this.#ticket.socket !== id) return;
      this.#ticket.text = ticket;
      driver.applyOnce((engine, now) => engine.ticketReady(id, now));
    } catch (thrown) {
      if (this.#ticket.socket !== id) return;
      this.error = asError(thrown);
      this.#hints.noTicket(this.error);
      const isRefused = [401, 403].includes(statusOf(thrown) ?? 0);
      const forGood = isRefused || member(thrown, 'forGood') === true;
      driver.applyOnce((engine, now) => engine.ticketFailed(id, forGood, now));
    }
  }

  /** @param {number} id */
  #open(id) {
    const { driver } = this.#client;
    const options = this.#options;
    if (!options) return;
    this.#hints.tries(options, this.error);
    let isOpen = false;
    const closed = (/** @type {number} */ code, reason = '') => {
      this.#sockets.delete(id);
      this.error = closeError(code, reason) ?? this.error;
      driver.applyOnce((engine, now) => engine.socketClosed(id, code, now));
    };
    const inbox = new Inbox((/** @type {string[]} */ texts) => {
      try {
        this.#client.optionFunctions.ask();
        driver.applyOnce((engine, now) => {
          for (const text of texts) engine.socketText(id, text, now);
        });
      } catch (error) {
        // A frame was not taken. To connect anew is to ask for it again.
        report(error);
        this.#sockets.get(id)?.close(NORMAL_CLOSURE);
        closed(NORMAL_CLOSURE);
      }
    }, this.#client.environment.queueTask);
    const on = {
      opened: () => {
        isOpen = true;
        driver.applyOnce((engine, now) => engine.socketOpened(id, now));
      },
      text: (/** @type {string} */ text) => inbox.put(text),
      closed: (/** @type {number} */ code, /** @type {string | undefined} */ reason) => {
        inbox.flush();
        if (!isOpen && code === ABNORMAL_CLOSURE) this.#hints.neverOpened(options);
        closed(code, reason);
      },
      isNoStream: (/** @type {Response} */ response) => this.#hints.noStream(options, response),
      moved: () => this.restart(),
    };
    const socket =
      options.transport === 'events'
        ? openSse(options, on, () => this.#subscription())
        : openSocket(options, on);
    this.#sockets.set(id, socket);
  }

  /** @param {number} id @param {number} code */
  #close(id, code) {
    this.#sockets.get(id)?.close(code);
    this.#sockets.delete(id);
  }

  /** @param {number} kind Frame */
  #frame(kind) {
    if (kind === Frame.AUTH) return { type: 'auth', v: 1, ticket: this.#ticket.text };
    if (kind === Frame.PONG) return { type: 'pong' };
    return { type: 'subscribe', ...this.#subscription() };
  }

  #subscription() {
    const resume = this.#client.driver.ask((engine) => engine.streamPosition());
    return { scopes: this.#options?.scopes ?? [], resume };
  }
}

/**
 * @param {number} code
 * @param {string} reason in the server's words, such as the limit that was reached; or ''
 * @returns {Error | null}
 */
function closeError(code, reason) {
  const what = REASONS[code] ?? (reason && 'the server closed the connection');
  return what ? new Error(`${what} (${code})${reason && `: ${reason}`}`) : null;
}

/** @param {unknown} thrown by `ticket`: an error, or the response that has none @returns {Error} */
function asError(thrown) {
  if (isA(thrown, Error)) return thrown;
  const status = statusOf(thrown);
  const why = status === undefined ? asText(thrown) : `the server answered with status ${status}`;
  return new Error(`could not get a ticket: ${why}`, { cause: thrown });
}
