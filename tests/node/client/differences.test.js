/** The table of README.md, "Where it differs from TanStack Query v5": what each library does, row by row. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inBoth } from './both.js';

/**
 * @param {string} row
 * @param {Parameters<typeof inBoth>[0]} scenario
 * @param {{ v5: any[], tidemark: any[] }} expected
 */
function differs(row, scenario, expected) {
  test(row, async () => {
    assert.deepEqual(await inBoth(scenario), expected);
  });
}

const queryKey = ['a'];
const observing = (/** @type {any} */ { lib, client }, /** @type {any} */ options) => {
  const observer = new lib.QueryObserver(client, { queryKey, staleTime: Infinity, ...options });
  observer.subscribe(() => {});
  return observer;
};

differs(
  'an invalidation fetches when the turn ends',
  async (stage) => {
    let calls = 0;
    observing(stage, { queryFn: async () => ++calls });
    await stage.advance(1);
    stage.client.invalidateQueries();
    stage.log(calls);
    stage.client.invalidateQueries();
    await stage.advance(1);
    stage.log(calls);
  },
  { v5: [[2], [3]], tidemark: [[1], [2]] },
);

differs(
  'a listener of an observer is called when the turn ends, with the last result',
  async (stage) => {
    const observer = new stage.lib.QueryObserver(stage.client, { queryKey, enabled: false });
    observer.subscribe((/** @type {any} */ { data }) => stage.log(data));
    stage.client.setQueryData(queryKey, 1);
    stage.client.setQueryData(queryKey, 2);
    stage.log('returned');
    await stage.advance(1);
  },
  { v5: [[1], [2], ['returned']], tidemark: [['returned'], [2]] },
);

differs(
  'a cache tells what happened when the turn ends',
  async ({ client, advance, log }) => {
    const stop = client.getQueryCache().subscribe((/** @type {any} */ { type }) => log(type));
    client.setQueryData(queryKey, 1);
    log('returned');
    await advance(1);
    stop();
  },
  {
    v5: [['added'], ['updated'], ['returned']],
    tidemark: [['returned'], ['added'], ['updated']],
  },
);

differs(
  'updated events carry no action',
  async ({ client, advance, log }) => {
    client.setQueryData(queryKey, 1);
    await advance(1);
    const told = (/** @type {any} */ { action }) => log(action?.type);
    const stop = client.getQueryCache().subscribe(told);
    client.setQueryData(queryKey, 2);
    await advance(1);
    stop();
  },
  { v5: [['success']], tidemark: [[undefined]] },
);

differs(
  'refetch() during the first fetch asks anew',
  async (stage) => {
    let calls = 0;
    const observer = observing(stage, {
      queryFn: () => {
        calls += 1;
        return new Promise(() => {});
      },
    });
    await stage.advance(1);
    observer.refetch();
    await stage.advance(1);
    stage.log(calls);
  },
  { v5: [[1]], tidemark: [[2]] },
);

differs(
  'data that was only set by hand is not refetched while nobody observes it',
  async ({ client, log }) => {
    client.setQueryDefaults(queryKey, { queryFn: async () => 'server' });
    client.setQueryData(queryKey, 'hand');
    await client.refetchQueries();
    log(client.getQueryData(queryKey));
  },
  { v5: [['server']], tidemark: [['hand']] },
);

differs(
  'to set the data of a query starts its gcTime anew',
  async ({ client, advance, log }) => {
    client.setQueryDefaults(queryKey, { gcTime: 1000 });
    client.setQueryData(queryKey, 1);
    await advance(600);
    client.setQueryData(queryKey, 2);
    await advance(600);
    log(client.getQueryData(queryKey));
  },
  { v5: [[undefined]], tidemark: [[2]] },
);

differs(
  'queryKeyHashFn is not read, and a key that is a text is refused',
  async ({ client, log }) => {
    const queryKeyHashFn = () => 'one for all';
    client.setQueryDefaults([], { queryKeyHashFn });
    client.setQueryData(['x'], 'of x');
    log(client.getQueryData(['x']), client.getQueryCache().getAll()[0].queryHash);
    const asText = client.fetchQuery.bind(client, { queryKey: 'text', queryFn: () => 1 });
    log(
      await Promise.resolve()
        .then(asText)
        .catch((/** @type {any} */ { name }) => name),
    );
  },
  { v5: [['of x', 'one for all'], [1]], tidemark: [['of x', '["x"]'], ['TypeError']] },
);

differs(
  'a cache belongs to one client',
  ({ lib, createClient, log }) => {
    for (const name of ['QueryCache', 'MutationCache']) {
      const cache = new lib[name]();
      const config = { [name === 'QueryCache' ? 'queryCache' : 'mutationCache']: cache };
      createClient(config);
      try {
        createClient(config);
        log('shared');
      } catch (/** @type {any} */ error) {
        log(error.message.includes(`This ${name} already belongs to another`));
      }
    }
  },
  { v5: [['shared'], ['shared']], tidemark: [[true], [true]] },
);

differs(
  'replaceEqualDeep takes a new part as it is',
  ({ lib, log }) => {
    const next = { part: { n: 2 }, same: [1] };
    const shown = lib.replaceEqualDeep({ part: { n: 1 }, same: [1] }, next);
    log(shown.part === next.part);
  },
  { v5: [[false]], tidemark: [[true]] },
);
