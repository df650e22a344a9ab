import { STATUS_CODES } from 'node:http';
import { PathRouter } from './path-router.js';

/** Written into `origins` for clients that send no Origin header at all: programs, not browsers. */
export const NO_ORIGIN = 'no-origin';

/**
 * @param {unknown} origins
 * @returns {ReadonlySet<string>}
 * @throws {TypeError} naming the entry that could never match what a browser sends
 */
export function checkOrigins(origins) {
  if (!Array.isArray(origins) || origins.length === 0) {
    throw new TypeError(
      `origins must be an array, such as ['https://app.example']; got ${String(origins)}`,
    );
  }
  for (const origin of origins) {
    if (origin === NO_ORIGIN) continue;
    if (!isHttpOrigin(origin)) {
      throw new TypeError(
        `origins must be scheme, host and port as browsers send them, such as ` +
          `https://app.example, or '${NO_ORIGIN}'; got ${String(origin)}`,
      );
    }
  }
  return new Set(origins);
}

/** @param {unknown} origin */
function isHttpOrigin(origin) {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return /^https?:$/.test(url.protocol) && url.origin === origin;
}

/** @param {ReadonlySet<string>} origins @param {import('node:http').IncomingMessage} request */
export function originAllowed(origins, { headers }) {
  return headers.origin === undefined
    ? origins.has(NO_ORIGIN)
    : headers.origin !== NO_ORIGIN && origins.has(headers.origin);
}

/**
 * Answers an upgrade with a status and no word of explanation.
 *
 * @param {import('node:stream').Duplex} socket
 * @param {number} status
 */
export function refuseUpgrade(socket, status) {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Length: 0',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
}

/**
 * @typedef {(request: import('node:http').IncomingMessage, socket: import('node:stream').Duplex,
 *   head: Buffer) => void} OnUpgrade
 */

/** @type {OnUpgrade} */
const gone = (_request, socket) => refuseUpgrade(socket, 503);

/** @type {PathRouter<OnUpgrade>} */
const paths = new PathRouter(gone, (server, find) => {
  /** @type {OnUpgrade} */
  const listener = (request, socket, head) => {
    const onUpgrade = find(request);
    if (onUpgrade) onUpgrade(request, socket, head);
    // Nobody else would ever answer, and the socket would stay open.
    else if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket, 404);
  };
  server.on('upgrade', listener);
  return () => server.off('upgrade', listener);
});

/**
 * Listens for upgrades on one path of a server, and leaves all others to other listeners.
 *
 * @param {import('node:http').Server} server
 * @param {string} path
 * @param {OnUpgrade} onUpgrade
 * @returns {() => void} leaves the path; see PathRouter
 */
export function listenForUpgrades(server, path, onUpgrade) {
  return paths.take(server, path, onUpgrade);
}
