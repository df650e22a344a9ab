import assert from 'node:assert/strict';
import test from 'node:test';
import { counter, observe, start } from './setup.js';

const queryKey = ['k'];

/** @param {import('node:test').TestContext} t @param {any} options */
async function mountTwice(t, options, { pause = 0 } = {}) {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn, ...options }).stop();
  const first = observe(t, client, { queryKey, queryFn, ...options });
  await advance(pause);
  first.stop();
  observe(t, client, { queryKey, queryFn, ...options });
  await advance(0);
  return queryFn.calls;
}

test('by default an answer is stale at once, and fetched again on mount', async (t) => {
  assert.equal(await mountTwice(t, {}), 2);
});

test('within its staleTime an answer is not fetched again', async (t) => {
  assert.equal(await mountTwice(t, { staleTime: 1000 }, { pause: 999 }), 1);
});

test('a staleTime that is no time, or less than none, is none', async (t) => {
  for (const staleTime of [-1, -Infinity, Number.NaN]) {
    assert.equal(await mountTwice(t, { staleTime }), 2, `mounted with ${staleTime}`);
    const { client } = start(t);
    const queryFn = counter();
    await client.fetchQuery({ queryKey, queryFn, staleTime });
    assert.equal(await client.fetchQuery({ queryKey, queryFn, staleTime }), 2, `${staleTime}`);
    assert.equal(client.getQueryCache().find({ queryKey })?.isStaleByTime(staleTime), true);
  }
});

test('after its staleTime an answer is fetched again on mount', async (t) => {
  assert.equal(await mountTwice(t, { staleTime: 1000 }, { pause: 1000 }), 2);
});

test('a staleTime over 2^31 ms is kept to the millisecond', async (t) => {
  const staleTime = 2 ** 31 + 5000;
  assert.equal(await mountTwice(t, { staleTime }, { pause: staleTime - 1 }), 1);
  assert.equal(await mountTwice(t, { staleTime }, { pause: staleTime }), 2);
});

test('staleTime Infinity is never ended by the clock', async (t) => {
  assert.equal(await mountTwice(t, { staleTime: Infinity }, { pause: 1e12 }), 1);
});

test('staleTime Infinity is ended by a change', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn, staleTime: Infinity });
  await advance(0);
  client.invalidateQueries({ queryKey });
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test("staleTime 'static' is ended neither by the clock nor by a change", async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const one = observe(t, client, { queryKey, queryFn, staleTime: 'static' });
  await advance(1e12);
  client.invalidateQueries({ queryKey });
  await advance(0);
  assert.equal(one.result.isStale, false);
  observe(t, client, { queryKey, queryFn, staleTime: 'static', refetchOnMount: 'always' });
  await advance(0);
  assert.equal(queryFn.calls, 1);
});

test("a query of staleTime 'static' that is reset is fetched anew", async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const one = observe(t, client, { queryKey, queryFn, staleTime: 'static' });
  await advance(0);
  await client.resetQueries();
  assert.equal(one.result.data, 2);
});

test('staleTime may be a function of the query', async (t) => {
  const staleTime = (/** @type {any} */ query) => (query.state.data === 1 ? 500 : 0);
  assert.equal(await mountTwice(t, { staleTime }, { pause: 499 }), 1);
  assert.equal(await mountTwice(t, { staleTime }, { pause: 500 }), 2);
});

test('an observer hears when its answer becomes stale', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), staleTime: 1000 });
  await advance(999);
  assert.equal(one.result.isStale, false);
  const before = one.heard.length;
  await advance(1);
  assert.equal(one.result.isStale, true);
  assert.equal(one.heard.length, before + 1);
});

test('each observer has its own staleTime', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const short = observe(t, client, { queryKey, queryFn, staleTime: 100 });
  const long = observe(t, client, { queryKey, queryFn, staleTime: 1000 });
  await advance(500);
  assert.deepEqual([short.result.isStale, long.result.isStale], [true, false]);
});

test('without data a query is stale whatever the staleTime', (t) => {
  const { client } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), staleTime: Infinity });
  assert.equal(one.result.isStale, true);
});

test('refetchOnMount false fetches only what has no data', async (t) => {
  assert.equal(await mountTwice(t, { refetchOnMount: false }), 1);
});

test("refetchOnMount 'always' fetches fresh answers too", async (t) => {
  const options = { refetchOnMount: 'always', staleTime: Infinity };
  assert.equal(await mountTwice(t, options), 2);
});

test('fetchQuery takes a fresh answer from the cache and fetches a stale one', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const options = { queryKey, queryFn, staleTime: 1000 };
  assert.equal(await client.fetchQuery(options), 1);
  await advance(999);
  assert.equal(await client.fetchQuery(options), 1);
  await advance(1);
  assert.equal(await client.fetchQuery(options), 2);
});

test('ensureQueryData takes whatever the cache has', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  assert.equal(await client.ensureQueryData({ queryKey, queryFn }), 1);
  await advance(1000);
  assert.equal(await client.ensureQueryData({ queryKey, queryFn }), 1);
});

test('ensureQueryData with revalidateIfStale fetches stale data again behind its answer', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  client.setQueryData(queryKey, 'old');
  assert.equal(await client.ensureQueryData({ queryKey, queryFn, revalidateIfStale: true }), 'old');
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 1);
});
