import assert from 'node:assert/strict';
import test from 'node:test';
import { defineRules, onlineManager } from '../../../js-glue/index.js';
import { counter, observe, server, start } from './setup.js';

const queryKey = ['k'];
const staleTime = Infinity;

test('an active query is marked and fetched again', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), staleTime });
  await advance(0);
  await client.invalidateQueries({ queryKey });
  assert.equal(one.result.data, 2);
  assert.equal(one.result.isStale, false);
});

test('an inactive query is only marked, and fetched when somebody looks', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const options = { queryKey, queryFn, staleTime };
  await client.fetchQuery(options);
  await client.invalidateQueries({ queryKey });
  assert.equal(queryFn.calls, 1);
  assert.equal(client.getQueryState(queryKey)?.isInvalidated, true);
  observe(t, client, options);
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test('50 invalidations of one query in a turn make one fetch', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn });
  await advance(0);
  for (let i = 0; i < 50; i += 1) client.invalidateQueries({ queryKey });
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test('a change during the first fetch is not lost: one more fetch brings it', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask, staleTime });
  await advance(0);
  client.invalidateQueries({ queryKey });
  await advance(0);
  assert.equal(calls.length, 2);
  calls[0].resolve('old');
  calls[1].resolve('new');
  await advance(0);
  assert.equal(one.result.data, 'new');
  assert.equal(one.result.isStale, false);
});

test('what is in flight is aborted and asked for again', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(queryKey, 'first');
  observe(t, client, { queryKey, queryFn: ask });
  await advance(0);
  const { signal } = calls[0].args[0];
  client.invalidateQueries({ queryKey });
  await advance(0);
  assert.equal(signal.aborted, true);
  assert.equal(calls.length, 2);
});

test('with cancelRefetch false what is in flight lands first, then one more fetch follows', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask, staleTime });
  await advance(0);
  client.invalidateQueries({ queryKey }, { cancelRefetch: false });
  client.invalidateQueries({ queryKey }, { cancelRefetch: false });
  await advance(0);
  assert.equal(calls.length, 1);
  calls[0].resolve('old');
  await advance(0);
  assert.equal(one.result.data, 'old');
  assert.equal(calls.length, 2);
  calls[1].resolve('new');
  await advance(0);
  assert.equal(one.result.data, 'new');
  assert.equal(calls.length, 2);
});

/** @param {import('node:test').TestContext} t @param {string | undefined} refetchType */
async function fetchedOf(t, refetchType) {
  const { client, advance } = start(t);
  const active = counter();
  const inactive = counter();
  observe(t, client, { queryKey: ['k', 'active'], queryFn: active });
  await client.fetchQuery({ queryKey: ['k', 'inactive'], queryFn: inactive });
  await advance(0);
  await client.invalidateQueries({ queryKey, refetchType: /** @type {any} */ (refetchType) });
  const { isInvalidated } = /** @type {any} */ (client.getQueryState(['k', 'inactive']));
  return { active: active.calls - 1, inactive: inactive.calls - 1, marked: isInvalidated };
}

test('refetchType says which of the marked queries are fetched', async (t) => {
  assert.deepEqual(await fetchedOf(t, undefined), { active: 1, inactive: 0, marked: true });
  assert.deepEqual(await fetchedOf(t, 'active'), { active: 1, inactive: 0, marked: true });
  assert.deepEqual(await fetchedOf(t, 'inactive'), { active: 0, inactive: 1, marked: false });
  assert.deepEqual(await fetchedOf(t, 'all'), { active: 1, inactive: 1, marked: false });
  assert.deepEqual(await fetchedOf(t, 'none'), { active: 0, inactive: 0, marked: true });
});

test('a disabled query is not fetched', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn, enabled: false });
  await client.invalidateQueries({ queryKey, refetchType: 'all' });
  await advance(0);
  assert.equal(queryFn.calls, 0);
});

test('the promise waits for the fetches it caused', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(queryKey, 'old');
  observe(t, client, { queryKey, queryFn: ask, staleTime });
  let isOver = false;
  client.invalidateQueries({ queryKey }).then(() => {
    isOver = true;
  });
  await advance(0);
  assert.equal(isOver, false);
  calls[0].resolve('new');
  await advance(0);
  assert.equal(isOver, true);
});

test('a paused fetch does not block the promise', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'old');
  observe(t, client, { queryKey, queryFn: counter(), staleTime });
  onlineManager.setOnline(false);
  await advance(0);
  await client.invalidateQueries({ queryKey });
  assert.equal(client.getQueryState(queryKey)?.fetchStatus, 'paused');
});

/** @param {import('node:test').TestContext} t */
async function withFailingQuery(t) {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'old');
  const queryFn = () => Promise.reject(new Error('no'));
  observe(t, client, { queryKey, queryFn, staleTime, retry: false });
  await advance(0);
  return client;
}

test('errors of the fetches are swallowed', async (t) => {
  const client = await withFailingQuery(t);
  await client.invalidateQueries({ queryKey });
  assert.equal(client.getQueryState(queryKey)?.status, 'error');
});

test('with throwOnError they reject the promise', async (t) => {
  const client = await withFailingQuery(t);
  await assert.rejects(client.invalidateQueries({ queryKey }, { throwOnError: true }), /no/);
});

test('without filters every query is marked', async (t) => {
  const { client } = start(t);
  client.setQueryData(['a'], 1);
  client.setQueryData(['b'], 1);
  await client.invalidateQueries();
  assert.equal(client.getQueryCache().findAll({ stale: true }).length, 2);
});

test('refetchQueries with cancelRefetch false is content with what is in flight', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  observe(t, client, { queryKey, queryFn: ask, staleTime });
  await advance(0);
  const done = client.refetchQueries({ queryKey }, { cancelRefetch: false });
  await advance(0);
  calls[0].resolve('data');
  await done;
  assert.equal(calls.length, 1);
});

test('refetchQueries fetches fresh and inactive ones too', async (t) => {
  const { client } = start(t);
  const queryFn = counter();
  await client.fetchQuery({ queryKey, queryFn, staleTime });
  await client.refetchQueries({ queryKey });
  assert.equal(client.getQueryData(queryKey), 2);
});

test('resetQueries is as if never fetched: active ones load anew', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask, staleTime });
  await advance(0);
  calls[0].resolve('first');
  await advance(0);
  const reset = client.resetQueries({ queryKey });
  assert.deepEqual([one.result.status, one.result.data], ['pending', undefined]);
  await advance(0);
  calls[1].resolve('second');
  await reset;
  assert.equal(one.result.data, 'second');
});

test('resetQueries brings initial data back', async (t) => {
  const { client } = start(t);
  const options = { queryKey, queryFn: counter(), initialData: 'initial', staleTime };
  const one = observe(t, client, options);
  client.setQueryData(queryKey, 'other');
  client.resetQueries({ queryKey });
  assert.equal(one.result.data, 'initial');
});

test('removeQueries forgets; who looks goes on seeing what it saw', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), staleTime });
  await advance(0);
  client.removeQueries({ queryKey });
  assert.equal(client.getQueryData(queryKey), undefined);
  assert.equal(client.getQueryCache().getAll().length, 0);
  assert.equal(one.result.data, 1);
  one.stop();
  const again = observe(t, client, { queryKey, queryFn: () => 'anew' });
  await advance(0);
  assert.equal(again.result.data, 'anew');
});

for (const [how, act] of /** @type {const} */ ([
  ['setQueryData', (client) => client.setQueryData(queryKey, 'made')],
  ['fetchQuery', (client) => client.fetchQuery({ queryKey, queryFn: () => 'made' })],
  [
    'another observer',
    (client, t) => observe(t, client, { queryKey, queryFn: () => 'made', staleTime }),
  ],
  ['a change', (client) => client.applyChange({ resource: 'row' })],
])) {
  test(`who looks at a removed key sees it again after ${how}, and follows it from there`, async (t) => {
    const rules = defineRules([{ on: 'row', invalidate: [queryKey] }]);
    const { client, advance } = start(t, { rules });
    const queryFn = (/** @type {any} */ _) => 'made';
    client.setQueryData(queryKey, 'before');
    const one = observe(t, client, { queryKey, queryFn, staleTime });
    client.removeQueries({ queryKey });
    assert.equal(one.result.data, 'before');
    await /** @type {any} */ (act)(client, t);
    await advance(300);
    assert.equal(one.result.data, 'made');
    client.setQueryData(queryKey, 'later');
    await advance(0);
    assert.equal(one.result.data, 'later');
  });
}

test('a removed query is told of as removed once, and as added when it is back', async (t) => {
  const { client, advance } = start(t);
  /** @type {string[]} */
  const heard = [];
  client.setQueryData(queryKey, 1);
  const one = observe(t, client, { queryKey, queryFn: () => 2, staleTime });
  await advance(0);
  t.after(
    client.getQueryCache().subscribe(({ type }) => {
      if (type === 'added' || type === 'removed') heard.push(type);
    }),
  );
  client.removeQueries({ queryKey });
  client.removeQueries({ queryKey });
  await advance(0);
  client.setQueryData(queryKey, 3);
  await advance(0);
  client.getQueryCache().clear();
  one.stop();
  await advance(0);
  assert.deepEqual(heard, ['removed', 'added', 'removed']);
});

test('a pending change shows on a removed key that is back', async (t) => {
  const { client, advance } = start(t);
  const update = (/** @type {number[]} */ rows) => [...rows, 2];
  client.setQueryData(queryKey, [1]);
  const one = observe(t, client, { queryKey, queryFn: () => [0], staleTime });
  const mutationFn = () => new Promise(() => {});
  client.mutate({ mutationFn, variables: 0, optimistic: [{ queryKey, update }] });
  client.removeQueries({ queryKey });
  client.setQueryData(queryKey, [1]);
  await advance(0);
  assert.deepEqual(one.result.data, [1, 2]);
});

test('a row that was deleted does not stay on the screen, and shows when it is back', async (t) => {
  const rules = defineRules([
    { on: 'row', invalidate: [queryKey] },
    { on: { resource: 'row', action: 'DELETE' }, remove: [queryKey] },
  ]);
  const { client, advance } = start(t, { rules });
  let row = /** @type {string | null} */ ('row');
  const one = observe(t, client, { queryKey, queryFn: () => row, staleTime });
  await advance(0);
  row = null;
  client.applyChange({ resource: 'row', action: 'DELETE' });
  assert.equal(one.result.isPending, true);
  await advance(300);
  assert.equal(one.result.data, null);
  row = 'again';
  client.applyChange({ resource: 'row', action: 'INSERT' });
  await advance(300);
  assert.equal(one.result.data, 'again');
});

test('who waits for a refetch that is called off before it began does not wait for ever', async (t) => {
  const { client, advance } = start(t);
  const options = { queryKey, queryFn: counter(), staleTime };
  /** @type {Record<string, (one: ReturnType<typeof observe>) => unknown>} */
  const ends = {
    'cancelQueries called it off': () => client.cancelQueries({ queryKey }),
    'resetQueries began anew': () => client.resetQueries({ queryKey }),
    'the query was removed': () => client.removeQueries({ queryKey }),
    'nobody looks any more': ({ stop }) => stop(),
  };
  for (const [why, end] of Object.entries(ends)) {
    const one = observe(t, client, options);
    await advance(0);
    let isOver = false;
    client.invalidateQueries({ queryKey }).then(() => {
      isOver = true;
    });
    end(one);
    await advance(0);
    assert.ok(isOver, why);
    one.stop();
  }
});

test('isFetching counts the queries that are being fetched', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.prefetchQuery({ queryKey: ['a'], queryFn: ask });
  client.prefetchQuery({ queryKey: ['b'], queryFn: ask });
  assert.equal(client.isFetching(), 2);
  assert.equal(client.isFetching({ queryKey: ['a'] }), 1);
  await advance(0);
  calls[0].resolve(1);
  await advance(0);
  assert.equal(client.isFetching(), 1);
});
