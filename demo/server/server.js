/**
 * Puts the demo together: database, hub, API and page on one port.
 *
 * @typedef {import('./session.js').User} User
 */
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import { createHub } from 'tidemark/hub';
import { api } from './api.js';
import { openDatabase } from './database.js';
import { mayHear } from './session.js';
import { openSqlSocket } from './sql-socket.js';

const PAGE = fileURLToPath(new URL('../../build/demo/', import.meta.url));

// 'wasm-unsafe-eval' lets the page compile WebAssembly, and nothing else.
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Starts the demo and resolves when it can be used.
 *
 * @param {object} [options]
 * @param {number} [options.port] 0 picks a free one
 * @param {string} [options.host] the name or address to listen on; 127.0.0.1 unless said, which needs no
 *   name to be looked up
 * @param {string} [options.databaseUrl] a PostgreSQL server; without it, PGlite in memory
 * @param {string} [options.page] the folder of the page; the demo's unless said
 * @returns {Promise<{
 *   url: string,
 *   port: number,
 *   database: import('./database.js').Database,
 *   close: () => Promise<void>,
 * }>}
 */
export async function startDemo({
  port = 5173,
  host = '127.0.0.1',
  databaseUrl,
  page = PAGE,
} = {}) {
  await mustBeBuilt(page);
  const thePort = port || (await freePort());
  const database = await openDatabase(databaseUrl);
  const hub = createHub({
    source: database.source(),
    authorize: (user, scope) => mayHear(/** @type {User} */ (user), scope),
    origins: hostsFor(host, thePort).map((name) => `http://${name}`),
    limits: { connectionsPerUser: 500 }, // all who try the demo share its four accounts
  });
  await hub.ready;
  const app = await createApp({ database, hub, page, hosts: hostsFor(host, thePort) });
  hub.attach(app.server);
  await app.listen({ port: thePort, host });
  const sqlSocket = database.embedded ? await openSqlSocket(database, thePort) : undefined;

  return {
    url: `http://${host}:${thePort}`,
    port: thePort,
    database,
    async close() {
      await sqlSocket?.close();
      await hub.close();
      await app.close();
      await database.close();
    },
  };
}

/**
 * The HTTP side alone, not yet listening.
 *
 * @param {{
 *   database: import('./database.js').Database,
 *   hub: import('tidemark/hub').Hub,
 *   page: string,
 *   hosts: string[],
 *   tokenLifetime?: number,
 * }} options
 */
export async function createApp({ database, hub, page, hosts, tokenLifetime }) {
  const app = fastify({ logger: { level: 'error' }, bodyLimit: 16 * 1024 });
  // A page elsewhere can have its name lead here, and would then be of the same origin as this one.
  app.addHook('onRequest', async (request, reply) => {
    if (hosts.includes(request.headers.host ?? '')) return;
    reply.code(421);
    return reply.send({ message: `The host must be one of ${hosts.join(', ')}.` });
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
  });
  await app.register(api, { prefix: '/api', database, hub, tokenLifetime });
  await app.register(fastifyStatic, { root: page, cacheControl: false });
  return app;
}

/**
 * Every name that leads to this demo, as browsers say it: in Host, and behind the scheme in Origin.
 *
 * @param {string} host
 * @param {number} port
 */
function hostsFor(host, port) {
  const names = ['localhost', '127.0.0.1', '[::1]'];
  if (host === '0.0.0.0' || host === '::') names.push(...ownAddresses());
  else names.push(host.includes(':') ? `[${host}]` : host);
  return [...new Set(names.map((name) => new URL(`http://${name}:${port}`).host))];
}

/** IPv4 addresses by which others on the network reach this machine. */
function ownAddresses() {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
}

/** @returns {Promise<number>} a port that is free now; the hub must know it before listening */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @param {string} page */
async function mustBeBuilt(page) {
  await access(page).catch(() => {
    throw new Error('The page is not built. Run ./build.sh demo, which builds and starts it.');
  });
}
