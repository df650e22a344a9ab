import assert from 'node:assert/strict';
import test from 'node:test';
import { WebSocket } from 'ws';
import {
  keepPreviousData,
  MutationCache,
  MutationObserver,
  onlineManager,
  QueryCache,
} from '../../../js-glue/index.js';
import { reached, startLive } from './live.js';
import { observe, server, start } from './setup.js';
import { listen } from './websocket-server.js';

test('after signing out nothing of the cache can be read', async (t) => {
  const { client } = start(t);
  client.setQueryData(['tasks', '1'], 'secret');
  const query = client.getQueryCache().find({ queryKey: ['tasks', '1'] });
  client.signOut();
  assert.equal(client.getQueryData(['tasks', '1']), undefined);
  assert.deepEqual(client.getQueriesData({}), []);
  assert.equal(query?.state.data, undefined);
});

test('what is looked at shows nothing at once, and fetches nothing by itself', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const seen = observe(t, client, { queryKey: ['tasks', '1'], queryFn: ask });
  await advance(0);
  calls[0].resolve('secret');
  await advance(0);
  client.signOut();
  const { data, status, fetchStatus } = seen.observer.getCurrentResult();
  assert.deepEqual([data, status, fetchStatus], [undefined, 'pending', 'idle']);
  await advance(0);
  assert.equal(calls.length, 1);
});

test('an answer under way is aborted and never lands', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const seen = observe(t, client, {
    queryKey: ['tasks', '1'],
    queryFn: (/** @type {any} */ { signal }) => ask(signal),
  });
  await advance(0);
  client.signOut();
  assert.equal(calls[0].args[0].aborted, true);
  calls[0].resolve('secret');
  await advance(0);
  assert.equal(seen.observer.getCurrentResult().data, undefined);
});

test('who waits for an answer hears that it was cancelled', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(['tasks', '1'], 'secret');
  const { ask } = server();
  const waiting = client.fetchQuery({ queryKey: ['tasks', '1'], queryFn: ask });
  await advance(0);
  client.signOut();
  await assert.rejects(waiting, { name: 'CancelledError' });
});

test('the answer before this key is no placeholder any more', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const options = { queryFn: ask, placeholderData: keepPreviousData };
  const seen = observe(t, client, { ...options, queryKey: ['tasks', '1'] });
  await advance(0);
  calls[0].resolve('secret');
  await advance(0);
  seen.observer.setOptions({ ...options, queryKey: ['tasks', '2'] });
  assert.equal(seen.observer.getCurrentResult().data, 'secret');
  client.signOut();
  assert.equal(seen.observer.getCurrentResult().data, undefined);
});

test('an optimistic change goes, and what its mutation brings back is told to nobody', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.setQueryData(['tasks', '1'], 'base');
  const seen = observe(t, client, { queryKey: ['tasks', '1'], queryFn: ask, staleTime: Infinity });
  /** @type {string[]} */
  const told = [];
  const saved = client.mutate({
    mutationFn: () => ask(),
    variables: 'secret',
    optimistic: [{ queryKey: ['tasks', '1'], update: () => 'secret' }],
    onSuccess: () => told.push('success'),
    onError: () => told.push('error'),
    onSettled: () => told.push('settled'),
  });
  assert.equal(seen.observer.getCurrentResult().data, 'secret');
  await advance(0);
  client.signOut();
  await assert.rejects(saved, { name: 'CancelledError' });
  calls[0].resolve('done');
  await advance(0);
  assert.deepEqual([seen.observer.getCurrentResult().data, told], [undefined, []]);
});

test('an answer that came right before is told to nobody', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const saved = client.mutate({
    mutationFn: ask,
    onSuccess: (/** @type {string} */ data) => client.setQueryData(['me'], data),
  });
  await advance(0);
  calls[0].resolve('secret');
  await null;
  await null;
  client.signOut();
  await assert.rejects(saved, { name: 'CancelledError' });
  assert.equal(client.getQueryData(['me']), undefined);
});

for (const [end, callback] of /** @type {const} */ ([
  ['resolve', 'onSuccess'],
  ['reject', 'onError'],
])) {
  test(`no callback follows an ${callback} of the cache that is awaited meanwhile`, async (t) => {
    const cache = server();
    const mutationCache = new MutationCache({ [callback]: cache.ask });
    const { client, advance } = start(t, { mutationCache });
    const api = server();
    /** @type {string[]} */
    const told = [];
    const saved = client.mutate({
      mutationFn: api.ask,
      [callback]: () => told.push(callback),
      onSettled: () => told.push('onSettled'),
    });
    await advance(0);
    api.calls[0][end]('secret');
    await advance(0);
    client.signOut();
    await assert.rejects(saved, { name: 'CancelledError' });
    cache.calls[0].resolve(undefined);
    await advance(0);
    assert.deepEqual(told, []);
  });
}

test('the mutation whose onSuccess signs out ends as usual, and is forgotten', async (t) => {
  const { client, advance } = start(t);
  /** @type {string[]} */
  const told = [];
  const observer = new MutationObserver(client, {
    mutationFn: async () => 'bye',
    onSuccess: () => client.signOut(),
    onSettled: () => told.push('settled'),
  });
  t.after(observer.subscribe(() => {}));
  const left = observer.mutate(undefined, { onSuccess: () => told.push('to the sign-in page') });
  await advance(0);
  assert.equal(await left, 'bye');
  assert.deepEqual(told, ['settled', 'to the sign-in page']);
  assert.deepEqual(client.getMutationCache().getAll(), []);
});

test('who waits for the mutation whose onError signs out hears why it failed', async (t) => {
  const expired = new Error('401');
  const mutationCache = new MutationCache({ onError: () => client.signOut() });
  const { client, advance } = start(t, { mutationCache });
  const saved = client.mutate({ mutationFn: () => Promise.reject(expired) });
  saved.catch(() => {});
  await advance(0);
  await assert.rejects(saved, expired);
});

test('another one that ends in the same turn is told to nobody', async (t) => {
  const { client, advance } = start(t);
  /** @type {string[]} */
  const told = [];
  const other = client.mutate({
    mutationFn: async () => 'secret',
    onSuccess: async () => {
      await null;
    },
    onSettled: () => told.push('settled'),
  });
  const left = client.mutate({ mutationFn: async () => 'bye', onSuccess: () => client.signOut() });
  await assert.rejects(other, { name: 'CancelledError' });
  assert.equal(await left, 'bye');
  await advance(0);
  assert.deepEqual(told, []);
});

test('a mutation does not begin once an onMutate of the cache was awaited meanwhile', async (t) => {
  const cache = server();
  const mutationCache = new MutationCache({ onMutate: cache.ask });
  const { client, advance } = start(t, { mutationCache });
  /** @type {string[]} */
  const told = [];
  const saved = client.mutate({
    mutationFn: async () => told.push('sent'),
    onMutate: () => told.push('onMutate'),
  });
  await advance(0);
  client.signOut();
  await assert.rejects(saved, { name: 'CancelledError' });
  cache.calls[0].resolve(undefined);
  await advance(0);
  assert.deepEqual(told, []);
});

test('a mutation that waits for the network is never sent', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  onlineManager.setOnline(false);
  const saved = client.mutate({ mutationFn: ask, variables: 'secret' });
  await advance(0);
  client.signOut();
  await assert.rejects(saved, { name: 'CancelledError' });
  onlineManager.setOnline(true);
  await advance(1e6);
  assert.equal(calls.length, 0);
});

test('a mutation that goes on after a pause ends with it', async (t) => {
  const { client, advance } = start(t);
  onlineManager.setOnline(false);
  const saved = client.mutate({ mutationFn: () => new Promise(() => {}) });
  await advance(0);
  const resumed = client.resumePausedMutations();
  onlineManager.setOnline(true);
  await advance(0);
  client.signOut();
  await assert.rejects(saved, { name: 'CancelledError' });
  await resumed;
});

test('a mutation that failed is not tried again', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const saved = client.mutate({ mutationFn: ask, variables: 'secret', retry: 3 });
  await advance(0);
  calls[0].reject(new Error('busy'));
  await advance(0);
  client.signOut();
  await assert.rejects(saved, { name: 'CancelledError' });
  await advance(1e6);
  assert.equal(calls.length, 1);
});

test('a mutation that is shown is shown no more', async (t) => {
  const { client, advance } = start(t);
  const observer = new MutationObserver(client, { mutationFn: async () => 'secret' });
  t.after(observer.subscribe(() => {}));
  await observer.mutate('secret');
  await advance(0);
  client.signOut();
  const { status, data, variables } = observer.getCurrentResult();
  assert.deepEqual([status, data, variables], ['idle', undefined, undefined]);
});

test('the channel is closed, and the next user’s resumes nowhere and signs in with its own ticket', async (t) => {
  const { client, channel } = await startLive(t);
  client.signOut();
  assert.equal(channel.status, 'stopped');
  const hub = await listen(t);
  const connected = hub.connection();
  const ticket = async () => 'of the next user';
  const next = client.connect({ url: hub.url, ticket, scopes: [], WebSocket });
  t.after(() => next.close());
  const connection = await connected;
  assert.equal((await connection.received()).ticket, 'of the next user');
  connection.send({ type: 'hello', v: 1, epoch: 'e', seq: 5, ping: 25000, window: 1024 });
  assert.equal((await connection.received()).resume, null);
});

test('a ticket refused for good leaves it to the app to sign out', async (t) => {
  const { client, advance } = start(t);
  t.mock.method(console, 'warn', () => {});
  client.setQueryData(['tasks', '1'], 'secret');
  const ticket = () => Promise.reject(Object.assign(new Error('signed out'), { status: 401 }));
  const channel = client.connect({ url: 'ws://127.0.0.1:9', ticket, WebSocket });
  channel.subscribe(() => {
    if (/** @type {any} */ (channel.error)?.status === 401) client.signOut();
  });
  await reached(channel, 'stopped');
  await advance(0);
  assert.equal(client.getQueryData(['tasks', '1']), undefined);
});

const VERBS = /** @type {const} */ (['signOut', 'clear']);
for (const verb of VERBS) {
  test(`${verb}() in whatever a listener hears ends`, async (t) => {
    const { client, advance } = start(t);
    const { ask, calls } = server();
    const options = { queryKey: ['tasks', '1'], queryFn: ask, retry: false };
    const seen = observe(t, client, { ...options, initialData: () => ['nothing yet'] });
    let heard = 0;
    const hear = () => {
      heard += 1;
      if (heard > 100) throw new Error('it goes on for ever');
      client[verb]();
    };
    t.after(client.getQueryCache().subscribe(hear));
    t.after(client.getMutationCache().subscribe(hear));
    t.after(seen.observer.subscribe(hear));
    await advance(0);
    calls[0]?.reject(new Error('no'));
    await advance(0);
    client.mutate({ mutationFn: ask }).catch(() => {});
    client.setQueryData(['tasks', '2'], 'secret');
    await advance(1000);
    assert.ok(heard > 0 && heard < 50, `heard ${heard} times`);
    assert.equal(client.getQueryData(['tasks', '2']), undefined);
  });

  test(`${verb}() in the callbacks of both caches ends`, async (t) => {
    let heard = 0;
    const hear = () => {
      heard += 1;
      client[verb]();
    };
    const config = { onError: hear, onSettled: hear, onSuccess: hear, onMutate: hear };
    const { client, advance } = start(t, {
      queryCache: new QueryCache(config),
      mutationCache: new MutationCache(config),
    });
    const { ask, calls } = server();
    observe(t, client, { queryKey: ['tasks', '1'], queryFn: ask, retry: false });
    client.mutate({ mutationFn: ask }).catch(() => {});
    await advance(0);
    for (const call of calls) call.reject(new Error('no'));
    await advance(1000);
    assert.ok(heard > 0 && heard < 10, `heard ${heard} times`);
  });
}

test('what comes in after a sign-out is forgotten by the next one', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const seen = observe(t, client, { queryKey: ['tasks', '1'], queryFn: ask });
  await advance(0);
  client.signOut();
  const next = seen.observer.refetch();
  await advance(0);
  calls[1].resolve('of the next user');
  await next;
  client.signOut();
  assert.equal(seen.result.data, undefined);
});
