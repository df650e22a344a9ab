import { isDevelopment } from '../runtime/environment.js';
import { onlineManager } from '../runtime/online-manager.js';

/** @import { ChannelOptions } from './channel-options.js' */

/** A connection that was never live after so many tries will hardly be after one more. */
const TRIES = 3;

/** Where a hub is not found, a dev server says so in its own way. */
const PROXY =
  'If a dev server stands between, its proxy must forward this path with upgrades ' +
  "(Vite: server: { proxy: { '/tidemark': { target: 'http://localhost:3000', ws: true } } }).";

/**
 * Says in development, each once, why a client hears of no change and what to do: on the page nothing
 * shows that.
 */
export class ConnectionHints {
  /** @type {Set<string>} */
  #said = new Set();
  #tries = 0;
  #wasLive = false;

  /** connect() was called. @param {{ ticket?: unknown, scopes?: unknown }} options */
  begins({ ticket, scopes }) {
    this.#tries = 0;
    this.#wasLive = false;
    if (!ticket || scopes) return; // `scopes: []` is taken as meant
    this.#say(
      'scopes',
      'connect() was given a ticket but no scopes, so nothing will be heard. ' +
        "Pass scopes: ['project:9', …], or [] if setScopes() says them later.",
    );
  }

  live() {
    this.#wasLive = true;
  }

  /** @param {Error} error */
  noTicket({ message }) {
    this.#say(
      'ticket',
      `there is no ticket, so nothing will be heard (${message}). ticket() must resolve to the text of ` +
        'hub.issueTicket(user): is somebody signed in, and does the server know that route?',
    );
  }

  /** A connection ended before it was open. @param {ChannelOptions} options */
  neverOpened(options) {
    if (this.#wasLive) return; // the server is restarted
    this.#say(
      'address',
      `no connection could be opened to ${address(options)}, so nothing will be heard: ` +
        `either nothing listens there, or what answers is no hub. ${PROXY}`,
    );
  }

  /** @param {ChannelOptions} options @param {Response} response */
  noStream(options, { status, headers }) {
    const type = headers.get('content-type') ?? 'no content type';
    this.#say(
      'address',
      `${address(options)} answers with status ${status} and ${type}, not with a stream of events, so nothing will be ` +
        `heard: what answers is no hub. ${PROXY}`,
    );
  }

  /** A connection is opened. @param {ChannelOptions} options @param {Error | null} error of the one before */
  tries(options, error) {
    this.#tries += 1;
    if (this.#wasLive || this.#tries <= TRIES || this.#said.has('address')) return;
    const why = error?.message ?? 'each ended before the server had confirmed the subscription';
    this.#say(
      'never live',
      `${TRIES} connections to ${address(options)} were never live, so nothing is heard: ${why}. The server must ` +
        'answer auth with hello and subscribe with subscribed, and no proxy between may buffer or end the stream.',
    );
  }

  /** @param {string} what @param {string} text */
  #say(what, text) {
    if (this.#said.has(what) || !onlineManager.isOnline() || !isDevelopment()) return;
    this.#said.add(what);
    console.warn(`tidemark: ${text}`);
  }
}

/** Without its query, which may be a secret. @param {ChannelOptions} options */
function address(options) {
  try {
    const { origin, protocol, host, pathname } = new URL(options.url());
    return `${origin === 'null' ? `${protocol}//${host}` : origin}${pathname}`;
  } catch {
    return 'its url';
  }
}
