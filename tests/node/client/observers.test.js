import assert from 'node:assert/strict';
import test from 'node:test';
import { keepPreviousData, QueryObserver, skipToken } from '../../../js-glue/index.js';
import { catchReports, counter, observe, server, start } from './setup.js';

const queryKey = ['k'];

test('an observer goes from pending over fetching to success', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter() });
  const { status, fetchStatus, isLoading, isPending, data } = one.result;
  assert.deepEqual(
    { status, fetchStatus, isLoading, isPending, data },
    {
      status: 'pending',
      fetchStatus: 'fetching',
      isLoading: true,
      isPending: true,
      data: undefined,
    },
  );
  await advance(0);
  assert.deepEqual(
    [one.result.status, one.result.fetchStatus, one.result.data, one.result.isFetchedAfterMount],
    ['success', 'idle', 1, true],
  );
});

test('without listeners an observer looks, but fetches nothing', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const observer = new QueryObserver(client, { queryKey, queryFn });
  await advance(0);
  assert.equal(queryFn.calls, 0);
  assert.equal(observer.getCurrentResult().status, 'pending');
});

test('observers of one query share one fetch', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn });
  observe(t, client, { queryKey, queryFn });
  await advance(0);
  assert.equal(queryFn.calls, 1);
});

test('nobody is called after unsubscribing, not even for what happened before', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, enabled: false });
  client.setQueryData(queryKey, 1);
  one.stop();
  await advance(0);
  assert.equal(one.heard.length, 0);
});

test('a listener that takes another one off keeps it from being called', async (t) => {
  const { client, advance } = start(t);
  const observer = new QueryObserver(client, { queryKey, enabled: false });
  let calls = 0;
  const stops = /** @type {(() => void)[]} */ ([]);
  const once = () => {
    calls += 1;
    for (const stop of stops) stop();
  };
  stops.push(
    observer.subscribe(once),
    observer.subscribe(() => once()),
  );
  client.setQueryData(queryKey, 1);
  await advance(0);
  assert.equal(calls, 1);
});

test('a listener that throws keeps nobody else from hearing', async (t) => {
  const { client, advance } = start(t);
  const reports = catchReports(t);
  const one = observe(t, client, { queryKey, enabled: false });
  const broken = new QueryObserver(client, { queryKey, enabled: false });
  t.after(
    broken.subscribe(() => {
      throw new Error('broken');
    }),
  );
  const two = observe(t, client, { queryKey, enabled: false });
  client.setQueryData(queryKey, 1);
  await advance(0);
  assert.deepEqual([one.heard.length, two.heard.length], [1, 1]);
  assert.match(String(reports[0]), /broken/);
});

test('a listener may change the cache it hears of', async (t) => {
  const { client, advance } = start(t);
  const observer = new QueryObserver(client, { queryKey, enabled: false });
  t.after(
    observer.subscribe(({ data }) => {
      if (/** @type {number} */ (data) < 3) client.setQueryData(queryKey, Number(data) + 1);
    }),
  );
  client.setQueryData(queryKey, 1);
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 3);
});

test('enabled false fetches nothing until it is true', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const one = observe(t, client, { queryKey, queryFn, enabled: false });
  await advance(0);
  assert.deepEqual(
    [queryFn.calls, one.result.isEnabled, one.result.fetchStatus],
    [0, false, 'idle'],
  );
  one.observer.setOptions({ queryKey, queryFn, enabled: true });
  await advance(0);
  assert.equal(one.result.data, 1);
});

test('enabled may be a function of the query', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const enabled = (/** @type {any} */ query) => query.state.data !== 'stop';
  observe(t, client, { queryKey, queryFn, enabled });
  await advance(0);
  client.setQueryData(queryKey, 'stop');
  await client.invalidateQueries({ queryKey });
  assert.equal(queryFn.calls, 1);
});

test('enabled as something else is a TypeError that says what is allowed', (t) => {
  const { client } = start(t);
  const options = /** @type {any} */ ({ queryKey, queryFn: counter(), enabled: 'yes' });
  assert.throws(
    () => new QueryObserver(client, options),
    /enabled must be a boolean .*; got "yes"/,
  );
});

test('skipToken disables, and refetch says why it cannot fetch', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: skipToken });
  await advance(0);
  assert.deepEqual([one.result.fetchStatus, one.result.isEnabled], ['idle', false]);
  await assert.rejects(one.observer.refetch({ throwOnError: true }), /skipToken/);
});

test('refetch fetches, even if disabled, and resolves with the result', async (t) => {
  const { client } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), enabled: false });
  const result = await one.observer.refetch();
  assert.deepEqual([result.status, result.data], ['success', 1]);
});

test('refetch rejects only with throwOnError', async (t) => {
  const { client } = start(t);
  const queryFn = () => Promise.reject(new Error('no'));
  const one = observe(t, client, { queryKey, queryFn, enabled: false, retry: false });
  assert.equal((await one.observer.refetch()).status, 'error');
  await assert.rejects(one.observer.refetch({ throwOnError: true }), /no/);
});

test('refetch during a first fetch gives no answer that was asked for before it', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask });
  await advance(0);
  const refetched = one.observer.refetch();
  await advance(0);
  assert.equal(calls.length, 2);
  calls[0].resolve('old');
  calls[1].resolve('new');
  assert.equal((await refetched).data, 'new');
});

test('refetchQueries during a first fetch that nobody observes gives no older answer', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  client.refetchQueries({ queryKey });
  await advance(0);
  calls[0].resolve('old');
  calls[1].resolve('new');
  assert.equal(await fetched, 'new');
});

test('refetch with cancelRefetch: false joins what is in flight', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const one = observe(t, client, { queryKey, queryFn: ask });
  await advance(0);
  const refetched = one.observer.refetch({ cancelRefetch: false });
  await advance(0);
  assert.equal(calls.length, 1);
  calls[0].resolve('data');
  assert.equal((await refetched).data, 'data');
});

test('a refetch goes by the options of who looks, not of who asked once', async (t) => {
  const { client, advance } = start(t);
  await client.fetchQuery({ queryKey, queryFn: () => 'by fetchQuery' });
  const one = observe(t, client, { queryKey, queryFn: () => 'by the observer' });
  await advance(0);
  await client.fetchQuery({ queryKey, queryFn: () => 'by fetchQuery' });
  assert.equal(one.result.data, 'by fetchQuery');
  client.invalidateQueries({ queryKey });
  await advance(0);
  assert.equal(one.result.data, 'by the observer');
});

test('an observer whose query was forgotten before anybody listened begins anew', async (t) => {
  const { client, advance } = start(t);
  const observer = new QueryObserver(client, { queryKey, queryFn: counter(), gcTime: 1000 });
  await advance(1000);
  assert.equal(client.getQueryCache().getAll().length, 0);
  t.after(observer.subscribe(() => {}));
  await advance(0);
  assert.equal(observer.getCurrentResult().data, 1);
});

test('gcTime 0 keeps an answer as long as somebody looks', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), gcTime: 0 });
  await advance(1000);
  assert.equal(one.result.data, 1);
  one.stop();
  await advance(1);
  assert.equal(client.getQueryData(queryKey), undefined);
});

test('another key shows the other query', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(['a'], 'A');
  const one = observe(t, client, { queryKey: ['a'], queryFn: () => 'A', staleTime: Infinity });
  one.observer.setOptions({ queryKey: ['b'], queryFn: () => 'B' });
  assert.equal(one.result.data, undefined);
  await advance(0);
  assert.equal(one.result.data, 'B');
  assert.equal(
    client
      .getQueryCache()
      .find({ queryKey: ['a'] })
      ?.getObserversCount(),
    0,
  );
});

test('select shows a part, and runs again only for other data or another function', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, { name: 'a', count: 1 });
  let runs = 0;
  const select = (/** @type {any} */ data) => {
    runs += 1;
    return data.name;
  };
  const options = { queryKey, enabled: false, select };
  const one = observe(t, client, options);
  assert.equal(one.result.data, 'a');
  one.observer.setOptions({ ...options, staleTime: 5 });
  assert.equal(runs, 1);
  client.setQueryData(queryKey, { name: 'b', count: 1 });
  await advance(0);
  assert.deepEqual([one.result.data, runs], ['b', 2]);
  one.observer.setOptions({ ...options, select: (/** @type {any} */ data) => data.count });
  assert.equal(one.result.data, 1);
});

test('who selects a part does not hear of other parts', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, { list: [1], other: 1 });
  const select = (/** @type {any} */ data) => data.list.map((/** @type {number} */ n) => n * 2);
  const notifyOnChangeProps = ['data'];
  const one = observe(t, client, { queryKey, enabled: false, select, notifyOnChangeProps });
  client.setQueryData(queryKey, { list: [1], other: 2 });
  await advance(0);
  assert.equal(one.heard.length, 0);
});

test('a select that throws is an error of that observer only, until it works again', (t) => {
  const { client } = start(t);
  const select = (/** @type {any} */ data) => {
    if (data === 'bad') throw new Error('unselectable');
    return `selected ${data}`;
  };
  client.setQueryData(queryKey, 'good');
  const one = observe(t, client, { queryKey, enabled: false, select });
  client.setQueryData(queryKey, 'bad');
  assert.deepEqual(
    [one.result.status, one.result.error.message, one.result.data],
    ['error', 'unselectable', 'selected good'],
  );
  assert.equal(client.getQueryState(queryKey)?.status, 'success');
  client.setQueryData(queryKey, 'fine');
  assert.deepEqual([one.result.status, one.result.data], ['success', 'selected fine']);
});

test('placeholderData is shown while there is no data, and never cached', async (t) => {
  const { client, advance } = start(t);
  const options = { queryKey, queryFn: counter(), placeholderData: 'soon' };
  const one = observe(t, client, options);
  const { data, status, isPlaceholderData, fetchStatus } = one.result;
  assert.deepEqual(
    { data, status, isPlaceholderData, fetchStatus },
    {
      data: 'soon',
      status: 'success',
      isPlaceholderData: true,
      fetchStatus: 'fetching',
    },
  );
  assert.equal(client.getQueryData(queryKey), undefined);
  await advance(0);
  assert.deepEqual([one.result.data, one.result.isPlaceholderData], [1, false]);
});

test('placeholderData goes through select', (t) => {
  const { client } = start(t);
  const select = (/** @type {any} */ data) => data.length;
  const one = observe(t, client, { queryKey, queryFn: counter(), placeholderData: 'four', select });
  assert.equal(one.result.data, 4);
});

test('keepPreviousData shows the last answer until the next key has one', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const options = (/** @type {number} */ page) => ({
    queryKey: ['page', page],
    queryFn: ask,
    placeholderData: keepPreviousData,
  });
  const one = observe(t, client, options(1));
  await advance(0);
  calls[0].resolve('first');
  await advance(0);
  one.observer.setOptions(options(2));
  one.observer.setOptions(options(3));
  assert.deepEqual([one.result.data, one.result.isPlaceholderData], ['first', true]);
  await advance(0);
  calls.at(-1)?.resolve('third');
  await advance(0);
  assert.deepEqual([one.result.data, one.result.isPlaceholderData], ['third', false]);
});

test('initialData is in the cache, as old as it says', async (t) => {
  const { client, time } = start(t);
  const options = {
    queryKey,
    queryFn: counter(),
    initialData: () => 'initial',
    initialDataUpdatedAt: time.now - 1000,
  };
  const fresh = observe(t, client, { ...options, staleTime: 1001 });
  assert.deepEqual(
    [fresh.result.data, fresh.result.status, fresh.result.isStale, fresh.result.isFetched],
    ['initial', 'success', false, false],
  );
  assert.equal(client.getQueryData(queryKey), 'initial');
  const stale = observe(t, client, { ...options, staleTime: 1000 });
  assert.deepEqual([stale.result.isStale, stale.result.fetchStatus], [true, 'fetching']);
});

test('initialData does not replace data', (t) => {
  const { client } = start(t);
  client.setQueryData(queryKey, 'data');
  const one = observe(t, client, { queryKey, enabled: false, initialData: 'initial' });
  assert.equal(one.result.data, 'data');
});

test('after the first read of a tracked result only what was read is worth a call', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'data');
  const one = observe(t, client, { queryKey, queryFn: () => 'data', staleTime: Infinity });
  const read = /** @type {string[]} */ ([]);
  const tracked = one.observer.trackResult(one.result, (field) => read.push(field));
  assert.equal(tracked.data, 'data');
  assert.deepEqual(read, ['data']);
  await one.observer.refetch();
  await advance(0);
  assert.equal(one.heard.length, 0);
  client.setQueryData(queryKey, 'other');
  await advance(0);
  assert.equal(one.heard.length, 1);
});

test("notifyOnChangeProps 'all' is called for every change", async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), notifyOnChangeProps: 'all' });
  one.observer.trackProp('status');
  await advance(0);
  const before = one.heard.length;
  await one.observer.refetch();
  await advance(0);
  assert.ok(one.heard.length > before);
});

test('structuralSharing false takes every answer as it is', async (t) => {
  const { client, advance } = start(t);
  const options = { queryKey, queryFn: () => ({ a: 1 }), structuralSharing: false };
  const one = observe(t, client, options);
  await advance(0);
  const first = one.result.data;
  await one.observer.refetch();
  assert.notEqual(one.result.data, first);
  assert.deepEqual(one.result.data, first);
});

test('refetchInterval fetches again and again while somebody looks', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const one = observe(t, client, { queryKey, queryFn, refetchInterval: 1000 });
  await advance(3500);
  assert.equal(queryFn.calls, 4);
  one.stop();
  await advance(5000);
  assert.equal(queryFn.calls, 4);
});

test('a refetchInterval that never comes is none', async (t) => {
  for (const refetchInterval of [Infinity, Number.NaN, -1, 0]) {
    const { client, advance } = start(t);
    const queryFn = counter();
    observe(t, client, { queryKey, queryFn, refetchInterval });
    await advance(1e9);
    assert.equal(queryFn.calls, 1);
  }
});

test('refetchInterval may be a function that ends it', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const refetchInterval = (/** @type {any} */ query) => query.state.data !== 2 && 1000;
  observe(t, client, { queryKey, queryFn, refetchInterval });
  await advance(10_000);
  assert.equal(queryFn.calls, 2);
});

test('getOptimisticResult shows the fetch that mounting will start, without starting it', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const options = client.defaultQueryOptions({ queryKey, queryFn });
  const observer = new QueryObserver(client, options);
  const result = observer.getOptimisticResult(options);
  assert.deepEqual(
    [result.status, result.fetchStatus, result.isLoading],
    ['pending', 'fetching', true],
  );
  await advance(0);
  assert.equal(queryFn.calls, 0);
  assert.equal(observer.getOptimisticResult(options), result);
});

test('getOptimisticResult of a fresh answer shows no fetch', (t) => {
  const { client } = start(t);
  client.setQueryData(queryKey, 'data');
  const options = client.defaultQueryOptions({ queryKey, queryFn: counter(), staleTime: 1000 });
  const result = new QueryObserver(client, options).getOptimisticResult(options);
  assert.deepEqual([result.data, result.fetchStatus], ['data', 'idle']);
});

test('the context of a queryFn has key, meta, client and signal', async (t) => {
  const { client } = start(t);
  const { ask, calls } = server();
  client.prefetchQuery({ queryKey, queryFn: ask, meta: { from: 'test' } });
  await client.cancelQueries({ queryKey: ['other'] });
  const [context] = calls[0].args;
  assert.deepEqual([context.queryKey, context.meta], [queryKey, { from: 'test' }]);
  assert.equal(context.client, client);
  assert.ok(context.signal instanceof AbortSignal);
});

test('defaults come from the client, from the key and from the call, in that order', async (t) => {
  const { client, advance } = start(t, {
    defaultOptions: { queries: { staleTime: 1, gcTime: 2 } },
  });
  client.setQueryDefaults(['todos'], { staleTime: 10, queryFn: () => 'by key' });
  client.setQueryDefaults(['todos', 'done'], { staleTime: 20 });
  const one = observe(t, client, { queryKey: ['todos', 'done'] });
  await advance(0);
  assert.equal(one.result.data, 'by key');
  const { staleTime, gcTime } = client.defaultQueryOptions({ queryKey: ['todos', 'done'] });
  assert.deepEqual([staleTime, gcTime], [20, 2]);
  assert.equal(client.defaultQueryOptions({ queryKey: ['todos'], staleTime: 5 }).staleTime, 5);
});

test('the query cache tells what comes, changes and goes', async (t) => {
  const { client, advance } = start(t);
  const events = /** @type {string[]} */ ([]);
  t.after(client.getQueryCache().subscribe(({ type }) => events.push(type)));
  client.setQueryData(queryKey, 1);
  await advance(0);
  assert.deepEqual(events, ['added', 'updated']);
  client.removeQueries({ queryKey });
  await advance(0);
  assert.equal(events.at(-1), 'removed');
});

test('a cache that belongs to one client cannot be given to another', (t) => {
  const { client } = start(t);
  const queryCache = client.getQueryCache();
  assert.throws(() => start(t, { queryCache }), /already belongs to another QueryClient/);
});
