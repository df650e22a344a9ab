import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { createHub, postgresSource } from 'tidemark/hub';
import { changeTriggers } from 'tidemark/hub/postgres';
import { redisBackplane } from 'tidemark/hub/redis';
import { startPostgres } from '../servers/postgres.js';
import { startProxy } from '../servers/proxy.js';
import { startRedis } from '../servers/redis.js';
import { openDashboard } from './dashboard.js';
import { createRandom } from './random.js';

const BOARDS = 12;
const BOARDS_PER_DASHBOARD = 3;
const ITEMS = 600;
const LEASE_MS = 300;
const WRITE_EVERY_MS = 4;
/** What the last fault may take to be healed. */
const HEAL_MS = 5_000;

/**
 * @typedef {object} Plan
 * @property {number} cuts of one client's socket
 * @property {number} restarts of a hub
 * @property {number} kills of a LISTEN connection
 * @property {number} dashboards
 * @property {number} hubs one, or several over Redis
 * @property {number} everyMs between faults
 * @property {number} seed
 */

/**
 * Breaks things under constant writes, then sees whether every dashboard shows what the database
 * holds.
 *
 * @param {Plan} plan
 * @returns {Promise<Record<string, number>>} figures; `healedMs` is infinite if one still differs
 */
export async function playFaults(plan) {
  /** @type {(() => unknown)[]} */
  const cleanups = [];
  const t = /** @type {any} */ ({
    after: (/** @type {() => unknown} */ undo) => cleanups.push(undo),
  });
  try {
    return await play(plan, t);
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

/** @param {Plan} plan @param {import('node:test').TestContext} t */
async function play(plan, t) {
  const random = createRandom(plan.seed);
  const { connectionString, db } = await openDatabase(t);
  const hubs = await openHubs(plan.hubs, connectionString, t);
  const proxy = await startProxy(t, () => hubs.nextPort());

  const dashboards = Array.from({ length: plan.dashboards }, () =>
    openDashboard({
      url: `ws://127.0.0.1:${proxy.port}/tidemark`,
      ticket: () => hubs.ticket(),
      boards: Array.from(
        new Set(Array.from({ length: BOARDS_PER_DASHBOARD }, () => random(BOARDS))),
      ),
      async read(board) {
        const asOf = hubs.asOf();
        return { value: await readBoard(db, board), asOf };
      },
    }),
  );
  t.after(() => {
    for (const dashboard of dashboards) dashboard.close();
  });
  await until(() => dashboards.every((dashboard) => dashboard.isLive()), 30_000);
  const readsBefore = total(dashboards, (dashboard) => dashboard.reads());

  const writer = startWriter(db, dashboards, createRandom(plan.seed + 1));
  await breakThings(plan, random, { proxy, hubs, db });
  await writer.stop();

  const last = performance.now();
  const healed = await until(() => allRight(dashboards, db), HEAL_MS);
  const healedMs = healed ? Math.round(performance.now() - last) : Number.POSITIVE_INFINITY;
  return {
    writes: writer.count(),
    concerned: writer.concerned(),
    refetches: total(dashboards, (dashboard) => dashboard.reads()) - readsBefore,
    reconnects: total(dashboards, (dashboard) => dashboard.stats().reconnects),
    resets: hubs.resets(),
    keysPerDashboard: BOARDS_PER_DASHBOARD,
    healedMs,
  };
}

/** @param {import('node:test').TestContext} t */
async function openDatabase(t) {
  const { connectionString, stop } = await startPostgres();
  t.after(stop);
  const db = new pg.Pool({ connectionString, max: 6 });
  db.on('error', () => {}); // an idle connection whose server stops
  t.after(() => db.end());
  await db.query(`
    CREATE TABLE items (id int PRIMARY KEY, board int NOT NULL, value int NOT NULL DEFAULT 0);
    INSERT INTO items SELECT n, n % ${BOARDS} FROM generate_series(1, ${ITEMS}) AS n`);
  await db.query(changeTriggers({ table: 'items', scopes: 'board:$board', fields: ['board'] }).up);
  return { connectionString, db };
}

/**
 * Hubs that can be restarted one by one, each on a port it keeps.
 *
 * @param {number} count
 * @param {string} connectionString
 * @param {import('node:test').TestContext} t
 */
async function openHubs(count, connectionString, t) {
  const redis = count > 1 ? await startRedis() : null;
  if (redis) t.after(() => redis.stop());
  let resets = 0;
  /** @type {{ hub: import('tidemark/hub').Hub, server: import('node:http').Server, port: number }[]} */
  const running = [];

  const start = async (/** @type {number} */ port) => {
    const hub = createHub({
      source: postgresSource({ connectionString }),
      authorize: () => true,
      origins: ['no-origin'],
      limits: { connectionsPerUser: 10_000, pendingPerAddress: 10_000, replayMs: 2_000 },
      onWarning() {},
      ...(redis && { backplane: redisBackplane({ url: redis.url, leaseMs: LEASE_MS }) }),
    });
    const server = createServer();
    hub.attach(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await hub.ready;
    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    return { hub, server, port: address.port };
  };
  const stop = async (/** @type {typeof running[number]} */ { hub, server }) => {
    resets += hub.stats().resets;
    hub.disconnect();
    await hub.close();
    server.close();
  };
  for (let index = 0; index < count; index += 1) running.push(await start(0));
  t.after(() => Promise.all(running.map(stop)));

  let turn = 0;
  return {
    /** The port of the hub that the next connection goes to. */
    nextPort() {
      turn += 1;
      return running[turn % count].port;
    },
    ticket: () => running[turn % count].hub.issueTicket('ann'),
    asOf: () => running[turn % count].hub.asOf(),
    resets: () => running.reduce((sum, { hub }) => sum + hub.stats().resets, resets),
    /** @param {number} index */
    async restart(index) {
      const { port } = running[index];
      await stop(running[index]);
      running[index] = await start(port);
    },
  };
}

/**
 * All faults of the plan in random order.
 *
 * @param {Plan} plan
 * @param {(below: number) => number} random
 * @param {{ proxy: Awaited<ReturnType<typeof startProxy>>, db: pg.Pool,
 *   hubs: Awaited<ReturnType<typeof openHubs>> }} parts
 */
async function breakThings(plan, random, { proxy, hubs, db }) {
  const faults = {
    cut: () => proxy.cutOne(random),
    restart: () => hubs.restart(random(plan.hubs)),
    kill: () =>
      db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'tidemark hub' ORDER BY random() LIMIT 1`),
  };
  const left = { cut: plan.cuts, restart: plan.restarts, kill: plan.kills };
  for (let count = plan.cuts + plan.restarts + plan.kills; count > 0; count -= 1) {
    let pick = random(count);
    for (const [name, break_] of Object.entries(faults)) {
      const kind = /** @type {keyof typeof left} */ (name);
      pick -= left[kind];
      if (pick >= 0) continue;
      left[kind] -= 1;
      await break_();
      break;
    }
    await wait(plan.everyMs);
  }
}

/**
 * Changes one row after another, now and then moving it to another board.
 *
 * @param {pg.Pool} db
 * @param {ReturnType<typeof openDashboard>[]} dashboards
 * @param {(below: number) => number} random
 */
function startWriter(db, dashboards, random) {
  let writes = 0;
  let concerned = 0;
  let going = true;
  const looking = (/** @type {number} */ board) =>
    dashboards.filter(({ boards }) => boards.includes(board)).length;
  const done = (async () => {
    while (going) {
      const board = random(10) === 0 ? random(BOARDS) : null;
      const { rows } = await db.query(
        `UPDATE items AS new SET value = new.value + 1, board = coalesce($2, new.board)
           FROM items AS old WHERE old.id = new.id AND new.id = $1
         RETURNING old.board AS before, new.board AS after`,
        [1 + random(ITEMS), board],
      );
      const [{ before, after }] = rows;
      writes += 1;
      concerned += looking(after) + (before === after ? 0 : looking(before));
      await wait(WRITE_EVERY_MS);
    }
  })();
  return {
    count: () => writes,
    /** For each change, the active keys it touched, over all dashboards. */
    concerned: () => concerned,
    stop() {
      going = false;
      return done;
    },
  };
}

/** @param {pg.Pool} db @param {number} board */
async function readBoard(db, board) {
  const { rows } = await db.query('SELECT id, value FROM items WHERE board = $1 ORDER BY id', [
    board,
  ]);
  return rows;
}

/** @param {ReturnType<typeof openDashboard>[]} dashboards @param {pg.Pool} db */
async function allRight(dashboards, db) {
  const truth = await Promise.all(
    Array.from({ length: BOARDS }, (_, board) => readBoard(db, board)),
  );
  return dashboards.every(({ boards, shown }) =>
    isDeepStrictEqual(
      shown(),
      boards.map((board) => truth[board]),
    ),
  );
}

/** @param {() => boolean | Promise<boolean>} holds @param {number} ms @returns {Promise<boolean>} */
async function until(holds, ms) {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await wait(10);
  }
  return true;
}

/**
 * @template T
 * @param {T[]} all
 * @param {(one: T) => number} count
 */
const total = (all, count) => all.reduce((sum, one) => sum + count(one), 0);
