import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { pgliteSource } from '../../../js-glue/hub/index.js';
import { startHub } from './start-hub.js';
import { TASKS_SQL } from './tasks-sql.js';

// Starting one takes seconds, so all tests of this file share it.
const db = await PGlite.create();
await db.exec(TASKS_SQL);
after(() => db.close());

test('a row that changes in PGlite is told to the subscribers of its scope', async (t) => {
  const { subscribed } = await startHub(t, { source: pgliteSource(db) });
  const { client } = await subscribed(['project:9']);
  await db.exec("INSERT INTO task (project_id, title) VALUES (8, 'foreign'), (9, 'Ebbe')");
  const { data } = await client.next();
  assert.deepEqual([data.resource, data.action, data.row.title], ['task', 'INSERT', 'Ebbe']);
});

test('changes arrive in the order of commits and not at all when rolled back', async (t) => {
  const { subscribed } = await startHub(t, { source: pgliteSource(db) });
  const { client } = await subscribed(['project:9']);
  const undone = db.transaction(async (tx) => {
    await tx.exec("INSERT INTO task (project_id, title) VALUES (9, 'undone')");
    throw new Error('rolled back');
  });
  await assert.rejects(undone, /rolled back/);
  await db.exec("INSERT INTO task (project_id, title) VALUES (9, 'one')");
  await db.exec("INSERT INTO task (project_id, title) VALUES (9, 'two')");
  const titles = (await client.take(2)).map(({ data }) => data.row.title);
  assert.deepEqual(titles, ['one', 'two']);
});

test('the position a hub gives after a commit was heard covers that commit', async (t) => {
  const { hub, subscribed } = await startHub(t, { source: pgliteSource(db) });
  const { client } = await subscribed(['project:9']);
  await db.exec("INSERT INTO task (project_id, title) VALUES (9, 'heard')");
  assert.equal((await client.next()).seq, hub.position().seq);
});

test('a notification that is no change is dropped and the next one arrives', async (t) => {
  const { hub, subscribed } = await startHub(t, { source: pgliteSource(db) });
  const { client } = await subscribed(['project:9']);
  await db.exec("SELECT pg_notify('tidemark', 'not json')");
  await db.exec("INSERT INTO task (project_id, title) VALUES (9, 'next')");
  assert.equal((await client.next()).data.row.title, 'next');
  assert.equal(hub.stats().changesDropped, 1);
});

test('a channel in upper case hears what is notified on it', async (t) => {
  const source = pgliteSource(db, { channel: 'Clinic' });
  const { subscribed } = await startHub(t, { source });
  const { client } = await subscribed(['a']);
  await db.query('SELECT pg_notify($1, $2)', ['Clinic', '{"resource":"visit","scope":"a"}']);
  assert.equal((await client.next()).data.resource, 'visit');
});

test('closing the hub stops listening and leaves the database to its owner', async () => {
  /** @type {string[]} */
  const heard = [];
  const source = pgliteSource(db, { channel: 'closing' });
  await source.start({ change: (payload) => heard.push(payload), lost() {}, restored() {} });
  await source.close();
  await db.exec("SELECT pg_notify('closing', '1')");
  const { rows } = await db.query('SELECT pg_listening_channels() AS channel');
  assert.deepEqual(
    rows.filter((row) => /** @type {any} */ (row).channel === 'closing'),
    [],
  );
  assert.deepEqual(heard, []);
});

test('a source may be closed before it was started', async () => {
  await pgliteSource(db).close();
});
