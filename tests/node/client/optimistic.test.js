import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { MutationObserver, onlineManager } from '../../../js-glue/index.js';
import { append, queryKey, startWithList } from './optimistic-list.js';
import { catchReports, observe, server, start } from './setup.js';

test('a change shows at once, before anything was sent', (t) => {
  const { add, shown, api } = startWithList(t);
  add('A');
  assert.deepEqual(shown(), ['base', 'A']);
  assert.equal(api.length, 0);
});

test('a refused change is gone', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t);
  const before = shown();
  const done = add('A');
  await advance(0);
  api[0].reject(new Error('refused'));
  assert.match(String(await done), /refused/);
  assert.deepEqual(shown(), before);
  assert.equal(client.getStats().rollbacks, 1);
});

for (const order of [
  [0, 1],
  [1, 0],
]) {
  for (const [first, second] of /** @type {const} */ ([
    ['fails', 'succeeds'],
    ['succeeds', 'fails'],
    ['fails', 'fails'],
    ['succeeds', 'succeeds'],
  ])) {
    const settling = order[0] === 0 ? 'in order' : 'the second one first';
    test(`of two changes of one key the first ${first}, the second ${second}, ${settling}`, async (t) => {
      const { add, shown, api, fetches, advance } = startWithList(t);
      add('A');
      add('B');
      await advance(0);
      assert.deepEqual(shown(), ['base', 'A', 'B']);
      const outcome = [first, second];
      const gone = new Set();
      for (const index of order) {
        if (outcome[index] === 'fails') {
          gone.add(['A', 'B'][index]);
          api[index].reject(new Error('refused'));
        } else {
          api[index].resolve('done');
        }
        await advance(0);
        const rest = ['A', 'B'].filter((item) => !gone.has(item));
        assert.deepEqual(shown(), ['base', ...rest]);
      }
      const stored = ['base', ...['A', 'B'].filter((item) => !gone.has(item))];
      for (const fetch of fetches) fetch.resolve(stored);
      await advance(0);
      for (const fetch of fetches) fetch.resolve(stored);
      await advance(0);
      assert.deepEqual(shown(), stored);
    });
  }
}

test('after success the change stays until an answer is there that was asked for later', async (t) => {
  const { add, shown, api, fetches, advance } = startWithList(t);
  add('A');
  await advance(0);
  api[0].resolve('done');
  await advance(0);
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 1]);
  fetches[0].resolve(['base', 'A, as stored']);
  await advance(0);
  assert.deepEqual(shown(), ['base', 'A, as stored']);
});

test('a listener never sees the old value between success and the new answer', async (t) => {
  const { client, add, api, fetches, advance } = startWithList(t);
  const one = observe(t, client, { queryKey, enabled: false });
  add('A');
  await advance(0);
  api[0].resolve('done');
  await advance(0);
  fetches[0].resolve(['base', 'A']);
  await advance(0);
  assert.ok(one.heard.length > 0);
  assert.ok(one.heard.every(({ data }) => data.includes('A')));
});

test('an answer that lands under a pending change becomes its base', async (t) => {
  const { client, add, shown, api, fetches, advance } = startWithList(t);
  add('A');
  client.invalidateQueries({ queryKey });
  await advance(0);
  fetches[0].resolve(['other base']);
  await advance(0);
  assert.deepEqual(shown(), ['other base', 'A']);
  api[0].reject(new Error('refused'));
  await advance(0);
  assert.deepEqual(shown(), ['other base']);
});

test('setQueryData under a pending change sets the base, and its updater gets the base', async (t) => {
  const { client, add, shown } = startWithList(t);
  add('A');
  const result = client.setQueryData(queryKey, (/** @type {any} */ list) => [...list, 'set']);
  assert.deepEqual(result, ['base', 'set', 'A']);
  assert.deepEqual(shown(), ['base', 'set', 'A']);
});

test('on an inactive query an acknowledged change becomes part of the base, which is stale', async (t) => {
  const { client, add, shown, api, fetches, advance } = startWithList(t, { active: false });
  add('A');
  await advance(0);
  api[0].resolve('done');
  await advance(0);
  assert.deepEqual([shown(), fetches.length], [['base', 'A'], 0]);
  assert.equal(client.getQueryState(queryKey)?.isInvalidated, true);
});

test('one change may show under several keys, and leaves all of them', async (t) => {
  const { client, add, api, advance } = startWithList(t);
  client.setQueryData(['count'], 1);
  const optimistic = [
    { queryKey, update: append },
    { queryKey: ['count'], update: (/** @type {number} */ n) => n + 1 },
  ];
  add('A', { optimistic });
  assert.deepEqual(
    [client.getQueryData(queryKey), client.getQueryData(['count'])],
    [['base', 'A'], 2],
  );
  await advance(0);
  api[0].reject(new Error('refused'));
  await advance(0);
  assert.deepEqual([client.getQueryData(queryKey), client.getQueryData(['count'])], [['base'], 1]);
});

test('two updates of one key in one mutation run in order', (t) => {
  const { add, shown } = startWithList(t);
  const twice = (/** @type {string[]} */ list) => [...list, 'again'];
  add('A', {
    optimistic: [
      { queryKey, update: append },
      { queryKey, update: twice },
    ],
  });
  assert.deepEqual(shown(), ['base', 'A', 'again']);
});

test('optimistic may be a function of the variables', (t) => {
  const { client, shown } = startWithList(t);
  const observer = new MutationObserver(client, {
    mutationFn: server().ask,
    optimistic: (/** @type {any} */ item) => [
      { queryKey, update: (/** @type {any} */ list) => [...list, item] },
    ],
  });
  observer.mutate('A');
  assert.deepEqual(shown(), ['base', 'A']);
});

test('without data nothing is updated; once there is, the change shows', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const update = (/** @type {any} */ list, /** @type {any} */ item) => [...list, item];
  client.mutate({ mutationFn: ask, variables: 'A', optimistic: [{ queryKey, update }] });
  assert.equal(client.getQueryData(queryKey), undefined);
  await client.fetchQuery({ queryKey, queryFn: () => ['base'] });
  assert.deepEqual(client.getQueryData(queryKey), ['base', 'A']);
  await advance(0);
  calls[0].resolve('done');
});

test('an updater that returns undefined changes nothing', (t) => {
  const { add, shown } = startWithList(t);
  add('A', { optimistic: [{ queryKey, update: () => undefined }] });
  assert.deepEqual(shown(), ['base']);
});

test('a mutation whose updater throws at once is not sent, fails, and shows nothing', async (t) => {
  const { client, add, shown, api, advance } = startWithList(t, { active: false });
  client.setQueryData(['count'], 1);
  const broken = () => {
    throw new Error('broken updater');
  };
  const optimistic = [
    { queryKey: ['count'], update: (/** @type {number} */ n) => n + 1 },
    { queryKey, update: broken },
  ];
  let failed = null;
  const onError = (/** @type {unknown} */ error) => {
    failed = error;
  };
  add('A');
  const done = add('B', { optimistic, onError });
  assert.deepEqual([shown(), client.getQueryData(['count'])], [['base', 'A'], 1]);
  assert.match(String(await done), /broken updater/);
  assert.equal(failed, await done);
  await advance(0);
  assert.equal(api.length, 1);
});

test('an updater that throws over a later answer is reported; others stand, and the server decides', async (t) => {
  const { client, add, shown, api, fetches, advance } = startWithList(t);
  const reports = catchReports(t);
  const fussy = (/** @type {any} */ list) => {
    if (list.includes('odd')) throw new Error('cannot update this');
    return [...list, 'B'];
  };
  add('A');
  const done = add('B', { optimistic: [{ queryKey, update: fussy }] });
  assert.deepEqual(shown(), ['base', 'A', 'B']);
  client.invalidateQueries({ queryKey });
  await advance(0);
  fetches[0].resolve(['odd']);
  await advance(0);
  assert.deepEqual(shown(), ['odd', 'A']);
  assert.equal(reports.length, 1);
  assert.match(reports[0].message, /optimistic update of \["list"\] threw/);
  api[1].resolve('done');
  assert.equal(await done, 'done');
});

test('a wrong optimistic list fails the mutation and says what is allowed', async (t) => {
  const { add, shown, api } = startWithList(t);
  const done = add('A', { optimistic: [{ queryKey: 'list', update: append }] });
  assert.match(String(await done), /optimistic\[0\]\.queryKey must be an array; got "list"/);
  assert.match(
    String(await add('A', { optimistic: {} })),
    /optimistic must be an array, .*; got an object/,
  );
  assert.deepEqual([shown(), api.length], [['base'], 0]);
});

test('while there is no network a change shows, and goes when the server refuses it later', async (t) => {
  const { add, shown, api, advance } = startWithList(t);
  onlineManager.setOnline(false);
  const done = add('A');
  await advance(1e6);
  assert.deepEqual([shown(), api.length], [['base', 'A'], 0]);
  onlineManager.setOnline(true);
  await advance(0);
  api[0].reject(new Error('refused'));
  await done;
  assert.deepEqual(shown(), ['base']);
});

test('a query under a pending change is not collected', async (t) => {
  const { add, shown, api, advance } = startWithList(t, { active: false });
  add('A');
  await advance(1e9);
  assert.deepEqual(shown(), ['base', 'A']);
  api[0].resolve('done');
  await advance(1e9);
  assert.equal(shown(), undefined);
});

test('the habit of onMutate, setQueryData and a context that rolls back works, too', async (t) => {
  const { client, shown, advance } = startWithList(t);
  const { ask, calls } = server();
  const observer = new MutationObserver(client, {
    mutationFn: ask,
    onMutate: async (/** @type {any} */ item) => {
      await client.cancelQueries({ queryKey });
      const previous = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (/** @type {any} */ list) => [...list, item]);
      return { previous };
    },
    onError: (_error, _item, /** @type {any} */ context) => {
      client.setQueryData(queryKey, context.previous);
    },
  });
  const rejected = assert.rejects(observer.mutate('A'));
  await advance(0);
  assert.deepEqual(shown(), ['base', 'A']);
  calls[0].reject(new Error('refused'));
  await rejected;
  assert.deepEqual(shown(), ['base']);
});

test('in any order of mutations, answers and ends the view is base plus what remains', async (t) => {
  const step = fc.oneof(
    fc.constant({ do: 'mutate' }),
    fc.record({ do: fc.constantFrom('fail', 'land'), at: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { client, add, shown, api, fetches, advance } = startWithList(t);
      let base = ['base'];
      /** @type {{ item: string, call: number }[]} */
      const pending = [];
      let count = 0;
      for (const { do: what, at } of /** @type {{ do: string, at: number }[]} */ (steps)) {
        if (what === 'mutate') {
          pending.push({ item: `m${count}`, call: count });
          add(`m${count}`);
          count += 1;
        } else if (what === 'fail' && pending.length > 0) {
          const [gone] = pending.splice(at % pending.length, 1);
          api[gone.call].reject(new Error('refused'));
        } else if (what === 'land') {
          base = [`base ${fetches.length}`];
          client.invalidateQueries({ queryKey });
          await advance(0);
          fetches.at(-1)?.resolve(base);
        }
        await advance(0);
        const expected = [...base, ...pending.map(({ item }) => item)];
        assert.equal(JSON.stringify(shown()), JSON.stringify(expected));
      }
      client.clear();
    }),
    { numRuns: 50 },
  );
});
