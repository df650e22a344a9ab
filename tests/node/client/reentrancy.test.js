/**
 * The core decides a batch of effects at once. Whatever the app's functions do while it is carried
 * out comes after all of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isCancelledError, QueryCache } from '../../../js-glue/index.js';
import { catchReports, counter, observe, server, start } from './setup.js';

const A = ['a'];
const B = ['b'];
const staleTime = Infinity;
const append = (/** @type {string[]} */ list, /** @type {string} */ item) => [...list, item];

/**
 * A mutation with layers over A, which is observed, and over B, which is not. Once it is
 * acknowledged, one batch notifies the observer of A and makes the layer part of B's base.
 * `meddle` runs when that observer is told.
 *
 * @param {import('node:test').TestContext} t
 * @param {(client: any) => void} meddle
 */
async function acknowledgeAndMeddle(t, meddle) {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  let armed = false;
  client.setQueryData(A, ['a']);
  client.setQueryData(B, ['b']);
  observe(t, client, {
    queryKey: A,
    queryFn: () => new Promise(() => {}),
    staleTime,
    notifyOnChangeProps: () => {
      if (armed) {
        armed = false;
        meddle(client);
      }
      return 'all';
    },
  });
  const optimistic = [B, A].map((queryKey) => ({ queryKey, update: append })); // A is told first
  client.mutate({ mutationFn: ask, variables: 'first', optimistic });
  await advance(0);
  armed = true;
  calls[0].resolve('done');
  await advance(0);
  assert.equal(armed, false);
  return { client, advance, calls };
}

test('data set by a callback is not taken for the value under an acknowledged change', async (t) => {
  const { client } = await acknowledgeAndMeddle(t, (it) => it.setQueryData(B, ['set']));
  assert.deepEqual(client.getQueryData(B), ['set']);
});

test('an updater function of a callback gets the value that holds the acknowledged change', async (t) => {
  const { client } = await acknowledgeAndMeddle(t, (it) =>
    it.setQueryData(B, (/** @type {any} */ list) => [...list, 'set']),
  );
  assert.deepEqual(client.getQueryData(B), ['b', 'first', 'set']);
});

test('a mutation begun by a callback lies over the acknowledged change', async (t) => {
  const { ask } = server();
  const optimistic = [{ queryKey: B, update: append }];
  const { client } = await acknowledgeAndMeddle(t, (it) =>
    it.mutate({ mutationFn: ask, variables: 'second', optimistic }),
  );
  assert.deepEqual(client.getQueryData(B), ['b', 'first', 'second']);
});

test('a query removed by a callback stays removed', async (t) => {
  const { client } = await acknowledgeAndMeddle(t, (it) => it.removeQueries({ queryKey: B }));
  assert.equal(client.getQueryData(B), undefined);
});

test('a client cleared by a callback is empty', async (t) => {
  const { client } = await acknowledgeAndMeddle(t, (it) => it.clear());
  assert.deepEqual(client.getQueryCache().getAll(), []);
});

test('who asks again while fetches are cancelled gets the new answer', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  let again = Promise.resolve('not asked');
  const first = client.fetchQuery({
    queryKey: A,
    queryFn: (/** @type {any} */ { signal }) => {
      signal.addEventListener('abort', () => {
        again = client.fetchQuery({ queryKey: B, queryFn: async () => 'new' });
      });
      return ask();
    },
  });
  const second = client.fetchQuery({ queryKey: B, queryFn: ask });
  await advance(0);
  assert.equal(calls.length, 2);
  client.cancelQueries();
  await assert.rejects(first, { name: 'CancelledError' });
  await assert.rejects(second, { name: 'CancelledError' });
  await advance(0);
  assert.equal(await again, 'new');
});

test('a refetch that another query function calls off is not made', async (t) => {
  const { client, advance } = start(t);
  const second = counter();
  let meddles = false;
  observe(t, client, {
    queryKey: A,
    queryFn: async () => {
      if (meddles) client.cancelQueries({ queryKey: B });
      return 1;
    },
  });
  observe(t, client, { queryKey: B, queryFn: second });
  await advance(0);
  meddles = true;
  client.invalidateQueries();
  await advance(0);
  assert.equal(second.calls, 1);
});

test('initial data may set another query that is reset with it', async (t) => {
  const { client } = start(t);
  let resets = false;
  const initialData = () => {
    if (resets) client.setQueryData(B, 'set');
    return 'initial';
  };
  observe(t, client, { queryKey: A, initialData, enabled: false });
  client.setQueryData(B, 'old');
  resets = true;
  client.resetQueries();
  assert.deepEqual([client.getQueryData(A), client.getQueryData(B)], ['initial', 'set']);
});

test('what a fetch brought is the answer, even if a callback of the cache resets the query', async (t) => {
  const queryCache = new QueryCache({
    onSuccess: (_, query) => query.client.resetQueries({ queryKey: query.queryKey }),
  });
  const { client } = start(t, { queryCache });
  assert.equal(await client.fetchQuery({ queryKey: A, queryFn: async () => 'data' }), 'data');
  assert.equal(client.getQueryData(A), undefined);
});

test('a function of the app that throws is reported, and the others are called', async (t) => {
  const reports = catchReports(t);
  const queryCache = new QueryCache({
    onSuccess: () => {
      throw new Error('in onSuccess');
    },
  });
  const { client } = start(t, { queryCache });
  const one = observe(t, client, { queryKey: A, queryFn: async () => 'data' });
  await client.fetchQuery({ queryKey: A, queryFn: async () => 'data' });
  assert.match(String(reports[0]), /in onSuccess/);
  assert.equal(one.result.data, 'data');
});

test('who asks for a fetch hears of its end also if a function that it calls clears the cache', async (t) => {
  const { client, advance } = start(t);
  const queryFn = (/** @type {any} */ { signal }) => {
    signal.onabort = () => client.clear();
    return new Promise(() => {});
  };
  client.fetchQuery({ queryKey: ['k'], queryFn }).catch(() => {});
  await advance(0);
  client.invalidateQueries({ refetchType: 'none' });
  const ends = client.fetchQuery({ queryKey: ['k'], queryFn }).catch(isCancelledError);
  assert.equal(await Promise.race([ends, advance(1000)]), true);
});
