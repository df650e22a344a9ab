/** Work that must not grow with the square of what is pending, or with 2ⁿ of what is shared. Counted. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { replaceEqualDeep } from '../../../js-glue/index.js';
import { observe, server, start } from './setup.js';

const PENDING = 40;
const queryKey = ['list'];

/**
 * That many changes of a list pending, of which the test ends all in one turn.
 *
 * @param {import('node:test').TestContext} t
 */
async function startWithPending(t) {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  let runs = 0;
  const update = (/** @type {number[]} */ list, /** @type {number} */ id) => {
    runs += 1;
    return [...list, id];
  };
  client.setQueryData(queryKey, []);
  const { heard, observer } = observe(t, client, { queryKey, enabled: false });
  for (let id = 0; id < PENDING; id++) {
    const optimistic = [{ queryKey, update }];
    client.mutate({ mutationFn: ask, variables: id, optimistic }).catch(() => {});
  }
  await advance(0);
  assert.equal(runs, PENDING);
  runs = 0;
  heard.length = 0;
  /** @param {number[]} order @param {(id: number) => boolean} isRefused */
  const endAll = async (order, isRefused) => {
    for (const id of order) {
      if (isRefused(id)) calls[id].reject(new Error('refused'));
      else calls[id].resolve('done');
    }
    await advance(0);
    return { runs, calls: heard.length, data: observer.getCurrentResult().data };
  };
  return { endAll, observer };
}

const upwards = Array.from({ length: PENDING }, (_, id) => id);
const ORDERS = {
  'oldest first': upwards,
  'newest first': [...upwards].reverse(),
  'from the middle': [...upwards].sort((a, b) => Math.abs(a - 20) - Math.abs(b - 20)),
  'every other first': [...upwards.filter((id) => id % 2), ...upwards.filter((id) => id % 2 === 0)],
};

for (const [name, order] of Object.entries(ORDERS)) {
  test(`all refused in a turn, ${name}: no update runs again`, async (t) => {
    const { endAll } = await startWithPending(t);
    assert.deepEqual(await endAll(order, () => true), { runs: 0, calls: 1, data: [] });
  });

  // The refused ones are over some promises later than the others: two looks.
  test(`half of them refused, ${name}: what stays runs once for each look`, async (t) => {
    const { endAll } = await startWithPending(t);
    const { runs, data } = await endAll(order, (id) => id % 2 === 0);
    assert.deepEqual(
      data,
      upwards.filter((id) => id % 2),
    );
    assert.ok(runs <= 2 * PENDING, `${runs} runs`);
  });
}

test('who looks between two changes of a turn sees the first', async (t) => {
  const { client } = start(t);
  client.setQueryData(queryKey, 1);
  const { observer } = observe(t, client, { queryKey, enabled: false });
  client.setQueryData(queryKey, 2);
  assert.equal(observer.getCurrentResult().data, 2);
  client.setQueryData(queryKey, 3);
  assert.equal(observer.getCurrentResult().data, 3);
});

test('a listener hears of what somebody looked at before the end of the turn', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 1);
  const { observer, heard } = observe(t, client, { queryKey, enabled: false });
  await advance(0);
  heard.length = 0;
  client.setQueryData(queryKey, 2);
  observer.getOptimisticResult(client.defaultQueryOptions({ queryKey, enabled: false }));
  await advance(0);
  assert.deepEqual(
    heard.map(({ data }) => data),
    [2],
  );
});

/** n levels, each of which holds the next one twice; the members of the last are counted when read. */
function shared(/** @type {number} */ n, /** @type {(value: any, again: any) => object} */ level) {
  const count = { reads: 0 };
  const leaf = {
    get member() {
      count.reads += 1;
      return 1;
    },
  };
  /** @type {object} */
  let value = leaf;
  for (let i = 0; i < n; i++) value = level(value, value);
  return { value, count };
}

for (const [name, level] of Object.entries({
  arrays: (/** @type {object} */ a, /** @type {object} */ b) => [a, b],
  objects: (/** @type {object} */ a, /** @type {object} */ b) => ({ a, b }),
})) {
  test(`answers whose ${name} share parts are compared pair by pair, not path by path`, () => {
    const before = shared(20, level);
    const after = shared(20, level);
    assert.equal(replaceEqualDeep(before.value, after.value), before.value);
    assert.ok(after.count.reads < 40_000, `${after.count.reads} reads`);
  });
}

test('answers in a circle are compared once around', () => {
  const circle = () => {
    const list = /** @type {any[]} */ ([{ id: 1 }]);
    list.push(list, list);
    return list;
  };
  const [before, after] = [circle(), circle()];
  assert.equal(replaceEqualDeep(before, after)[0], before[0]);
});
