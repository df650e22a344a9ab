import assert from 'node:assert/strict';
import test from 'node:test';
import { QueryObserver } from '../../../js-glue/index.js';
import { observe, server, start } from './setup.js';

const queryKey = ['k'];

test('it is a success at that moment', (t) => {
  const { client, time } = start(t);
  assert.equal(client.setQueryData(queryKey, 'data'), 'data');
  const state = /** @type {any} */ (client.getQueryState(queryKey));
  assert.deepEqual(
    [state.status, state.data, state.dataUpdatedAt, state.isInvalidated],
    ['success', 'data', time.now, false],
  );
});

test('an updater gets what is there', (t) => {
  const { client } = start(t);
  client.setQueryData(queryKey, 1);
  client.setQueryData(queryKey, (/** @type {number} */ n) => n + 1);
  assert.equal(client.getQueryData(queryKey), 2);
});

test('undefined changes nothing, and makes no query', (t) => {
  const { client } = start(t);
  assert.equal(
    client.setQueryData(queryKey, (/** @type {unknown} */ old) => old),
    undefined,
  );
  assert.equal(client.getQueryCache().getAll().length, 0);
});

test('observers see it at once and hear of it once', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, enabled: false });
  client.setQueryData(queryKey, 1);
  client.setQueryData(queryKey, 2);
  assert.equal(one.result.data, 2);
  assert.equal(one.heard.length, 0);
  await advance(0);
  assert.deepEqual(
    one.heard.map((result) => result.data),
    [2],
  );
});

test('updatedAt says since when it is true', (t) => {
  const { client, time } = start(t);
  client.setQueryData(queryKey, 'data', { updatedAt: time.now - 5000 });
  const query = /** @type {any} */ (client.getQueryCache().find({ queryKey }));
  assert.equal(query.state.dataUpdatedAt, time.now - 5000);
  assert.deepEqual([query.isStaleByTime(5000), query.isStaleByTime(5001)], [true, false]);
});

test('a time that is none is a TypeError that names the option', (t) => {
  const { client } = start(t);
  assert.throws(
    () => client.setQueryData(queryKey, 1, { updatedAt: Number.NaN }),
    /^TypeError: updatedAt must be a number of ms since 1970; got NaN/,
  );
  const options = { queryKey, initialData: 1, initialDataUpdatedAt: Number.NaN };
  const wrong = /^TypeError: initialDataUpdatedAt must be a number of ms .*; got NaN/;
  assert.throws(() => new QueryObserver(client, options), wrong);
});

test('an older fetch that lands later does not overwrite it', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  client.setQueryData(queryKey, 'newer');
  calls[0].resolve('older');
  assert.equal(await fetched, 'newer');
  assert.equal(client.getQueryData(queryKey), 'newer');
});

test('it ends an error', async (t) => {
  const { client } = start(t);
  await client.prefetchQuery({ queryKey, queryFn: () => Promise.reject(new Error('no')) });
  assert.equal(client.getQueryState(queryKey)?.status, 'error');
  client.setQueryData(queryKey, 'data');
  const state = /** @type {any} */ (client.getQueryState(queryKey));
  assert.deepEqual([state.status, state.error], ['success', null]);
});

test('equal data keeps its reference, and equal parts of other data keep theirs', (t) => {
  const { client } = start(t);
  const first = { list: [{ id: 1 }, { id: 2 }], other: { x: 1 } };
  client.setQueryData(queryKey, first);
  client.setQueryData(queryKey, structuredClone(first));
  assert.equal(client.getQueryData(queryKey), first);

  client.setQueryData(queryKey, { ...structuredClone(first), other: { x: 2 } });
  const second = /** @type {any} */ (client.getQueryData(queryKey));
  assert.notEqual(second, first);
  assert.equal(second.list, first.list);
});

test('equal data still counts as an answer of this moment', async (t) => {
  const { client, time, advance } = start(t);
  client.setQueryData(queryKey, [1]);
  await advance(1000);
  client.setQueryData(queryKey, [1]);
  assert.equal(client.getQueryState(queryKey)?.dataUpdatedAt, time.now);
});

test('class instances are not looked into', (t) => {
  const { client } = start(t);
  const date = new Date(0);
  client.setQueryData(queryKey, { date });
  client.setQueryData(queryKey, { date: new Date(0) });
  assert.notEqual(/** @type {any} */ (client.getQueryData(queryKey)).date, date);
});

test('setQueriesData changes every query that matches', (t) => {
  const { client } = start(t);
  client.setQueryData(['n', 1], 10);
  client.setQueryData(['n', 2], 20);
  client.setQueryData(['m'], 30);
  const changed = client.setQueriesData({ queryKey: ['n'] }, (/** @type {any} */ n) => n + 1);
  assert.deepEqual(changed, [
    [['n', 1], 11],
    [['n', 2], 21],
  ]);
  assert.equal(client.getQueryData(['m']), 30);
});
