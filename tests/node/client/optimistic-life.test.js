/** What becomes of a pending change when the key under it, or the page that made it, goes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isCancelledError, MutationObserver, onlineManager } from '../../../js-glue/index.js';
import { append, queryKey, startWithList } from './optimistic-list.js';
import { observe, server, start } from './setup.js';

const REFUSED = new Error('refused');

// ---- removed

test('a key removed under a change is gone, however the change ends', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const ends = [add('A'), add('B')];
  await advance(0);
  client.removeQueries({ queryKey });
  assert.equal(shown(), undefined);
  api[0].resolve('done');
  api[1].reject(REFUSED);
  assert.deepEqual(await Promise.all(ends), ['done', REFUSED]);
  assert.equal(shown(), undefined);
});

test('a removed key that comes back while the change is pending shows it again', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const done = add('A');
  await advance(0);
  client.removeQueries({ queryKey });
  await client.fetchQuery({ queryKey, queryFn: () => ['fetched'] });
  assert.deepEqual(shown(), ['fetched', 'A']);
  api[0].reject(REFUSED);
  await done;
  assert.deepEqual(shown(), ['fetched']);
});

test('who still looks at a removed key sees it without the change', async (t) => {
  const { client, add } = startWithList(t, { active: false });
  const one = observe(t, client, { queryKey, enabled: false });
  add('A');
  assert.deepEqual(one.result.data, ['base', 'A']);
  client.removeQueries({ queryKey });
  assert.deepEqual(one.result.data, ['base']);
});

// ---- reset

test('a key reset under a change shows it over the answer that is fetched then', async (t) => {
  const { client, add, shown, api, fetches, advance } = startWithList(t);
  const done = add('A');
  await advance(0);
  client.resetQueries({ queryKey });
  assert.equal(shown(), undefined);
  await advance(0);
  fetches.at(-1)?.resolve(['fetched']);
  await advance(0);
  assert.deepEqual(shown(), ['fetched', 'A']);
  api[0].reject(REFUSED);
  await done;
  assert.deepEqual(shown(), ['fetched']);
});

test('a key reset to its initial data shows the change over that', (t) => {
  const { client, add } = startWithList(t, { active: false });
  const one = observe(t, client, { queryKey: ['k'], initialData: ['initial'], enabled: false });
  client.setQueryData(['k'], ['set']);
  add('A', { optimistic: [{ queryKey: ['k'], update: append }] });
  client.resetQueries({ queryKey: ['k'] });
  assert.deepEqual(one.result.data, ['initial', 'A']);
});

// ---- cleared

test('after clear nothing shows of a change that was on its way; its promise ends as the server says', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const ends = [add('A'), add('B')];
  await advance(0);
  client.clear();
  client.setQueryData(queryKey, ['of the next user']);
  assert.deepEqual(shown(), ['of the next user']);
  api[0].resolve('done');
  api[1].reject(REFUSED);
  assert.deepEqual(await Promise.all(ends), ['done', REFUSED]);
  assert.deepEqual(shown(), ['of the next user']);
});

test('a change that was paused at clear is never sent', async (t) => {
  const { client, add, api, advance } = startWithList(t, { active: false });
  onlineManager.setOnline(false);
  add('A');
  await advance(0);
  client.clear();
  onlineManager.setOnline(true);
  await advance(1e6);
  assert.equal(api.length, 0);
});

test('clear leaves nothing behind once what was on its way has ended', async (t) => {
  const { client, time, add, api, advance } = startWithList(t, { active: false });
  const empty = start(t).client.getStats().memory;
  const done = add('A');
  await advance(0);
  client.clear();
  api[0].resolve('done');
  await done;
  await advance(0);
  const { entries, memory } = client.getStats();
  assert.deepEqual([entries, memory, time.waiting], [0, empty, 0]);
});

// ---- its mutation removed

const scope = { id: 'list' };

test('one that waits for its turn shows no more, and is never sent', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const first = add('A', { scope });
  const second = add('B', { scope });
  await advance(0);
  client.getMutationCache().clear();
  assert.deepEqual(shown(), ['base', 'A']);
  assert.ok(isCancelledError(await second));
  api[0].resolve('done');
  assert.equal(await first, 'done');
  await advance(0);
  assert.deepEqual([shown(), api.length], [['base', 'A'], 1]);
});

test('one that waits for the network shows no more, and lets the next of its scope go', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  onlineManager.setOnline(false);
  const first = add('A', { scope });
  add('B', { scope });
  await advance(0);
  client.getMutationCache().remove(client.getMutationCache().getAll()[0]);
  assert.deepEqual(shown(), ['base', 'B']);
  assert.ok(isCancelledError(await first));
  onlineManager.setOnline(true);
  await advance(0);
  assert.deepEqual(
    api.map(({ args }) => args[0]),
    ['B'],
  );
});

test('who showed one that waited shows none', async (t) => {
  const { client, advance } = startWithList(t, { active: false });
  onlineManager.setOnline(false);
  const observer = new MutationObserver(client, { mutationFn: async () => 'done' });
  t.after(observer.subscribe(() => {}));
  const done = observer.mutate();
  client.getMutationCache().clear();
  await assert.rejects(done, { name: 'CancelledError' });
  await advance(0);
  assert.equal(observer.getCurrentResult().status, 'idle');
});

test('one under way that would have to wait before its next try shows no more', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const done = add('A', { retry: 1 });
  await advance(0);
  client.getMutationCache().clear();
  onlineManager.setOnline(false);
  api[0].reject(new Error('no network'));
  await advance(1000);
  assert.ok(isCancelledError(await done));
  assert.deepEqual(shown(), ['base']);
});

// ---- the page went away

/**
 * A component that has begun a change of the list and is gone again, as is whoever showed the list.
 *
 * @param {import('node:test').TestContext} t
 * @param {any} [callbacks] of the options
 */
async function mutateAndLeave(t, callbacks) {
  const world = startWithList(t, { active: false });
  const looker = observe(t, world.client, { queryKey, queryFn: () => ['base', 'A'] });
  await world.advance(0);
  world.client.setQueryData(queryKey, ['base']);
  const { ask, calls } = server();
  const observer = new MutationObserver(world.client, {
    mutationFn: ask,
    optimistic: [{ queryKey, update: append }],
    ...callbacks,
  });
  const leave = observer.subscribe(() => {});
  observer.mutate(/** @type {any} */ ('A')).catch(() => {});
  await world.advance(0);
  leave();
  looker.stop();
  return { ...world, api: calls };
}

test('a change whose page went away stays visible until it ends', async (t) => {
  const { shown, advance } = await mutateAndLeave(t);
  await advance(1e9);
  assert.deepEqual(shown(), ['base', 'A']);
});

test('if it succeeds it is part of the value, which is asked for again by who comes next', async (t) => {
  const { client, shown, api, advance } = await mutateAndLeave(t);
  api[0].resolve('done');
  await advance(0);
  assert.deepEqual(shown(), ['base', 'A']);
  const next = observe(t, client, { queryKey, queryFn: () => ['of the server'] });
  await advance(0);
  assert.deepEqual(next.result.data, ['of the server']);
});

test('if it is refused it is taken back, and the callbacks of its options hear of it', async (t) => {
  const heard = /** @type {string[]} */ ([]);
  const onError = (/** @type {Error} */ error) => heard.push(error.message);
  const { shown, api, advance } = await mutateAndLeave(t, { onError });
  api[0].reject(REFUSED);
  await advance(0);
  assert.deepEqual([shown(), heard], [['base'], ['refused']]);
});

// ---- acknowledged, and no answer comes

test('a change that is done stays visible while nobody can ask for the new answer', async (t) => {
  const { add, shown, api, fetches, advance } = startWithList(t);
  const done = add('A');
  await advance(0);
  onlineManager.setOnline(false);
  api[0].resolve('done');
  await done;
  await advance(1e6);
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 0]);
  onlineManager.setOnline(true);
  await advance(0);
  fetches[0].resolve(['base', 'A', 'of the server']);
  await advance(0);
  assert.deepEqual(shown(), ['base', 'A', 'of the server']);
});

test('a change that is done stays visible when the new answer fails', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const queryFn = () => Promise.reject(new Error('down'));
  observe(t, client, { queryKey, queryFn, staleTime: Infinity, retry: false });
  const done = add('A');
  await advance(0);
  api[0].resolve('done');
  await done;
  await advance(0);
  assert.equal(client.getQueryState(queryKey)?.status, 'error');
  assert.deepEqual(shown(), ['base', 'A']);
});

test('a change that is done stays visible when who looked leaves before the new answer', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  const { ask } = server();
  const looker = observe(t, client, {
    queryKey,
    queryFn: (/** @type {any} */ { signal }) => ask(signal),
    staleTime: Infinity,
  });
  const done = add('A');
  await advance(0);
  api[0].resolve('done');
  await done;
  await advance(0);
  looker.stop();
  await advance(0);
  assert.deepEqual(shown(), ['base', 'A']);
  assert.equal(client.getQueryState(queryKey)?.isInvalidated, true);
});
