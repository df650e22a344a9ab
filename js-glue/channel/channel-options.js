/**
 * @typedef {object} ChannelOptions
 * @property {() => string} url
 * @property {(() => string | Promise<string>) | undefined} ticket
 * @property {readonly string[]} scopes parts of the stream to hear of
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {{ backoffBase: number, backoffCap: number, maxAttempts: number, jitter: boolean,
 *   ticket: boolean }} stream what the core is told
 */

/**
 * The options of `connect`, checked.
 *
 * @param {any} options
 * @returns {ChannelOptions}
 * @throws {TypeError} naming what is wrong and what is allowed
 */
export function channelOptions(options) {
  const { url, ticket, scopes = [], backoff = {} } = options ?? {};
  const WebSocket = options?.WebSocket ?? globalThis.WebSocket;
  if (typeof url === 'function') socketUrl(url());
  else socketUrl(url);
  if (ticket !== undefined) checkTicket(ticket);
  checkScopes(scopes);
  if (typeof WebSocket !== 'function') {
    throw new TypeError('There is no WebSocket here; pass one: connect({ …, WebSocket })');
  }
  return {
    url: () => socketUrl(typeof url === 'function' ? url() : url),
    ticket,
    scopes: [...scopes],
    WebSocket,
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

/** @param {any} backoff @param {boolean} ticket */
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
 * An address for a socket: http becomes ws, a path is taken from the page.
 *
 * @param {unknown} url
 */
function socketUrl(url) {
  try {
    const full = new URL(String(url), globalThis.location?.href);
    full.protocol = full.protocol.replace(/^http/, 'ws');
    if (url && /^wss?:$/.test(full.protocol)) return full.href;
  } catch {
    // Said below.
  }
  throw new TypeError(
    `url is ${String(url)}; allowed: 'wss://example.com/live', a path of this page, or a function`,
  );
}
