/** Under which keys a pending change shows. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { append, queryKey, startWithList } from './optimistic-list.js';
import { catchReports, observe, server, start } from './setup.js';

const rename = (/** @type {any} */ task, /** @type {string} */ title) => ({ ...task, title });

/**
 * A client with tasks 1 and 2 under `['task', id]`, `['tasks']` beside them, and a mutation over all
 * keys that begin with `['task']`.
 *
 * @param {import('node:test').TestContext} t
 */
function startWithTasks(t) {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(['task', 1], { id: 1, title: 'old' });
  client.setQueryData(['task', 2], { id: 2, title: 'old' });
  client.setQueryData(['tasks'], 'not a task');
  const mutate = (/** @type {any} */ target = {}) =>
    client
      .mutate({
        mutationFn: ask,
        variables: 'new',
        optimistic: [{ queryKey: ['task'], exact: false, update: rename, ...target }],
      })
      .catch((/** @type {unknown} */ error) => error);
  const titles = () => [1, 2, 3].map((id) => client.getQueryData(['task', id])?.title);
  return { client, advance, api: calls, mutate, titles };
}

test('without exact: false a change shows under the very key only', (t) => {
  const { client, add, shown } = startWithList(t);
  client.setQueryData([...queryKey, 'more'], ['more']);
  add('A');
  assert.deepEqual(
    [shown(), client.getQueryData([...queryKey, 'more'])],
    [['base', 'A'], ['more']],
  );
});

test('with exact: false it shows under every cached key that begins so, and under no other', (t) => {
  const { client, mutate, titles } = startWithTasks(t);
  mutate();
  assert.deepEqual(titles(), ['new', 'new', undefined]);
  assert.equal(client.getQueryData(['tasks']), 'not a task');
});

test('a refused change leaves all of them', async (t) => {
  const { mutate, titles, api, advance } = startWithTasks(t);
  const done = mutate();
  await advance(0);
  api[0].reject(new Error('refused'));
  await done;
  assert.deepEqual(titles(), ['old', 'old', undefined]);
});

test('the updater is told the key', (t) => {
  const { mutate, titles } = startWithTasks(t);
  const update = (/** @type {any} */ task, /** @type {string} */ title, /** @type {any} */ key) =>
    key[1] === 2 ? rename(task, title) : undefined;
  mutate({ update });
  assert.deepEqual(titles(), ['old', 'new', undefined]);
});

test('objects in a key match as subsets, as in every filter', (t) => {
  const { client, add } = startWithList(t);
  client.setQueryData(['page', { of: 'all', at: 2 }], ['x']);
  client.setQueryData(['page', { of: 'mine', at: 2 }], ['x']);
  add('A', { optimistic: [{ queryKey: ['page', { of: 'all' }], exact: false, update: append }] });
  assert.deepEqual(client.getQueryData(['page', { of: 'all', at: 2 }]), ['x', 'A']);
  assert.deepEqual(client.getQueryData(['page', { of: 'mine', at: 2 }]), ['x']);
});

test('a member that is undefined in a target matches keys without it, as in every filter', (t) => {
  const { client, add } = startWithList(t);
  const [all, mine] = [
    ['page', {}],
    ['page', { of: 'mine' }],
  ];
  for (const key of [all, mine]) client.setQueryData(key, ['x']);
  const target = { queryKey: ['page', { of: undefined }], exact: false, update: append };
  add('A', { optimistic: [target] });
  assert.deepEqual([client.getQueryData(all), client.getQueryData(mine)], [['x', 'A'], ['x']]);
});

test('a key that is first fetched while the change is pending shows it, too', async (t) => {
  const { client, mutate, titles, api, advance } = startWithTasks(t);
  const done = mutate();
  await advance(0);
  const queryFn = async () => ({ id: 3, title: 'old' });
  const one = observe(t, client, { queryKey: ['task', 3], queryFn });
  await advance(0);
  assert.equal(one.result.data.title, 'new');
  api[0].reject(new Error('refused'));
  await done;
  assert.deepEqual(titles(), ['old', 'old', 'old']);
});

test('several pending changes show under such a key in the order they were begun', async (t) => {
  const { client, add } = startWithList(t);
  const optimistic = [{ queryKey: ['page'], exact: false, update: append }];
  add('A', { optimistic });
  add('B', { optimistic });
  await client.fetchQuery({ queryKey: ['page', 1], queryFn: () => ['x'] });
  assert.deepEqual(client.getQueryData(['page', 1]), ['x', 'A', 'B']);
});

test('a key that appears once the change is done does not show it again', async (t) => {
  const { client, mutate, api, advance } = startWithTasks(t);
  const done = mutate();
  await advance(0);
  api[0].resolve('done');
  await done;
  client.setQueryData(['task', 3], { id: 3, title: 'of the server' });
  assert.equal(client.getQueryData(['task', 3]).title, 'of the server');
});

test('two targets that are about one key both change it, in their order', (t) => {
  const { add, shown } = startWithList(t);
  const again = (/** @type {string[]} */ list) => [...list, 'again'];
  add('A', {
    optimistic: [
      { queryKey: [], exact: false, update: append },
      { queryKey, update: again },
    ],
  });
  assert.deepEqual(shown(), ['base', 'A', 'again']);
});

test('an updater that throws under a key that appears takes the whole change back, and is reported', async (t) => {
  const { client, mutate, titles, advance } = startWithTasks(t);
  const reports = catchReports(t);
  mutate({ update: (/** @type {any} */ task) => ({ ...task, title: task.title.toUpperCase() }) });
  await advance(0);
  assert.deepEqual(titles(), ['OLD', 'OLD', undefined]);
  client.setQueryData(['task', 3], { id: 3 });
  assert.deepEqual(client.getQueryData(['task', 3]), { id: 3 });
  assert.deepEqual(titles(), ['old', 'old', undefined]);
  assert.match(reports[0].message, /optimistic update of \["task",3\] threw/);
});

test('a key with as many pending changes as it can take shows no more of them, and is reported', async (t) => {
  const { client, advance } = start(t, { limits: { layersPerEntry: 2 } });
  const reports = catchReports(t);
  const optimistic = [{ queryKey: [], exact: false, update: append }];
  for (const variables of ['A', 'B', 'C']) {
    client.mutate({ mutationFn: server().ask, variables, optimistic });
  }
  await advance(0);
  client.setQueryData(queryKey, ['base']);
  assert.deepEqual(client.getQueryData(queryKey), ['base', 'A', 'B']);
  assert.equal(reports.length, 1);
});

test('over such a key a change is sent but not shown, and marks it when it is done', async (t) => {
  const { client, advance } = start(t, { limits: { layersPerEntry: 2 } });
  const reports = catchReports(t);
  client.setQueryData(queryKey, ['base']);
  const { ask, calls } = server();
  const optimistic = [{ queryKey, update: append }];
  const [, , done] = ['A', 'B', 'C', 'D'].map((variables) =>
    client.mutate({ mutationFn: ask, variables, optimistic }),
  );
  await advance(0);
  assert.equal(client.getQueryState(queryKey)?.isInvalidated, false);
  calls[2].resolve('done');
  assert.equal(await done, 'done');
  assert.deepEqual(client.getQueryData(queryKey), ['base', 'A', 'B']);
  assert.equal(client.getQueryState(queryKey)?.isInvalidated, true);
  assert.match(reports[0].message, /\["list"\] has limits.layersPerEntry optimistic updates/);
  assert.equal(reports.length, 1);
});

test('exact that is no boolean is refused, and says what is allowed', async (t) => {
  const { mutate } = startWithTasks(t);
  assert.match(
    String(await mutate({ exact: 'no' })),
    /optimistic\[0\]\.exact must be a boolean; got "no"/,
  );
});
