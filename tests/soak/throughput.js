import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';
import { createHub, postgresSource } from 'tidemark/hub';
import { changeTriggers } from 'tidemark/hub/postgres';
import { WebSocketServer } from 'ws';
import { startPostgres } from '../servers/postgres.js';
import { startCrowd } from './crowd.js';
import { median, percentile } from './statistics.js';

const UNLIMITED = {
  connectionsPerUser: 10_000,
  pendingPerAddress: 10_000,
  changesPerSecond: 1_000_000_000,
  bufferedBytes: 1_000_000_000,
};

/**
 * Notifications in PostgreSQL, as messages a second to all clients together: over a hub, and over a
 * loop that sends each payload to bare sockets.
 *
 * @param {{ clients: number, messages: number, rounds: number }} size
 * @returns {Promise<{ hub: number, bare: number, ratio: number }>} medians
 */
export async function measureThroughput({ clients, messages, rounds }) {
  const { connectionString, stop } = await startPostgres();
  const hub = await openHub(clients, connectionString);
  const bare = await openBare(clients, connectionString);
  const db = new pg.Client({ connectionString });
  await db.connect();

  /** @param {{ crowd: ReturnType<typeof startCrowd>, channel: string }} server */
  const rate = async ({ crowd, channel }) => {
    const all = crowd.expect(clients * messages);
    const start = performance.now();
    await db.query(NOTIFY, [channel, messages]);
    await all;
    return (clients * messages * 1_000) / (performance.now() - start);
  };
  try {
    const rates = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.push({ hub: await rate(hub), bare: await rate(bare) });
    }
    return {
      hub: median(rates.map((one) => one.hub)),
      bare: median(rates.map((one) => one.bare)),
      ratio: median(rates.map((one) => one.hub / one.bare)),
    };
  } finally {
    await hub.close();
    await bare.close();
    await db.end();
    await stop();
  }
}

/** What the bare server sends begins like the hub's messages, so that both are counted alike. */
const NOTIFY = `
  SELECT pg_notify($1, json_build_object('type', 'cache_invalidate', 'resource', 'item', 'scope', 'a',
    'id', n::text, 'action', 'UPDATE', 'board', '7')::text) FROM generate_series(1, $2) AS n`;

/** @param {number} clients @param {string} connectionString */
async function openHub(clients, connectionString) {
  const hub = startHub(connectionString);
  await hub.ready;
  const server = createServer();
  hub.attach(server);
  const crowd = startCrowd();
  await crowd.tell('open', {
    url: `ws://${await listen(server)}/tidemark`,
    count: clients,
    tickets: Array.from({ length: clients }, () => hub.issueTicket('ann')),
    scopes: ['a'],
  });
  return {
    crowd,
    channel: 'tidemark',
    async close() {
      crowd.stop();
      await hub.close();
      server.close();
    },
  };
}

/** @param {string} connectionString */
function startHub(connectionString) {
  return createHub({
    source: postgresSource({ connectionString }),
    authorize: () => true,
    origins: ['no-origin'],
    limits: UNLIMITED,
  });
}

/** @param {number} clients @param {string} connectionString */
async function openBare(clients, connectionString) {
  const listener = new pg.Client({ connectionString });
  await listener.connect();
  await listener.query('LISTEN bare');
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  listener.on('notification', ({ payload }) => {
    const frame = Buffer.from(payload ?? '');
    for (const socket of sockets.clients) socket.send(frame, { binary: false });
  });
  const crowd = startCrowd();
  await crowd.tell('open', { url: `ws://${await listen(server)}/`, count: clients });
  return {
    crowd,
    channel: 'bare',
    async close() {
      crowd.stop();
      await listener.end();
      sockets.close();
      server.close();
    },
  };
}

/**
 * From the commit of a row to its message at the last of the plain sockets.
 *
 * @param {{ clients: number, commits: number }} size
 * @returns {Promise<{ p50: number, p99: number }>} ms
 */
export async function measureLatency({ clients, commits }) {
  const items = await openItems();
  const hub = await openHub(clients, items.connectionString);
  const times = [];
  try {
    for (let commit = 0; commit < commits; commit += 1) {
      const all = hub.crowd.expect(clients);
      const committed = items.change();
      await all;
      times.push(await since(committed));
    }
  } finally {
    await hub.close();
    await items.close();
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/**
 * From the commit of a row to the observer of the last of the package's clients: until it says that what
 * it shows is stale, and until it has the row that was read again over HTTP.
 *
 * @param {{ clients: number, commits: number }} size
 * @returns {Promise<{ staleP50: number, staleP99: number, freshP50: number, freshP99: number }>} ms
 */
export async function measureObservers({ clients, commits }) {
  const items = await openItems();
  const hub = startHub(items.connectionString);
  await hub.ready;
  const server = createServer(async (request, response) => {
    response.end(request.url === '/ticket' ? hub.issueTicket('ann') : await items.read());
  });
  hub.attach(server);
  const address = await listen(server);
  const crowd = startCrowd();
  const stale = [];
  const fresh = [];
  try {
    await crowd.tell('openClients', {
      url: `ws://${address}/tidemark`,
      ticketUrl: `http://${address}/ticket`,
      readUrl: `http://${address}/row`,
      count: clients,
      scopes: ['a'],
      limits: { refetchSpacing: 1 }, // one commit follows on the other
    });
    await crowd.settled();
    await crowd.tell('countAnew');
    for (let commit = 0; commit < commits; commit += 1) {
      const allStale = crowd.expect(clients, 'stale');
      const committed = items.change();
      await allStale;
      stale.push(await since(committed));
      await crowd.expect(clients, 'fresh');
      fresh.push(await since(committed));
    }
  } finally {
    crowd.stop();
    await hub.close();
    server.close();
    await items.close();
  }
  return {
    staleP50: percentile(stale, 0.5),
    staleP99: percentile(stale, 0.99),
    freshP50: percentile(fresh, 0.5),
    freshP99: percentile(fresh, 0.99),
  };
}

/** A table of one row in PostgreSQL, of whose changes a hub hears. */
async function openItems() {
  const { connectionString, stop } = await startPostgres();
  const db = new pg.Pool({ connectionString, max: 8 });
  db.on('error', () => {}); // an idle connection whose server stops
  await db.query('CREATE TABLE items (id int, value int); INSERT INTO items VALUES (1, 0)');
  await db.query(changeTriggers({ table: 'items', scopes: 'a' }).up);
  return {
    connectionString,
    /** @returns {Promise<number>} when the server said that it is committed */
    change: () => db.query('UPDATE items SET value = value + 1').then(() => performance.now()),
    /** @returns {Promise<string>} */
    read: async () => String((await db.query('SELECT value FROM items')).rows[0].value),
    async close() {
      await db.end();
      await stop();
    },
  };
}

/**
 * The reply to COMMIT and the notification leave the server at the same time: the reply may be read last.
 *
 * @param {Promise<number>} committed
 */
async function since(committed) {
  const now = performance.now();
  return Math.max(0, now - (await committed));
}

/** @param {import('node:http').Server} server @returns {Promise<string>} host and port */
async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `127.0.0.1:${port}`;
}
