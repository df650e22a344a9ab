/** Options that are functions are asked at the event that they matter for, and whose options a fetch goes by. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { defineRules } from '../../../js-glue/index.js';
import { inBoth } from './both.js';
import { catchReports, comeBack, counter, observe, reconnect, server, start } from './setup.js';

const queryKey = ['k'];
const rules = defineRules([{ on: 'k', invalidate: [queryKey] }]);

/** What may happen. @type {Record<string, (client: any) => unknown>} */
const EVENTS = {
  invalidateQueries: (client) => client.invalidateQueries({ queryKey }),
  'invalidateQueries by predicate': (client) => client.invalidateQueries({ predicate: () => true }),
  refetchQueries: (client) => client.refetchQueries({ queryKey }),
  'refetchQueries of active ones': (client) => client.refetchQueries({ type: 'active' }),
  resetQueries: (client) => client.resetQueries({ queryKey }),
  'a change': (client) => client.applyChange({ resource: 'k' }),
  focus: comeBack,
  reconnect,
};

for (const [name, happen] of Object.entries(EVENTS)) {
  for (const enabled of [true, false]) {
    test(`at ${name} a query that is ${enabled ? 'enabled' : 'disabled'} by then is ${
      enabled ? '' : 'not '
    }fetched`, async (t) => {
      const { client, advance } = start(t, { rules });
      const queryFn = counter();
      let flag = !enabled;
      client.setQueryData(queryKey, 0);
      observe(t, client, { queryKey, queryFn, enabled: () => flag });
      await advance(0);
      const before = queryFn.calls;
      flag = enabled;
      happen(client);
      await advance(0);
      assert.equal(queryFn.calls - before, enabled ? 1 : 0);
    });
  }
}

test('at the end of a mutation a query that is enabled by then is fetched', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const queryFn = counter();
  let enabled = false;
  client.setQueryData(queryKey, 0);
  observe(t, client, { queryKey, queryFn, enabled: () => enabled });
  client.mutate({ mutationFn: ask, optimistic: [{ queryKey, update: () => 1 }] });
  await advance(0);
  enabled = true;
  calls[0].resolve('done');
  await advance(0);
  assert.equal(queryFn.calls, 1);
});

test('isActive() and filters go by what enabled says now', (t) => {
  const { client } = start(t);
  let flag = false;
  observe(t, client, { queryKey, queryFn: counter(), enabled: () => flag });
  const query = client.getQueryCache().find({ queryKey });
  assert.equal(query?.isActive(), false);
  flag = true;
  assert.equal(query?.isActive(), true);
  assert.equal(client.getQueryCache().findAll({ type: 'active' }).length, 1);
});

test('staleTime and refetchOn… are asked on focus and reconnect, as in v5', async () => {
  const { tidemark, v5 } = await inBoth(async ({ lib, client, advance, log }) => {
    const queryFn = counter();
    let flag = false;
    const observer = new lib.QueryObserver(client, {
      queryKey,
      queryFn,
      staleTime: () => (flag ? 0 : Number.POSITIVE_INFINITY),
      refetchOnWindowFocus: () => flag,
      refetchOnReconnect: () => flag,
    });
    const stop = observer.subscribe(() => {});
    for (const is of [false, true]) {
      flag = is;
      await advance();
      lib.focusManager.setFocused(false);
      lib.focusManager.setFocused(true);
      await advance();
      log(queryFn.calls);
      lib.onlineManager.setOnline(false);
      lib.onlineManager.setOnline(true);
      await advance();
      log(queryFn.calls);
    }
    stop();
  });
  assert.deepEqual(tidemark, v5);
  assert.deepEqual(tidemark, [[1], [1], [2], [3]]);
});

test('at an interval a query that is disabled by then is not fetched', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  let enabled = true;
  observe(t, client, { queryKey, queryFn, enabled: () => enabled, refetchInterval: 1000 });
  await advance(1000);
  assert.equal(queryFn.calls, 2);
  enabled = false;
  await advance(5000);
  assert.equal(queryFn.calls, 2);
});

test('a function that throws is reported, and what it said last holds', async (t) => {
  const reports = catchReports(t);
  const { client, advance } = start(t);
  const queryFn = counter();
  let throws = false;
  const enabled = () => {
    if (throws) throw new Error('no');
    return true;
  };
  const { stop } = observe(t, client, { queryKey, queryFn, enabled });
  await advance(0);
  throws = true;
  comeBack();
  await advance(0);
  assert.ok(reports.length > 0 && reports.every(({ message }) => message === 'no'));
  assert.equal(queryFn.calls, 2);
  throws = false;
  stop();
});

test('an observer that has left is asked nothing', async (t) => {
  const { client } = start(t);
  let asked = 0;
  const enabled = () => {
    asked += 1;
    return true;
  };
  observe(t, client, { queryKey, queryFn: counter(), enabled }).stop();
  asked = 0;
  comeBack();
  reconnect();
  assert.equal(asked, 0);
});

test('a fetch goes by the options of the observer whose arrival causes it, as in v5', async () => {
  const { tidemark, v5 } = await inBoth(async ({ lib, client, advance, log }) => {
    client.setQueryData(queryKey, 'old');
    const by = (/** @type {string} */ name, /** @type {number} */ staleTime) => ({
      queryKey,
      staleTime,
      meta: { by: name },
      queryFn: (/** @type {any} */ { meta }) => `${name}, ${meta.by}`,
    });
    const first = new lib.QueryObserver(client, by('first', 1e9));
    const second = new lib.QueryObserver(client, by('second', 0));
    const stops = [first.subscribe(() => {})];
    await advance();
    stops.push(second.subscribe(() => {}));
    await advance();
    log('arrives', client.getQueryData(queryKey));
    first.setOptions({ ...by('first', 1e9), enabled: false });
    await advance(1);
    first.setOptions(by('first', 0));
    await advance();
    log('is enabled', client.getQueryData(queryKey));
    second.setOptions(by('second', 1e9));
    client.invalidateQueries({ queryKey });
    await advance();
    log('was set last', client.getQueryData(queryKey));
    await first.refetch();
    log('asks', client.getQueryData(queryKey));
    for (const stop of stops) stop();
  });
  assert.deepEqual(tidemark, v5);
  assert.deepEqual(
    tidemark.map(([, data]) => data[0]),
    ['s', 'f', 's', 'f'],
  );
});

/** Who fetches because of its own options. @type {Record<string, (stage: any) => Promise<void>>} */
const CAUSES = {
  refetchOnWindowFocus: async ({ lib, advance }) => {
    lib.focusManager.setFocused(false);
    lib.focusManager.setFocused(true);
    await advance(1);
  },
  refetchOnReconnect: async ({ lib, advance }) => {
    lib.onlineManager.setOnline(false);
    lib.onlineManager.setOnline(true);
    await advance(1);
  },
};

for (const [option, happen] of Object.entries(CAUSES)) {
  test(`a fetch by the ${option} of an observer goes by its options`, async () => {
    const never = { refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: Infinity };
    const { tidemark, v5 } = await inBoth(async (stage) => {
      const { lib, client, advance, log } = stage;
      const by = (/** @type {string} */ name, /** @type {object} */ options) =>
        new lib.QueryObserver(client, { queryKey, ...never, ...options, queryFn: () => name });
      const stops = [
        by('first', {}).subscribe(() => {}),
        by('second', { [option]: 'always' }).subscribe(() => {}),
        by('third', {}).subscribe(() => {}),
      ];
      await advance(10);
      await happen(stage);
      log(client.getQueryData(queryKey));
      for (const stop of stops) stop();
    });
    assert.deepEqual(v5, [['second']]);
    assert.deepEqual(tidemark, v5);
  });
}

test('a fetch by the refetchInterval of an observer goes by its options', async (t) => {
  const { client, advance } = start(t);
  const by = (/** @type {string} */ name, /** @type {object} */ options) =>
    observe(t, client, { queryKey, staleTime: Infinity, ...options, queryFn: () => name });
  by('first', {});
  by('second', { refetchInterval: 1000 });
  by('third', {});
  await advance(1010);
  assert.equal(client.getQueryData(queryKey), 'second');
});
