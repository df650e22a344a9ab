import { PathRouter } from './path-router.js';
import { NO_ORIGIN } from './upgrade.js';

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

const PREFLIGHT_AGE_S = 600;

/** @typedef {(request: IncomingMessage, response: ServerResponse) => void} OnRequest */

/** @type {OnRequest} */
const gone = (_request, response) => response.writeHead(503, { Connection: 'close' }).end();

/** @type {PathRouter<OnRequest>} */
const paths = new PathRouter(gone, (server, find) => {
  const others = /** @type {OnRequest[]} */ (server.listeners('request'));
  server.removeAllListeners('request');
  /** @type {OnRequest} */
  const listener = (request, response) => {
    const onRequest = find(request);
    if (onRequest) {
      onRequest(request, response);
    } else if (others.length === 0 && server.listenerCount('request') === 1) {
      // Nobody else would ever answer, and the connection would stay open.
      response.writeHead(404).end();
    } else {
      for (const other of others) other.call(server, request, response);
    }
  };
  server.on('request', listener);
  return () => {
    server.off('request', listener);
    for (const other of others.toReversed()) server.prependListener('request', other);
  };
});

/**
 * Answers requests on one path of a server, and leaves all others to those who listened before.
 *
 * @param {import('node:http').Server} server
 * @param {string} path
 * @param {OnRequest} onRequest
 * @returns {() => void} leaves the path; see PathRouter
 */
export function listenForRequests(server, path, onRequest) {
  return paths.take(server, path, onRequest);
}

/**
 * The page's origin, if it may listen. A browser says no Origin when it asks the page's own host,
 * but says that it does so.
 *
 * @param {ReadonlySet<string>} origins
 * @param {IncomingMessage} request
 */
export function eventsAllowed(origins, { headers }) {
  const { origin, host } = headers;
  if (origin !== undefined) return origin !== NO_ORIGIN && origins.has(origin);
  if (origins.has(NO_ORIGIN)) return true;
  const isOwn = headers['sec-fetch-site'] === 'same-origin';
  return isOwn && (origins.has(`https://${host}`) || origins.has(`http://${host}`));
}

/**
 * What every answer says, so that the page can read its status and no cache keeps it.
 *
 * @param {IncomingMessage} request one that is allowed
 * @param {ServerResponse} response
 */
export function setHeaders({ headers }, response) {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Vary', 'Origin');
  response.setHeader('Access-Control-Expose-Headers', 'Tidemark-Reason');
  if (headers.origin) response.setHeader('Access-Control-Allow-Origin', headers.origin);
}

/** @param {ServerResponse} response answers what a browser asks before it sends the ticket */
export function answerPreflight(response) {
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': 'GET',
      'Access-Control-Allow-Headers': 'authorization, last-event-id',
      'Access-Control-Max-Age': String(PREFLIGHT_AGE_S),
    })
    .end();
}

/**
 * What the first two frames of a WebSocket would say. Whether it makes sense is the connection's to
 * decide.
 *
 * @param {IncomingMessage} request
 */
export function readRequest({ url, headers }) {
  const { searchParams } = new URL(url ?? '', 'http://hub');
  const position = /^([^:]+):(\d+)$/.exec(String(headers['last-event-id'] ?? ''));
  return {
    ticket: /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '',
    scopes: searchParams.getAll('scope'),
    resume: position && { epoch: position[1], seq: Number(position[2]) },
  };
}
