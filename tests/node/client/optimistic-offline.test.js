/** Changes made while there is no network. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { onlineManager } from '../../../js-glue/index.js';
import { queryKey, startWithList } from './optimistic-list.js';
import { counter, observe } from './setup.js';

const REFUSED = new Error('refused');

test('they show, one over the other, and none is sent', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t);
  onlineManager.setOnline(false);
  add('A');
  add('B');
  await advance(1e9);
  assert.deepEqual([shown(), api.length], [['base', 'A', 'B'], 0]);
  const paused = client.getMutationCache().getAll();
  assert.deepEqual(
    paused.map(({ state }) => [state.status, state.isPaused]),
    [
      ['pending', true],
      ['pending', true],
    ],
  );
});

test('when it is back they go out in order, and what is looked at is fetched after them', async (t) => {
  const { add, shown, api, fetches, advance } = startWithList(t);
  onlineManager.setOnline(false);
  add('A');
  add('B');
  await advance(1000);
  onlineManager.setOnline(true);
  await advance(0);
  assert.deepEqual([api.map(({ args }) => args[0]), fetches.length], [['A', 'B'], 0]);
  api[0].resolve('done');
  api[1].resolve('done');
  await advance(0);
  assert.deepEqual([shown(), fetches.length], [['base', 'A', 'B'], 1]);
  fetches[0].resolve(['base', 'A', 'B']);
  await advance(0);
  assert.deepEqual([shown(), fetches.length], [['base', 'A', 'B'], 1]);
});

test('one that is refused then goes, and the others stay', async (t) => {
  const { add, shown, api, fetches, advance } = startWithList(t);
  onlineManager.setOnline(false);
  const ends = ['A', 'B', 'C'].map((item) => add(item));
  await advance(1000);
  onlineManager.setOnline(true);
  await advance(0);
  api[1].reject(REFUSED);
  assert.equal(await ends[1], REFUSED);
  assert.deepEqual(shown(), ['base', 'A', 'C']);
  api[0].resolve('done');
  api[2].resolve('done');
  await advance(0);
  fetches[0].resolve(['base', 'A', 'C']);
  await advance(0);
  assert.deepEqual(shown(), ['base', 'A', 'C']);
});

test('of one scope each waits for the one before, and one refused lets the next one go', async (t) => {
  const { add, shown, api, advance } = startWithList(t);
  const scope = { id: 'list' };
  onlineManager.setOnline(false);
  for (const item of ['A', 'B']) add(item, { scope });
  await advance(1000);
  onlineManager.setOnline(true);
  await advance(0);
  assert.deepEqual([api.length, shown()], [1, ['base', 'A', 'B']]);
  api[0].reject(REFUSED);
  await advance(0);
  assert.deepEqual([api.length, shown()], [2, ['base', 'B']]);
});

test('those that the network leaves again stay paused, and show', async (t) => {
  const { add, shown, api, advance } = startWithList(t);
  const scope = { id: 'list' };
  onlineManager.setOnline(false);
  for (const item of ['A', 'B']) add(item, { scope });
  await advance(1000);
  onlineManager.setOnline(true);
  await advance(0);
  onlineManager.setOnline(false);
  api[0].resolve('done');
  await advance(1e6);
  assert.deepEqual([api.length, shown()], [1, ['base', 'A', 'B']]);
  onlineManager.setOnline(true);
  await advance(0);
  assert.equal(api[1].args[0], 'B');
});

test('one that hangs does not hold back for good what waits to be fetched', async (t) => {
  const { client, add, advance } = startWithList(t);
  onlineManager.setOnline(false);
  add('A');
  const queryFn = counter();
  observe(t, client, { queryKey: ['other'], queryFn });
  await advance(1000);
  onlineManager.setOnline(true);
  await advance(4999);
  assert.equal(queryFn.calls, 0);
  await advance(1);
  assert.equal(queryFn.calls, 1);
});

test('once they are through no timer is left', async (t) => {
  const { client, add, api, time, advance } = startWithList(t, { active: false });
  onlineManager.setOnline(false);
  add('A');
  await advance(1000);
  onlineManager.setOnline(true);
  await advance(0);
  api[0].resolve('done');
  await advance(0);
  client.clear();
  assert.equal(time.waiting, 0);
});

test('a key that is looked at for the first time meanwhile is fetched then, and shows them', async (t) => {
  const { client, add, advance } = startWithList(t, { active: false });
  onlineManager.setOnline(false);
  const optimistic = [
    {
      queryKey: ['page'],
      exact: false,
      update: (/** @type {string[]} */ list, /** @type {string} */ item) => [...list, item],
    },
  ];
  add('A', { optimistic });
  const page = observe(t, client, { queryKey: ['page', 1], queryFn: () => ['x'] });
  await advance(1000);
  assert.equal(page.result.fetchStatus, 'paused');
  onlineManager.setOnline(true);
  await advance(5000);
  assert.deepEqual(page.result.data, ['x', 'A']); // on its way still
});

test('one that is tried again when the network goes shows until the last try fails', async (t) => {
  const { add, shown, api, advance } = startWithList(t);
  const done = add('A', { retry: 1 });
  await advance(0);
  onlineManager.setOnline(false);
  api[0].reject(new Error('no network'));
  await advance(1e6);
  assert.deepEqual([shown(), api.length], [['base', 'A'], 1]);
  onlineManager.setOnline(true);
  await advance(0);
  api[1].reject(REFUSED);
  assert.equal(await done, REFUSED);
  assert.deepEqual(shown(), ['base']);
});

test('an answer that needs no network becomes the value under them', async (t) => {
  const { client, add, shown, advance } = startWithList(t);
  onlineManager.setOnline(false);
  add('A');
  await advance(0);
  const queryFn = async () => ['from the disk'];
  await client.fetchQuery({ queryKey, queryFn, networkMode: 'always' });
  assert.deepEqual(shown(), ['from the disk', 'A']);
});
