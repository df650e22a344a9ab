/** A change of one's own comes back through the stream: before its answer, after it, or much later. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { reached, startLive } from './live.js';
import { append } from './optimistic-list.js';
import { observe, server } from './setup.js';

const queryKey = ['tasks', '42'];
const change = { resource: 'task', id: '42', action: 'UPDATE' };

/**
 * A live client that looks at task 42, which the test answers by hand, and has begun to change it.
 *
 * @param {import('node:test').TestContext} t
 */
async function startChanging(t) {
  const world = await startLive(t, { clientId: 'me' });
  const { client, connection, advance } = world;
  const fetches = server();
  const api = server();
  client.setQueryData(queryKey, ['base']);
  const queryFn = (/** @type {any} */ { asOf }) => fetches.ask(asOf);
  observe(t, client, { queryKey, queryFn, staleTime: Infinity, retry: false });
  const optimistic = [{ queryKey, update: append }];
  const done = client
    .mutate({ mutationFn: api.ask, variables: 'A', optimistic, change })
    .catch((/** @type {unknown} */ error) => error);
  await advance(0);

  return {
    ...world,
    done,
    api: api.calls,
    fetches: fetches.calls,
    shown: () => client.getQueryData(queryKey),
    echo: { epoch: 'e', seq: 6, prev: 5, data: { ...change, mutation: `${client.clientId}.1` } },
    /** Sends a frame, and waits until the client has heard it. @param {any} frame */
    async tell(frame) {
      connection.send(frame);
      connection.send({ type: 'ping', seq: 5 });
      while ((await connection.received()).type !== 'pong');
      await advance(0);
    },
    /** @param {number} index @param {any} data @param {string} [asOf] */
    async answer(index, data, asOf) {
      if (asOf) fetches.calls[index].args[0](asOf);
      fetches.calls[index].resolve(data);
      await advance(0);
    },
  };
}

test('an echo after the answer of the mutation causes no second refetch', async (t) => {
  const { api, done, fetches, answer, tell, echo, shown } = await startChanging(t);
  api[0].resolve('done');
  await done;
  await answer(0, ['base', 'A'], 'e:6');
  await tell({ type: 'cache_invalidate', ...echo });
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 1]);
});

test('nor does one that comes while the refetch is under way', async (t) => {
  const { api, done, fetches, answer, tell, echo, advance, shown } = await startChanging(t);
  api[0].resolve('done');
  await done;
  await advance(0);
  await tell({ type: 'cache_invalidate', ...echo });
  await answer(0, ['base', 'A'], 'e:6');
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 1]);
});

test('nor one that is faster than the answer of the mutation', async (t) => {
  const { api, done, fetches, answer, tell, echo, shown } = await startChanging(t);
  await tell({ type: 'cache_invalidate', ...echo });
  assert.equal(fetches.length, 1);
  await answer(0, ['base', 'A'], 'e:6');
  assert.deepEqual(shown(), ['base', 'A']);
  api[0].resolve('done');
  await done;
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 1]);
});

test('acknowledged while the socket is down, the change is fetched at once, and its echo on return adds nothing', async (t) => {
  const { hub, channel, connection, ...world } = await startChanging(t);
  const { api, done, fetches, answer, echo, advance, shown } = world;
  const again = hub.connection();
  connection.close(1001);
  await reached(channel, 'offline');
  api[0].resolve('done');
  await done;
  await advance(0);
  await answer(0, ['base', 'A'], 'e:6');
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 1]);

  await advance(20_000);
  const second = await again;
  await second.received();
  second.send({ type: 'hello', v: 1, epoch: 'e', seq: 6, ping: 25000, window: 1024 });
  await second.received();
  second.send({ type: 'subscribed', epoch: 'e', seq: 6, recovered: true, messages: [echo] });
  await reached(channel, 'live');
  await advance(0);
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 1]);
});

test('a mutation whose answer was lost stands if its echo says that it was done', async (t) => {
  const { api, done, answer, tell, echo, shown } = await startChanging(t);
  await tell({ type: 'cache_invalidate', ...echo });
  api[0].reject(new Error('the connection broke'));
  assert.match(String(await done), /connection broke/);
  assert.deepEqual(shown(), ['base', 'A']);
  await answer(0, ['base', 'A'], 'e:6');
  assert.deepEqual(shown(), ['base', 'A']);
});

test('a change by somebody else under a pending one shows beneath it, and stays when that is refused', async (t) => {
  const { api, done, answer, tell, shown } = await startChanging(t);
  await tell({ type: 'cache_invalidate', epoch: 'e', seq: 6, prev: 5, data: change });
  await answer(0, ['by somebody else'], 'e:6');
  assert.deepEqual(shown(), ['by somebody else', 'A']);
  api[0].reject(new Error('refused'));
  await done;
  assert.deepEqual(shown(), ['by somebody else']);
});
