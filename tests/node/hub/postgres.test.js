import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { postgresSource } from '../../../js-glue/hub/index.js';
import { startPostgres } from '../../servers/postgres.js';
import { startProxy } from '../../servers/proxy.js';
import { startTransactionPooler } from '../../servers/transaction-pooler.js';
import { eventually } from './client.js';
import { deferred } from './deferred.js';
import { startHub } from './start-hub.js';
import { TASKS_SQL } from './tasks-sql.js';

const { connectionString, stop } = await startPostgres();
const db = new pg.Client({ connectionString });

before(async () => {
  await db.connect();
  await db.query(TASKS_SQL);
});

after(async () => {
  await db.end();
  await stop();
});

const insert = (/** @type {string} */ title) =>
  db.query('INSERT INTO task (project_id, title) VALUES (9, $1)', [title]);

const LISTENING = "query ~ '^(LISTEN|select pg_)' AND datname = current_database()";

async function listeners() {
  const { rows } = await db.query(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'tidemark hub' AND ${LISTENING}`,
  );
  return rows.length;
}

/** @returns {Promise<number>} how many backends were ended */
async function endListeners() {
  const { rowCount } = await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'tidemark hub' AND ${LISTENING}`,
  );
  return rowCount ?? 0;
}

/** @param {import('node:test').TestContext} t */
async function proxied(t) {
  const { port } = new URL(connectionString);
  const proxy = await startProxy(t, () => Number(port));
  return { ...proxy, url: connectionString.replace(port, String(proxy.port)) };
}

test('a row that changes in PostgreSQL is told to the subscribers of its scope', async (t) => {
  const { subscribed } = await startHub(t, { source: postgresSource({ connectionString }) });
  const { client } = await subscribed(['project:9']);
  await insert('Flut');
  assert.equal((await client.next()).data.row.title, 'Flut');
});

test('a LISTEN connection that is killed comes back with a new epoch, and changes arrive again', async (t) => {
  const { hub, subscribed } = await startHub(t, { source: postgresSource({ connectionString }) });
  const { client, answer } = await subscribed(['project:9']);
  assert.equal(await endListeners(), 1);
  await insert('while nobody listened');
  const reset = await client.nextOf('reset');
  assert.equal(reset.reason, 'source_restored');
  assert.notEqual(reset.epoch, answer.epoch);
  await insert('afterwards');
  const next = await client.nextOf('cache_invalidate');
  assert.deepEqual([next.epoch, next.data.row.title], [hub.position().epoch, 'afterwards']);
});

test('a LISTEN connection that is killed again and again comes back each time', async (t) => {
  const { subscribed } = await startHub(t, { source: postgresSource({ connectionString }) });
  const { client } = await subscribed(['project:9']);
  for (let count = 0; count < 5; count += 1) {
    assert.equal(await endListeners(), 1);
    await client.nextOf('reset');
  }
  await insert('still there');
  assert.equal((await client.nextOf('cache_invalidate')).data.row.title, 'still there');
});

test('closing the hub ends the LISTEN connection', async (t) => {
  const { hub } = await startHub(t, { source: postgresSource({ connectionString }) });
  assert.equal(await listeners(), 1);
  await hub.close();
  await eventually('no backend listens', async () => (await listeners()) === 0);
});

test('a database that is not there is told when the hub starts', async () => {
  const url = new URL(connectionString);
  url.pathname = '/tidemark_no_such_database';
  const source = postgresSource({ connectionString: url.href });
  const started = source.start({ change() {}, lost() {}, restored() {} });
  await assert.rejects(started, /tidemark_no_such_database/);
  await source.close();
});

test('a connection that goes silent without an end is noticed, and a new one is made', async (t) => {
  const proxy = await proxied(t);
  const lost = deferred();
  const restored = deferred();
  const heard = deferred();
  const source = postgresSource({ connectionString: proxy.url, probeMs: 100 });
  t.after(() => source.close());
  await source.start({
    change: (payload) => heard.resolve(payload),
    lost: (reason) => lost.resolve(reason),
    restored: () => restored.resolve(undefined),
  });
  proxy.silence();
  assert.match(String(await lost.promise), /timeout/i);
  await restored.promise;
  await insert('after the silence');
  assert.match(String(await heard.promise), /after the silence/);
});

const SILENT = { change() {}, lost() {}, restored() {} };

test('a pooler that lends sessions for a transaction is refused at the start, with what to do', async (t) => {
  const pooled = await startTransactionPooler(t, connectionString);
  const source = postgresSource({ connectionString: pooled, probeMs: 300 });
  t.after(() => source.close());
  await assert.rejects(
    source.start(SILENT),
    /must keep one session \(direct, or .* session mode\)/,
  );
});

test('a connection on which nothing is heard any more is lost, though it answers', async (t) => {
  const proxy = await proxied(t);
  const lost = deferred();
  const source = postgresSource({ connectionString: proxy.url, probeMs: 100 });
  t.after(() => source.close());
  await source.start({ ...SILENT, lost: (reason) => lost.resolve(reason) });
  proxy.deafen();
  assert.match(String(await lost.promise), /LISTEN succeeds but no notification arrives/);
});

test('nothing but changes is told on the channel of changes', async (t) => {
  /** @type {string[]} */
  const heard = [];
  const listener = new pg.Client({ connectionString });
  await listener.connect();
  t.after(() => listener.end());
  listener.on('notification', ({ channel }) => heard.push(channel));
  await listener.query('LISTEN tidemark');
  const source = postgresSource({ connectionString });
  t.after(() => source.close());
  await source.start(SILENT);
  await insert('heard by all');
  await eventually('it is heard', () => heard.length > 0);
  assert.deepEqual(heard, ['tidemark']);
});

test('a session that may not write can listen', async (t) => {
  const url = new URL(connectionString);
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  const source = postgresSource({ connectionString: url.href });
  t.after(() => source.close());
  await source.start(SILENT);
});

test('closing does not wait for a connection that went silent', async (t) => {
  const proxy = await proxied(t);
  const source = postgresSource({ connectionString: proxy.url });
  await source.start({ change() {}, lost() {}, restored() {} });
  proxy.silence();
  await source.close();
});

test('closing while connecting to a server that says nothing ends the attempt', async (t) => {
  const proxy = await proxied(t);
  proxy.silenceNew();
  const source = postgresSource({ connectionString: proxy.url });
  const started = source.start({ change() {}, lost() {}, restored() {} });
  const refused = assert.rejects(started);
  await proxy.accepted;
  await source.close();
  await refused;
});
