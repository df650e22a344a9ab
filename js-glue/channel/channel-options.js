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
    throw new TypeError(`transport is ${String(transport)}; allowed: 'websocket', 'events'`);
  }
  const scheme = SCHEMES[transport];
  const address = () => fullUrl(typeof url === 'function' ? url() : url, scheme);
  address();
  if (ticket !== undefined) checkTicket(ticket);
  checkScopes(scopes);
  if (transport === 'websocket' && typeof WebSocket !== 'function') {
    throw new TypeError('There is no WebSocket here; pass one: connect({ …, WebSocket })');
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
    throw new TypeError('ticket is no function; allowed: () => Promise<string>, or none');
  }
}

/** @param {unknown} scopes */
export function checkScopes(scopes) {
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    throw new TypeError("scopes are no list of names; allowed: ['project:9', …]");
  }
}

/** @param {NonNullable<GivenOptions['backoff']>} backoff @param {boolean} ticket */
function streamOptions(backoff, ticket) {
  const { base = 500, cap = 20000, maxAttempts = 0, jitter = true } = backoff;
  for (const [name, value] of Object.entries({ base, cap, maxAttempts })) {
    if (typeof value !== 'number' || !(value >= 0) || value === Infinity) {
      throw new TypeError(`backoff.${name} is ${String(value)}; allowed: a number from 0 on`);
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
    `url is ${String(url)}; allowed: '${scheme}s://example.com/live', a path of this page, or a function`,
  );
}
