import assert from 'node:assert/strict';
import test from 'node:test';
import { counter, observe, start } from './setup.js';

const queryKey = ['tasks'];

test('a persister answers in place of the query function', async (t) => {
  const { client } = start(t);
  const queryFn = counter();
  const data = await client.fetchQuery({ queryKey, queryFn, persister: async () => 'stored' });
  assert.deepEqual([data, queryFn.calls], ['stored', 0]);
});

test('it gets that function, the context and the query', async (t) => {
  const { client } = start(t);
  const persister = async (
    /** @type {any} */ queryFn,
    /** @type {any} */ context,
    /** @type {any} */ query,
  ) => [await queryFn(context), context.queryKey, query.queryHash];
  const queryFn = async (/** @type {any} */ context) => context.meta.from;
  const data = await client.fetchQuery({ queryKey, queryFn, persister, meta: { from: 'server' } });
  assert.deepEqual(data, ['server', queryKey, '["tasks"]']);
});

test('one that looks at the signal can be aborted', async (t) => {
  const { client, advance } = start(t);
  /** @type {AbortSignal | undefined} */
  let taken;
  const persister = (/** @type {any} */ _, /** @type {any} */ { signal }) => {
    taken = signal;
    return new Promise(() => {});
  };
  const { stop } = observe(t, client, { queryKey, queryFn: counter(), persister });
  await advance(0);
  stop();
  assert.equal(taken?.aborted, true);
});

test('it may be the default of a client', async (t) => {
  const { client } = start(t, { defaultOptions: { queries: { persister: () => 'stored' } } });
  assert.equal(await client.fetchQuery({ queryKey, queryFn: counter() }), 'stored');
});
