import { isDevelopment } from '../runtime/environment.js';
import { onlineManager } from '../runtime/online-manager.js';

/** @import { ChannelOptions } from './channel-options.js' */

/** Failed connections in a row before the hint: after so many, one more will hardly become live. */
const TRIES = 3;

/** The usual reason why a page does not reach its hub. */
const PROXY =
  'If you use a dev server, its proxy must forward this path, including upgrades ' +
  "(Vite: server: { proxy: { '/tidemark': { target: 'http://localhost:3000', ws: true } } }).";

/**
 * Warns in development, once for each reason, that the client receives no changes, and says what to do: the
 * page itself shows no sign of it.
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
      'connect() got a ticket but no scopes, so the client receives no changes. ' +
        "Pass scopes: ['project:9', …], or [] if you call setScopes() later.",
    );
  }

  live() {
    this.#wasLive = true;
  }

  /** @param {Error} error */
  noTicket({ message }) {
    this.#say(
      'ticket',
      `the client could not get a ticket, so it receives no changes (${message}). ticket() must resolve to ` +
        'the string that hub.issueTicket(user) returns. Check that the user is signed in and that the route exists.',
    );
  }

  /** A connection ended before it was open. @param {ChannelOptions} options */
  neverOpened(options) {
    if (this.#wasLive) return; // the server is restarted
    this.#say(
      'address',
      `the client could not connect to ${address(options)}, so it receives no changes. Either no server ` +
        `listens there, or it is not a hub. ${PROXY}`,
    );
  }

  /** @param {ChannelOptions} options @param {Response} response */
  noStream(options, { status, headers }) {
    const type = headers.get('content-type') ?? 'no content type';
    this.#say(
      'address',
      `${address(options)} answered with status ${status} and ${type} instead of an event stream, so the client ` +
        `receives no changes: the server is not a hub. ${PROXY}`,
    );
  }

  /** A connection is opened. @param {ChannelOptions} options @param {Error | null} error of the one before */
  tries(options, error) {
    this.#tries += 1;
    if (this.#wasLive || this.#tries <= TRIES || this.#said.has('address')) return;
    const why = error?.message ?? 'each closed before the server confirmed the subscription';
    this.#say(
      'never live',
      `${TRIES} connections to ${address(options)} never became live, so the client receives no changes: ${why}. The ` +
        'server must answer auth with hello and subscribe with subscribed. A proxy must not buffer or end the stream.',
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
