/** What the caches tell, list and take, beside TanStack Query. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inBoth } from './both.js';

/** @param {string} promise @param {Parameters<typeof inBoth>[0]} scenario */
function sameAsV5(promise, scenario) {
  test(promise, async () => {
    const { tidemark, v5 } = await inBoth(scenario);
    assert.ok(v5.length > 0);
    assert.deepEqual(tidemark, v5);
  });
}

/** @param {any} cache @param {any} query */
const isListed = (cache, query) => cache.getAll().includes(query);

sameAsV5('findAll lists queries in the order they were made', async ({ client, log }) => {
  for (const key of [['b'], ['a'], ['c', 1], [{ x: 1 }], ['a', 2]]) client.setQueryData(key, 1);
  log(
    client
      .getQueryCache()
      .findAll()
      .map((/** @type {any} */ query) => query.queryKey),
  );
});

sameAsV5('the query cache tells of results and options of observers', async (stage) => {
  const { lib, client, advance, log } = stage;
  const types = new Set();
  client.getQueryCache().subscribe((/** @type {any} */ event) => types.add(event.type));
  const options = { queryKey: ['a'], queryFn: async () => 1 };
  const observer = new lib.QueryObserver(client, { ...options, staleTime: 5 });
  const stop = observer.subscribe(() => {});
  await advance(10);
  observer.setOptions({ ...options, staleTime: 9 });
  await advance(1);
  stop();
  client.removeQueries();
  await advance(1);
  log([...types].sort());
});

sameAsV5('the mutation cache tells of observers and their options', async (stage) => {
  const { lib, client, advance, log } = stage;
  const observer = new lib.MutationObserver(client, { mutationFn: async () => 1 });
  const types = new Set();
  client.getMutationCache().subscribe((/** @type {any} */ event) => types.add(event.type));
  const stop = observer.subscribe(() => {});
  observer.mutate();
  await advance(10);
  observer.setOptions({ mutationFn: async () => 2 });
  await advance(1);
  stop();
  client.clear();
  await advance(1);
  log([...types].sort());
});

sameAsV5('a query is built from options as an app writes them', async ({ client, log }) => {
  log(client.getQueryCache().build(client, { queryKey: ['q'] }).queryHash);
});

sameAsV5('a query is built with a state that was kept', async ({ client, log }) => {
  const state = { data: 'kept', dataUpdatedAt: 5 };
  const query = client.getQueryCache().build(client, { queryKey: ['q'] }, state);
  log(isListed(client.getQueryCache(), query), query.state.data, query.state.dataUpdatedAt);
});

sameAsV5('a mutation is built with the defaults of its key', async ({ client, log }) => {
  client.setMutationDefaults(['m'], { mutationFn: async () => 'done' });
  log(
    await client
      .getMutationCache()
      .build(client, { mutationKey: ['m'] })
      .execute(),
  );
});

sameAsV5('a mutation that was kept goes on without its onMutate', async ({ client, log }) => {
  const asked = /** @type {any[]} */ ([]);
  client.setMutationDefaults(['m'], {
    mutationFn: async (/** @type {any} */ variables) => asked.push(variables),
    onMutate: () => asked.push('onMutate'),
  });
  const state = { status: 'pending', isPaused: true, variables: 'v', failureCount: 0 };
  const mutation = client.getMutationCache().build(client, { mutationKey: ['m'] }, state);
  log(mutation.state.status, mutation.state.isPaused);
  await client.resumePausedMutations();
  log(asked, mutation.state.status);
});

sameAsV5('the observers of a query are a list', async ({ lib, client, log }) => {
  const options = { queryKey: ['a'], enabled: false };
  const observers = [1, 2].map(() => new lib.QueryObserver(client, options));
  const [stop] = observers.map((observer) => observer.subscribe(() => {}));
  const query = client.getQueryCache().find({ queryKey: ['a'] });
  log(query.observers.length, query.observers[0] === observers[0]);
  stop();
  log(query.observers.length, query.observers[0] === observers[1]);
});

sameAsV5(
  'a source of events is set up at once, and the one before it taken down',
  ({ lib, log }) => {
    let up = 0;
    let down = 0;
    for (const manager of [lib.focusManager, lib.onlineManager]) {
      for (let i = 0; i < 2; i++) {
        manager.setEventListener(() => {
          up += 1;
          return () => {
            down += 1;
          };
        });
      }
    }
    log(up, down);
  },
);

sameAsV5('placeholder data that is written anew keeps its reference', ({ lib, client, log }) => {
  const options = () => ({ queryKey: ['a'], enabled: false, placeholderData: { rows: [] } });
  const observer = new lib.QueryObserver(client, options());
  const { data } = observer.getCurrentResult();
  observer.setOptions(options());
  log(observer.getCurrentResult().data === data);
});

sameAsV5('retryOnMount is not asked of a query that has data', async (stage) => {
  const { lib, client, advance, log } = stage;
  client.setQueryData(['a'], 1);
  let asked = 0;
  const retryOnMount = () => {
    asked += 1;
    return false;
  };
  const options = { queryKey: ['a'], queryFn: async () => 2, retryOnMount };
  new lib.QueryObserver(client, options).subscribe(() => {});
  await advance(10);
  log(asked);
});
