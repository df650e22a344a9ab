import assert from 'node:assert/strict';
import test from 'node:test';
import { defineRules, isCancelledError } from '../../../js-glue/index.js';
import { inBoth } from './both.js';
import { observe, server, start } from './setup.js';

const queryKey = ['k'];

test('cancelQueries aborts the signal', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.prefetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  const { signal } = calls[0].args[0];
  await client.cancelQueries({ queryKey });
  assert.equal(signal.aborted, true);
});

test('the query is as before the fetch', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(queryKey, 'old');
  const before = client.getQueryState(queryKey);
  observe(t, client, { queryKey, queryFn: ask });
  await advance(0);
  await client.cancelQueries({ queryKey });
  assert.deepEqual(client.getQueryState(queryKey), before);
  calls[0].resolve('late');
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 'old');
});

test('who waits for a first answer learns that it was cancelled', async (t) => {
  const { client, advance } = start(t);
  const fetched = client.fetchQuery({ queryKey, queryFn: server().ask });
  const rejected = assert.rejects(fetched, isCancelledError);
  await advance(0);
  client.cancelQueries({ queryKey });
  await rejected;
});

test('it works in the turn in which the fetch was asked for, too', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  const rejected = assert.rejects(fetched, isCancelledError);
  client.cancelQueries({ queryKey });
  await rejected;
  await advance(0);
  calls[0].resolve('too late');
  await advance(0);
  assert.equal(client.getQueryData(queryKey), undefined);
});

test('who waits for a refetch gets the answer that stands', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'old');
  const fetched = client.fetchQuery({ queryKey, queryFn: server().ask });
  await advance(0);
  client.cancelQueries({ queryKey });
  assert.equal(await fetched, 'old');
});

test('a fetch whose signal was taken is aborted when the last observer leaves', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask });
  const two = observe(t, client, { queryKey, queryFn: ask });
  await advance(0);
  const { signal } = calls[0].args[0];
  one.stop();
  assert.equal(signal.aborted, false);
  two.stop();
  assert.equal(signal.aborted, true);
  assert.equal(client.getQueryState(queryKey)?.fetchStatus, 'idle');
});

test('a fetch whose signal nobody took is let finish', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const queryFn = () => ask();
  const one = observe(t, client, { queryKey, queryFn });
  await advance(0);
  one.stop();
  calls[0].resolve('data');
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 'data');
});

test('a fetch that is let finish is not tried again', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const queryFn = () => ask();
  const one = observe(t, client, { queryKey, queryFn });
  await advance(0);
  one.stop();
  calls[0].reject(new Error('no'));
  await advance(1e5);
  assert.equal(calls.length, 1);
});

test('when an observer moves to another key, what it leaves behind is aborted', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const { observer } = observe(t, client, { queryKey: ['a'], queryFn: ask });
  await advance(0);
  const { signal } = calls[0].args[0];
  observer.setOptions({ queryKey: ['b'], queryFn: ask });
  assert.equal(signal.aborted, true);
});

test('an observer whose query was removed is back at its interval', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask, refetchInterval: 1000 });
  await advance(0);
  client.removeQueries();
  await advance(1000);
  calls[1].resolve('data');
  await advance(0);
  assert.equal(one.result.data, 'data');
  assert.equal(client.getQueryData(queryKey), 'data');
});

for (const [name, online] of /** @type {const} */ ([
  ['in flight', true],
  ['waiting for the network', false],
])) {
  test(`without revert a fetch ${name} is an error, as in v5`, async () => {
    const { tidemark, v5 } = await inBoth(async ({ lib, client, advance, log }) => {
      client.setQueryData(queryKey, 'data');
      lib.onlineManager.setOnline(online);
      /** @type {AbortSignal | undefined} */
      let signal;
      const queryFn = (/** @type {any} */ context) => {
        signal = context.signal;
        return new Promise(() => {});
      };
      const ended = client.fetchQuery({ queryKey, queryFn }).catch((/** @type {any} */ e) => e);
      await advance();
      await client.cancelQueries({ queryKey }, { revert: false });
      const { status, fetchStatus, data, error, fetchFailureCount } =
        client.getQueryState(queryKey);
      log(status, fetchStatus, data, fetchFailureCount, signal?.aborted);
      log(lib.isCancelledError(error), error === (await ended), error.revert);
    });
    assert.deepEqual(tidemark, v5);
    assert.deepEqual(tidemark[0].slice(0, 3), ['error', 'idle', 'data']);
  });
}

test('who waits for fetchQuery gets the answer although the observer leaves', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const { stop } = observe(t, client, { queryKey, queryFn: ask });
  await advance(0);
  const { signal } = calls[0].args[0];
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  stop();
  assert.equal(signal.aborted, false);
  calls[0].resolve('answer');
  assert.equal(await fetched, 'answer');
});

for (const verb of /** @type {const} */ (['refetchQueries', 'invalidateQueries'])) {
  for (const cancelRefetch of [true, false]) {
    test(`${verb} with cancelRefetch ${cancelRefetch} gets the answer although the observer leaves`, async (t) => {
      const { client, advance } = start(t);
      const { ask, calls } = server();
      client.setQueryData(queryKey, 'old');
      const { stop } = observe(t, client, { queryKey, queryFn: ask });
      await advance(0);
      const over = client[verb]({ queryKey }, { cancelRefetch });
      await advance(0);
      const { args, resolve } = calls[calls.length - 1];
      assert.ok(args[0].signal);
      stop();
      resolve('new');
      await over;
      assert.equal(client.getQueryData(queryKey), 'new');
    });
  }
}

test('observer.refetch gets the answer although the observer moves to another key', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(queryKey, 'old');
  const { observer } = observe(t, client, { queryKey, queryFn: ask, staleTime: Infinity });
  observer.refetch();
  await advance(0);
  const { signal } = calls[0].args[0];
  observer.setOptions({ queryKey: ['other'], queryFn: ask });
  assert.equal(signal.aborted, false);
  calls[0].resolve('answer');
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 'answer');
});

test('who waits for fetchQuery gets the answer that follows a reset', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  client.resetQueries({ queryKey });
  await advance(0);
  calls[1].resolve('second');
  assert.equal(await fetched, 'second');
});

/** A page that shows `old` while the refetch of a change that made it `new` is under way. */
async function refetchingChange(/** @type {any} */ t) {
  const rules = defineRules([{ on: 'x', invalidate: [queryKey] }]);
  const { client, advance } = start(t, { rules });
  const { ask, calls } = server();
  client.setQueryData(queryKey, 'old');
  const shown = observe(t, client, { queryKey, queryFn: ask, staleTime: Infinity });
  client.applyChange({ resource: 'x' });
  await advance(0);
  return { client, advance, calls, shown };
}

test('a change whose refetch is cancelled is fetched a little later', async (t) => {
  const { client, advance, calls, shown } = await refetchingChange(t);
  await client.cancelQueries({ queryKey });
  await advance(1600);
  calls[1].resolve('new');
  await advance(0);
  assert.equal(shown.result.data, 'new');
});

test('a write after cancelQueries stands while it is on its way, and the change comes after it', async (t) => {
  const { client, advance, calls, shown } = await refetchingChange(t);
  await client.cancelQueries({ queryKey });
  client.setQueryData(queryKey, 'optimistic');
  calls[0].resolve('late');
  await advance(20_000);
  assert.equal(shown.result.data, 'optimistic');
  assert.equal(calls.length, 1);
  await advance(30_000);
  calls[1].resolve('new');
  await advance(0);
  assert.equal(shown.result.data, 'new');
});

test('what was invalidated with refetchType none waits for somebody to ask', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(queryKey, 'old');
  observe(t, client, { queryKey, queryFn: ask, staleTime: Infinity });
  client.invalidateQueries({ queryKey, refetchType: 'none' });
  await client.cancelQueries({ queryKey });
  await advance(60_000);
  assert.equal(calls.length, 0);
});
