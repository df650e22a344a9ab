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
  const hub = createHub({
    source: postgresSource({ connectionString }),
    authorize: () => true,
    origins: ['no-origin'],
    limits: UNLIMITED,
  });
  await hub.ready;
  const server = createServer();
  hub.attach(server);
  const crowd = startCrowd();
  await crowd.tell('open', {
    url: await listen(server, '/tidemark'),
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
  await crowd.tell('open', { url: await listen(server, '/'), count: clients });
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
 * From the commit of a row to its message at the last of the clients.
 *
 * @param {{ clients: number, commits: number }} size
 * @returns {Promise<{ p50: number, p99: number }>} ms
 */
export async function measureLatency({ clients, commits }) {
  const { connectionString, stop } = await startPostgres();
  const db = new pg.Client({ connectionString });
  await db.connect();
  await db.query('CREATE TABLE items (id int, value int); INSERT INTO items VALUES (1, 0)');
  await db.query(changeTriggers({ table: 'items', scopes: 'a' }).up);
  const hub = await openHub(clients, connectionString);
  const times = [];
  try {
    for (let commit = 0; commit < commits; commit += 1) {
      const all = hub.crowd.expect(clients);
      // The reply to COMMIT and the notification leave the server at the same time.
      const committed = db
        .query('UPDATE items SET value = value + 1')
        .then(() => performance.now());
      await all;
      times.push(Math.max(0, performance.now() - (await committed)));
    }
  } finally {
    await hub.close();
    await db.end();
    await stop();
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** @param {import('node:http').Server} server @param {string} path */
async function listen(server, path) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `ws://127.0.0.1:${port}${path}`;
}
