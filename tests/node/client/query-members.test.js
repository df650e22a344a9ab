/** What one can do with a query, a mutation or an observer that one has in hand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isCancelledError, onlineManager, QueryObserver } from '../../../js-glue/index.js';
import { counter, observe, server, start } from './setup.js';

const queryKey = ['tasks', { of: 'me' }];

/** @param {import('node:test').TestContext} t @param {any} [options] */
async function observed(t, options) {
  const { client, advance } = start(t);
  const queryFn = counter();
  const { observer } = observe(t, client, { queryKey, queryFn, staleTime: Infinity, ...options });
  await advance(0);
  return { client, advance, queryFn, observer, query: observer.getCurrentQuery() };
}

test('get finds a query by its hash, and nothing by another', async (t) => {
  const { client, query } = await observed(t);
  const cache = client.getQueryCache();
  assert.equal(cache.get(query.queryHash), query);
  for (const hash of ['["other"]', 'no JSON', '{}', '']) assert.equal(cache.get(hash), undefined);
});

test('remove forgets that query alone', (t) => {
  const { client } = start(t);
  client.setQueryData(['a'], 1);
  client.setQueryData(['b'], 2);
  const cache = client.getQueryCache();
  const query = cache.find({ queryKey: ['a'] });
  cache.remove(query);
  cache.remove(query); // it is gone: nothing happens
  assert.deepEqual([client.getQueryData(['a']), client.getQueryData(['b'])], [undefined, 2]);
});

test('remove leaves the successor of a query that is gone', (t) => {
  const { client } = start(t);
  client.setQueryData(['a'], 1);
  const query = client.getQueryCache().find({ queryKey: ['a'] });
  client.removeQueries();
  client.setQueryData(['a'], 2);
  client.getQueryCache().remove(query);
  assert.equal(client.getQueryData(['a']), 2);
});

test('fetch asks the server, by the options that it is given', async (t) => {
  const { query, queryFn } = await observed(t);
  assert.equal(await query.fetch(), 2);
  assert.equal(await query.fetch({ queryFn: async () => 'other' }), 'other');
  assert.equal(queryFn.calls, 2);
});

test('fetch joins what is in flight; with cancelRefetch it asks anew', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'old');
  const { ask, calls } = server();
  const query = client.getQueryCache().find({ queryKey });
  const first = query.fetch({ queryFn: ask });
  await advance(0);
  query.fetch();
  await advance(0);
  assert.equal(calls.length, 1);
  query.fetch(undefined, { cancelRefetch: true });
  await advance(0);
  calls.at(-1)?.resolve('new');
  assert.deepEqual([await first, calls.length], ['new', 2]);
});

test('promise is that of the fetch under way, and undefined without one', async (t) => {
  const { client, query, advance } = await observed(t);
  assert.equal(query.promise, undefined);
  const { ask, calls } = server();
  query.fetch({ queryFn: ask });
  const { promise } = query;
  await advance(0);
  calls[0].resolve('data');
  assert.equal(await promise, 'data');
  assert.equal(client.getQueryData(queryKey), 'data');
});

test('cancel takes the fetch back', async (t) => {
  const { query, advance } = await observed(t);
  query.fetch({ queryFn: server().ask });
  await query.cancel();
  await advance(0);
  assert.deepEqual([query.state.fetchStatus, query.state.data], ['idle', 1]);
});

test('invalidate marks and fetches nothing', async (t) => {
  const { query, queryFn, advance } = await observed(t);
  query.invalidate();
  await advance(0);
  assert.deepEqual([query.state.isInvalidated, queryFn.calls], [true, 1]);
});

test('reset makes it as if never fetched, and fetches nothing', async (t) => {
  const { query, queryFn, advance } = await observed(t);
  query.reset();
  await advance(0);
  const { status, data, fetchStatus } = query.state;
  assert.deepEqual([status, data, fetchStatus, queryFn.calls], ['pending', undefined, 'idle', 1]);
});

test('setData puts an answer in that observers see', async (t) => {
  const { query, observer, advance } = await observed(t);
  assert.equal(query.setData('set', { updatedAt: 5 }), 'set');
  await advance(0);
  const { data, dataUpdatedAt } = observer.getCurrentResult();
  assert.deepEqual([data, dataUpdatedAt], ['set', 5]);
});

test('setOptions are those that it goes by when nobody observes it', async (t) => {
  const { client } = start(t);
  client.setQueryData(queryKey, 1);
  const query = client.getQueryCache().find({ queryKey });
  query.setOptions({ queryFn: async () => 'by these', gcTime: 7 });
  assert.deepEqual([await query.fetch(), query.gcTime], ['by these', 7]);
});

test('isStatic says whether an observer shows it for good', async (t) => {
  const { query } = await observed(t, { staleTime: 'static' });
  assert.equal(query.isStatic(), true);
  assert.equal((await observed(t)).query.isStatic(), false);
});

test('a query that is gone does nothing, but fetch still answers', async (t) => {
  const { client } = start(t);
  client.setQueryData(queryKey, 1);
  const query = client.getQueryCache().find({ queryKey });
  client.removeQueries();
  query.invalidate();
  query.reset();
  await query.cancel();
  assert.equal(query.setData(2), 1);
  assert.equal(query.promise, undefined);
  assert.equal(await query.fetch({ queryFn: async () => 3 }), 3);
});

test('fetchOptimistic fetches for other options than the observer has', async (t) => {
  const { client } = start(t);
  const observer = new QueryObserver(client, { queryKey, queryFn: counter() });
  const select = (/** @type {number} */ n) => n * 2;
  const other = { queryKey: ['other'], queryFn: async () => 2, select };
  const { data, status } = await observer.fetchOptimistic(other);
  assert.deepEqual([data, status], [4, 'success']);
});

test('fetchOptimistic rejects when the fetch fails', async (t) => {
  const { client } = start(t);
  const observer = new QueryObserver(client, { queryKey, queryFn: counter() });
  const failing = { queryKey: ['x'], queryFn: () => Promise.reject(new Error('no')), retry: false };
  await assert.rejects(observer.fetchOptimistic(failing), /no/);
});

test('continue gives the promise of the run, also of one that is over', async (t) => {
  const { client, advance } = start(t);
  onlineManager.setOnline(false);
  const mutation = client.getMutationCache().build(client, { mutationFn: async () => 'done' });
  const run = mutation.execute();
  await advance(0);
  onlineManager.setOnline(true);
  assert.equal(await mutation.continue(), 'done');
  assert.deepEqual([await run, await mutation.continue()], ['done', 'done']);
});

test('a mutation that its own callback continues runs once', async (t) => {
  const { client } = start(t);
  let calls = 0;
  const mutation = client.getMutationCache().build(client, {
    onMutate: () => {
      mutation.continue();
    },
    mutationFn: async () => ++calls,
  });
  assert.equal(await mutation.execute(), 1);
});

test('continuing a mutation handles no failure for who began it', async (t) => {
  const { client, advance } = start(t);
  onlineManager.setOnline(false);
  const failing = { mutationFn: () => Promise.reject(new Error('refused')) };
  const mutation = client.getMutationCache().build(client, failing);
  const run = mutation.execute();
  await advance(0);
  onlineManager.setOnline(true);
  await assert.rejects(mutation.continue(), /refused/);
  await assert.rejects(run, /refused/);
});

test('a mutation goes by the options that it is given before it runs', async (t) => {
  const { client } = start(t);
  const mutation = client.getMutationCache().build(client, { mutationFn: async () => 1 });
  mutation.setOptions({ mutationFn: async () => 2 });
  assert.equal(await mutation.execute(), 2);
});

test('cancelling the first fetch of a query in hand rejects who waits', async (t) => {
  const { client } = start(t);
  const fetched = client.fetchQuery({ queryKey, queryFn: server().ask });
  const rejected = assert.rejects(fetched, isCancelledError);
  client.getQueryCache().find({ queryKey }).cancel();
  await rejected;
});
