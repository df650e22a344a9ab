import { argumentError, describeValue } from '../runtime/argument-error.js';

/** @import { ChannelOptions as GivenOptions } from '../types/channel.js' */

/** @typedef {new (url: string) => WebSocket} SocketClass */

/**
 * @typedef {object} ChannelOptions
 * @property {() => string} url
 * @property {(() => string | Promise<string>) | undefined} ticket
 * @property {readonly string[]} scopes parts of the stream to hear of
 * @property {'websocket' | 'events'} transport
 * @property {SocketClass} WebSocket
 * @property {typeof globalThis.fetch} fetch
 * @property {number} messageBytes longest frame that the core takes
 * @property {{ backoffBase: number, backoffCap: number, maxAttempts: number, jitter: boolean,
 *   ticket: boolean }} stream what the core is told
 */

/** Of an address, without the s. @type {Readonly<Record<string, string>>} */
const SCHEMES = Object.freeze({ websocket: 'ws', events: 'http' });

/**
 * The options of `connect`, checked.
 *
 * @param {GivenOptions} options
 * @param {number} messageBytes
 * @returns {ChannelOptions}
 * @throws {TypeError} naming what is wrong and what is allowed
 */
export function channelOptions(options, messageBytes) {
  const { url, ticket, scopes = [], backoff = {}, transport = 'websocket' } = options ?? {};
  // A class of another library may say its type in another way.
  const WebSocket = /** @type {SocketClass} */ (options?.WebSocket ?? globalThis.WebSocket);
  if (!Object.hasOwn(SCHEMES, transport)) {
    throw argumentError('transport', "'websocket' or 'events'", transport);
  }
  const scheme = SCHEMES[transport];
  const address = () => fullUrl(typeof url === 'function' ? url() : url, scheme);
  address();
  if (ticket !== undefined) checkTicket(ticket);
  checkScopes(scopes);
  if (transport === 'websocket' && typeof WebSocket !== 'function') {
    throw new TypeError('This platform has no WebSocket; pass one: connect({ …, WebSocket })');
  }
  return {
    url: address,
    ticket,
    scopes: [...scopes],
    transport,
    WebSocket,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    messageBytes,
    stream: streamOptions(backoff, ticket !== undefined),
  };
}

/** @param {unknown} ticket */
export function checkTicket(ticket) {
  if (typeof ticket !== 'function') {
    throw argumentError('ticket', 'a function that returns a string or a promise of one', ticket);
  }
}

/** @param {unknown} scopes */
export function checkScopes(scopes) {
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    throw argumentError('scopes', "an array of strings, such as ['project:9']", scopes);
  }
}

/** @param {NonNullable<GivenOptions['backoff']>} backoff @param {boolean} ticket */
function streamOptions(backoff, ticket) {
  const { base = 500, cap = 20000, maxAttempts = 0, jitter = true } = backoff;
  for (const [name, value] of Object.entries({ base, cap, maxAttempts })) {
    if (typeof value !== 'number' || !(value >= 0) || value === Infinity) {
      throw argumentError(`backoff.${name}`, 'a finite number >= 0', value);
    }
  }
  return { backoffBase: base, backoffCap: cap, maxAttempts, jitter: jitter !== false, ticket };
}

/**
 * A whole address: http becomes ws for a socket, and ws http for events; a path is taken from the page.
 *
 * @param {unknown} url
 * @param {string} scheme without its s
 */
function fullUrl(url, scheme) {
  try {
    const full = new URL(String(url), globalThis.location?.href);
    full.protocol = full.protocol.replace(/^(http|ws)/, scheme);
    if (url && /^(http|ws)s?:$/.test(full.protocol)) return full.href;
  } catch {
    // Said below.
  }
  throw new TypeError(
    `url must be an address such as '${scheme}s://example.com/live', a path, or a function; ` +
      `got ${url instanceof URL ? url.href : describeValue(url)}`,
  );
}
