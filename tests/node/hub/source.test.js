import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub, pgliteSource, postgresSource } from '../../../js-glue/hub/index.js';
import { ORIGIN } from './client.js';
import { ManualSource } from './manual-source.js';
import { change, startHub } from './start-hub.js';

/** @param {import('node:test').TestContext} t */
async function startWithSource(t) {
  const source = new ManualSource();
  source.listen();
  return { ...(await startHub(t, { source })), source };
}

test('what a source tells goes the way of every change', async (t) => {
  const { source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  source.sink.change('{"resource":"task","id":"42","scope":"a"}');
  assert.deepEqual((await client.next()).data, { resource: 'task', id: '42' });
});

test('what a trigger says for PostgreSQL alone reaches no client', async (t) => {
  const { source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  source.sink.change('{"resource":"task","id":"42","scope":"a","notify_id":"x"}');
  assert.deepEqual((await client.next()).data, { resource: 'task', id: '42' });
});

test('a scope within changes routes nothing and reaches no client', async (t) => {
  const { hub, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  const { client: other } = await subscribed(['b', 'c']);
  hub.publish({ resource: 'task', scope: 'a', changes: [{ id: 1, scope: 'b', scopes: ['c'] }] });
  hub.publish(change(2, 'b'));
  assert.deepEqual((await client.next()).data, { resource: 'task', id: 1 });
  assert.equal((await other.next()).data.id, '2');
});

test('rubbish from a source is counted and dropped, and each kind is told once', async (t) => {
  const { hub, source, warnings } = await startWithSource(t);
  for (const payload of ['', '{', '{', '7', '{"resource":1}', '{"resource":"a","resource":"b"}']) {
    source.sink.change(payload);
  }
  source.sink.change(`{"resource":"a","scope":"a","x":${'['.repeat(40)}${']'.repeat(40)}}`);
  assert.equal(hub.stats().changesDropped, 7);
  assert.equal(hub.position().seq, 0);
  assert.equal(warnings.length, new Set(warnings).size);
  assert.equal(warnings.length, 5);
});

test('a row stays within depth 32 in the list of subscribed, or is left out', async (t) => {
  const { hub, source, subscribed } = await startWithSource(t);
  const last = hub.position();
  const row = (/** @type {number} */ levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  source.sink.change(`{"resource":"task","scope":"a","row":${row(28)}}`);
  source.sink.change(`{"resource":"task","scope":"a","row":${row(29)}}`);
  const { answer } = await subscribed(['a'], last);
  assert.equal(depth(answer), 32);
  assert.deepEqual(
    answer.messages.map((/** @type {any} */ { data }) => 'row' in data),
    [true, false],
  );
});

test('a row that is too deep is left out of changes told together as well', async (t) => {
  const { source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  const row = `${'['.repeat(100)}${']'.repeat(100)}`;
  source.sink.change(`{"resource":"task","scope":"a","changes":[{"id":"1","row":${row}}]}`);
  assert.deepEqual((await client.next()).data, { resource: 'task', id: '1' });
});

test('a row with more members than the core takes is left out, its change is told', async (t) => {
  const { source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  const row = (/** @type {number} */ columns) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, i])));
  source.sink.change(`{"resource":"task","scope":"a","id":"1","row":${row(1024)}}`);
  source.sink.change(`{"resource":"task","scope":"a","id":"2","row":${row(1025)}}`);
  assert.equal(Object.keys((await client.next()).data.row).length, 1024);
  assert.deepEqual((await client.next()).data, { resource: 'task', id: '2' });
});

test('changes of which one is none are dropped, however deep another one is', async (t) => {
  const { hub, source } = await startWithSource(t);
  const deep = `{"row":${'['.repeat(100)}${']'.repeat(100)}}`;
  source.sink.change(`{"resource":"task","scope":"a","changes":[null,${deep}]}`);
  source.sink.change(deep.replace('{"row":', '').slice(0, -1));
  assert.equal(hub.stats().changesDropped, 2);
});

test('a source that was lost and found makes a new epoch, told to living sockets by a reset', async (t) => {
  const { hub, source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a', 'b']);
  hub.publish(change(1, 'a'));
  hub.publish(change(2, 'c'));
  const before = hub.position();
  source.sink.lost('backend terminated');
  assert.equal(hub.position().epoch, before.epoch);
  source.sink.restored();
  hub.publish(change(3, 'a'));
  const reset = await client.nextOf('reset');
  const next = await client.nextOf('cache_invalidate');
  const { epoch } = hub.position();
  assert.notEqual(epoch, before.epoch);
  assert.deepEqual(reset, {
    type: 'reset',
    epoch,
    seq: 2,
    scopes: ['a', 'b'],
    reason: 'source_restored',
  });
  assert.deepEqual([next.epoch, next.seq, next.prev], [epoch, 3, 2]);
});

test('clients are told that the source is lost, and that it is back after what they missed', async (t) => {
  const { source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  source.sink.lost('backend terminated');
  assert.deepEqual(await client.next(), { type: 'ping', seq: 0, source: false });
  source.sink.restored();
  assert.equal((await client.next()).type, 'reset');
  assert.deepEqual(await client.next(), { type: 'ping', seq: 0 });
});

test('a client that comes while the source is lost is told so, and when it is back', async (t) => {
  const { source, signIn } = await startWithSource(t);
  source.sink.lost('backend terminated');
  const { client, hello } = await signIn();
  assert.equal(hello.source, false);
  source.sink.restored();
  assert.deepEqual(await client.next(), { type: 'ping', seq: 0 });
});

test('each ping says so for as long as the source is lost', async (t) => {
  const { source, subscribed, clock } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  source.sink.lost('backend terminated');
  await client.next();
  clock.advance(25_000);
  assert.deepEqual(await client.next(), { type: 'ping', seq: 0, source: false });
});

test('a source that is lost twice is told of once', async (t) => {
  const { source, hub, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  source.sink.lost('backend terminated');
  source.sink.lost('backend terminated');
  hub.publish(change(1, 'a'));
  assert.deepEqual(
    (await client.take(2)).map(({ type }) => type),
    ['ping', 'cache_invalidate'],
  );
});

test('a hub without a source hears all there is', async (t) => {
  const { signIn } = await startHub(t);
  assert.equal('source' in (await signIn()).hello, false);
});

test('a position from before the loss is not recovered', async (t) => {
  const { hub, source, subscribed } = await startWithSource(t);
  hub.publish(change(1, 'a'));
  const last = hub.position();
  source.sink.lost('backend terminated');
  source.sink.restored();
  const { answer } = await subscribed(['a'], last);
  assert.deepEqual([answer.recovered, answer.epoch], [false, hub.position().epoch]);
});

test('the position told by a reset is good for resuming', async (t) => {
  const { hub, source, subscribed } = await startWithSource(t);
  const { client } = await subscribed(['a']);
  hub.publish(change(1, 'b'));
  source.sink.restored();
  const { epoch, seq } = await client.next();
  hub.publish(change(2, 'a'));
  const { answer } = await subscribed(['a'], { epoch, seq });
  assert.deepEqual([answer.recovered, answer.messages.length], [true, 1]);
});

test('a loss is told to the operator with its reason', async (t) => {
  const { source, warnings } = await startWithSource(t);
  source.sink.lost('backend terminated');
  assert.deepEqual(warnings, ['tidemark hub: lost the source: backend terminated']);
});

test('ready rejects with the reason why a source cannot start', async () => {
  const source = new ManualSource();
  const hub = createHub({ authorize: () => true, origins: [ORIGIN], source });
  source.fail(new Error('no such database'));
  await assert.rejects(hub.ready, /no such database/);
  await hub.close();
});

test('closing closes the source once, however often it is called', async () => {
  const source = new ManualSource();
  const hub = createHub({ authorize: () => true, origins: [ORIGIN], source });
  source.listen();
  await Promise.all([hub.close(), hub.close()]);
  assert.equal(source.closed, 1);
});

test('a hub may be closed while its source is still starting', async () => {
  const source = new ManualSource();
  const hub = createHub({ authorize: () => true, origins: [ORIGIN], source });
  await hub.close();
  source.fail(new Error('closed'));
  await assert.rejects(hub.ready);
});

test('what a source tells after closing changes nothing', async () => {
  const source = new ManualSource();
  const hub = createHub({ authorize: () => true, origins: [ORIGIN], source });
  source.listen();
  await hub.close();
  const before = hub.position();
  source.sink.change('{"resource":"task","scope":"a"}');
  source.sink.restored();
  assert.deepEqual(hub.position(), before);
});

for (const channel of ['', 'a-b', 'a"b', '1a', 'x'.repeat(64)]) {
  test(`the channel ${JSON.stringify(channel.slice(0, 5))} of ${channel.length} is refused`, () => {
    const db = /** @type {any} */ ({});
    assert.throws(() => pgliteSource(db, { channel }), /channel must be 1 to 63 letters/);
    assert.throws(
      () => postgresSource({ connectionString: '', channel }),
      /channel must be 1 to 63/,
    );
  });
}

for (const probeMs of /** @type {any[]} */ ([0, -1, 1.5, 2 ** 31, Infinity, Number.NaN, '1'])) {
  test(`probeMs ${probeMs} of type ${typeof probeMs} is refused when the source is created`, () => {
    assert.throws(() => postgresSource({ connectionString: '', probeMs }), {
      name: 'RangeError',
      message: `probeMs must be a whole number from 1 to 2147483647; got ${probeMs}`,
    });
  });
}

/** @param {unknown} value @returns {number} */
function depth(value) {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}
