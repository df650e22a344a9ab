/** What no change touched keeps its reference: before, under and after pending changes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryKey, startWithList } from './optimistic-list.js';

const row = (/** @type {number} */ id, title = 'old') => ({ id, title, by: { name: 'Ada' } });
const rename = (/** @type {any[]} */ rows, /** @type {any} */ { id, title }) =>
  rows.map((it) => (it.id === id ? { ...it, title } : it));

/** @param {import('node:test').TestContext} t */
function startWithRows(t) {
  const world = startWithList(t);
  world.client.setQueryData(queryKey, [row(1), row(2), row(3)]);
  const optimistic = [{ queryKey, update: rename }];
  const renameTo = (/** @type {number} */ id, /** @type {string} */ title) =>
    world.add(/** @type {any} */ ({ id, title }), { optimistic });
  return { ...world, renameTo };
}

/** Like startWithRows; `runs`: how often the update to each title ran. @param {import('node:test').TestContext} t */
function startCounting(t) {
  const world = startWithRows(t);
  const runs = new Map();
  const update = (/** @type {any[]} */ rows, /** @type {any} */ variables) => {
    runs.set(variables.title, (runs.get(variables.title) ?? 0) + 1);
    return rename(rows, variables);
  };
  const renameTo = (/** @type {number} */ id, /** @type {string} */ title) =>
    world.add(/** @type {any} */ ({ id, title }), { optimistic: [{ queryKey, update }] });
  return { ...world, renameTo, runs };
}

test('under a change only the row it touches is another one', (t) => {
  const { renameTo, shown } = startWithRows(t);
  const before = shown();
  renameTo(2, 'new');
  const under = shown();
  assert.deepEqual(
    [0, 1, 2].map((at) => under[at] === before[at]),
    [true, false, true],
  );
  assert.equal(under[1].by, before[1].by);
});

test('a refused change leaves the very value that was there before it', async (t) => {
  const { renameTo, shown, api, advance } = startWithRows(t);
  const before = shown();
  const done = renameTo(2, 'new');
  await advance(0);
  api[0].reject(new Error('refused'));
  await done;
  assert.equal(shown(), before);
});

test('a second change leaves the row of the first one alone', (t) => {
  const { renameTo, shown } = startWithRows(t);
  renameTo(1, 'new');
  const first = shown();
  renameTo(2, 'new');
  assert.equal(shown()[0], first[0]);
  assert.equal(shown()[2], first[2]);
});

test('a refused change leaves the rows of others alone', async (t) => {
  const { renameTo, shown, api, advance } = startWithRows(t);
  const before = shown();
  renameTo(1, 'new');
  const done = renameTo(2, 'new');
  const both = shown();
  await advance(0);
  api[1].reject(new Error('refused'));
  await done;
  assert.equal(shown()[0], both[0]);
  assert.equal(shown()[1].by, before[1].by);
});

test('an equal answer that lands under a change changes no reference', async (t) => {
  const { client, renameTo, shown, fetches, advance } = startWithRows(t);
  renameTo(2, 'new');
  const under = shown();
  client.invalidateQueries({ queryKey });
  await advance(0);
  fetches[0].resolve([row(1), row(2), row(3)]);
  await advance(0);
  assert.equal(shown(), under);
});

test('the answer that holds the change, as it was shown, changes no reference', async (t) => {
  const { renameTo, shown, api, fetches, advance } = startWithRows(t);
  const done = renameTo(2, 'new');
  const under = shown();
  await advance(0);
  api[0].resolve('done');
  await done;
  await advance(0);
  fetches[0].resolve([row(1), row(2, 'new'), row(3)]);
  await advance(0);
  assert.equal(shown(), under);
});

test('after a refused change over a newer answer the untouched rows are those shown under it', async (t) => {
  const { client, renameTo, shown, api, fetches, advance } = startWithRows(t);
  const done = renameTo(2, 'new');
  const before = shown();
  client.invalidateQueries({ queryKey });
  await advance(0);
  fetches[0].resolve([row(1), row(2), row(3, 'by somebody else')]);
  await advance(0);
  api[0].reject(new Error('refused'));
  await done;
  assert.equal(shown()[0], before[0]);
  assert.equal(shown()[1].by, before[1].by);
  assert.deepEqual(shown(), [row(1), row(2), row(3, 'by somebody else')]);
});

test('a refused change runs only the updates above it again', async (t) => {
  const { renameTo, shown, api, advance, runs } = startCounting(t);
  renameTo(1, 'first');
  const second = renameTo(2, 'second');
  renameTo(3, 'third');
  shown();
  runs.clear();
  await advance(0);
  api[1].reject(new Error('refused'));
  await second;
  shown();
  assert.deepEqual([...runs], [['third', 1]]);
});

test('an answer that lands runs every update once', async (t) => {
  const { client, renameTo, shown, fetches, advance, runs } = startCounting(t);
  renameTo(1, 'first');
  renameTo(2, 'second');
  shown();
  runs.clear();
  client.invalidateQueries({ queryKey });
  await advance(0);
  fetches[0].resolve([row(1), row(2), row(3, 'by somebody else')]);
  await advance(0);
  shown();
  assert.deepEqual(
    [...runs],
    [
      ['first', 1],
      ['second', 1],
    ],
  );
});
