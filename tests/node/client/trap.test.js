import assert from 'node:assert/strict';
import test from 'node:test';
import { WebSocket } from 'ws';
import { Engine } from '../../../js-glue/engine/engine.js';
import { MutationObserver } from '../../../js-glue/index.js';
import { catchReports, counter, observe, server, start } from './setup.js';
import { settle } from './virtual-time.js';
import { listen } from './websocket-server.js';

/** The memory of every instance of the core, in the order they were made. @type {WebAssembly.Memory[]} */
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = /** @type {any} */ (
  class extends Instance {
    /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports */
    constructor(module, imports) {
      super(module, imports);
      memories.push(/** @type {WebAssembly.Memory} */ (this.exports.memory));
    }
  }
);

/** What a stray write does: from here on the instance traps or lies. */
function corrupt() {
  const memory = /** @type {WebAssembly.Memory} */ (memories.at(-1));
  new Uint8Array(memory.buffer).fill(0xff);
}

/** One of the engine's methods, that traps the first time. @param {'drain' | 'layers'} name */
function stopOnce(name) {
  const method = Engine.prototype[name];
  let stops = true;
  return /** @this {Engine} @param {any[]} args */ function (...args) {
    if (!stops) return Reflect.apply(method, this, args);
    stops = false;
    throw new WebAssembly.RuntimeError('unreachable');
  };
}

const queryKey = ['k'];
const staleTime = Infinity;

/** @param {import('node:test').TestContext} t @param {any} [config] */
function startCatching(t, config) {
  const reports = catchReports(t);
  return { ...start(t, config), reports };
}

test('the verb that met the trap does its work on a new core, and it is reported', async (t) => {
  const { client, reports } = startCatching(t);
  client.setQueryData(queryKey, 'kept');
  corrupt();
  client.setQueryData(['other'], 'new');
  assert.deepEqual(
    [client.getQueryData(queryKey), client.getQueryData(['other'])],
    ['kept', 'new'],
  );
  assert.match(reports[0].message, /WebAssembly core crashed and was restarted/);
});

test('answers are kept but marked, and what is looked at is fetched again', async (t) => {
  const { client, advance } = startCatching(t);
  const queryFn = counter();
  const one = observe(t, client, { queryKey, queryFn, staleTime, refetchOnMount: false });
  client.setQueryData(['inactive'], 'kept');
  await advance(0);
  corrupt();
  client.isFetching();
  assert.equal(one.result.data, 1);
  await advance(0);
  assert.deepEqual([one.result.data, queryFn.calls], [2, 2]);
  assert.equal(client.getQueryState(['inactive'])?.isInvalidated, true);
});

test('observers go on hearing, and can leave', async (t) => {
  const { client, advance } = startCatching(t);
  const one = observe(t, client, { queryKey, queryFn: counter(), staleTime });
  await advance(0);
  corrupt();
  client.isFetching();
  await advance(0);
  const before = one.heard.length;
  client.setQueryData(queryKey, 'set');
  await advance(0);
  assert.equal(one.heard.length, before + 1);
  one.stop();
  assert.equal(client.getQueryCache().find({ queryKey })?.isActive(), false);
});

test('an observer that leaves through the trap is gone', async (t) => {
  const { client, advance } = startCatching(t);
  const one = observe(t, client, { queryKey, queryFn: counter() });
  await advance(0);
  corrupt();
  one.stop();
  assert.equal(client.getQueryCache().find({ queryKey })?.isActive(), false);
});

test('who waits for a fetch gets the answer of the next one', async (t) => {
  const { client, advance } = startCatching(t);
  const { ask, calls } = server();
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  corrupt();
  client.isFetching();
  await advance(0);
  assert.equal(calls[0].args[0].signal.aborted, true);
  calls[0].resolve('of the lost core');
  calls[1].resolve('of the new one');
  assert.equal(await fetched, 'of the new one');
});

test('an answer that meets the trap is asked for again', async (t) => {
  const { client, advance } = startCatching(t);
  const { ask, calls } = server();
  const fetched = client.fetchQuery({ queryKey, queryFn: ask });
  await advance(0);
  corrupt();
  calls[0].resolve('lost');
  await advance(0);
  calls[1].resolve('found');
  assert.equal(await fetched, 'found');
});

test('pending changes still show, and still roll back', async (t) => {
  const { client, advance } = startCatching(t);
  const { ask, calls } = server();
  client.setQueryData(queryKey, ['base']);
  const observer = new MutationObserver(client, {
    mutationFn: ask,
    optimistic: [{ queryKey, update: (list, item) => [...list, item] }],
  });
  const first = observer.mutate('A');
  const second = assert.rejects(observer.mutate('B'));
  await advance(0);
  corrupt();
  client.isFetching();
  assert.deepEqual(client.getQueryData(queryKey), ['base', 'A', 'B']);
  calls[1].reject(new Error('refused'));
  await second;
  assert.deepEqual(client.getQueryData(queryKey), ['base', 'A']);
  calls[0].resolve('done');
  await first;
  assert.deepEqual(client.getQueryData(queryKey), ['base', 'A']);
});

test('a pending change over every key that matches shows on the new core, whatever was removed', async (t) => {
  const { client } = startCatching(t);
  for (const id of [1, 2]) client.setQueryData(['item', id], 'old');
  const optimistic = [
    { queryKey: ['item'], exact: false, update: () => 'new' },
    { queryKey: ['gone'], update: () => 'new' },
  ];
  client.mutate({ mutationFn: server().ask, optimistic });
  client.removeQueries({ queryKey: ['gone'] });
  client.removeQueries({ queryKey: ['item', 1] });
  corrupt();
  client.isFetching();
  assert.equal(client.getQueryData(['item', 2]), 'new');
  client.setQueryData(['item', 1], 'old');
  assert.equal(client.getQueryData(['item', 1]), 'new');
});

test('what was removed under an observer stays so on the new core, until its key is made', async (t) => {
  const { client, advance } = startCatching(t);
  client.setQueryData(queryKey, 'before');
  const one = observe(t, client, { queryKey, queryFn: () => 'fetched', staleTime });
  client.removeQueries({ queryKey });
  corrupt();
  client.isFetching();
  await advance(0);
  assert.equal(client.getQueryData(queryKey), undefined);
  assert.equal(one.result.data, 'before');
  client.setQueryData(queryKey, 'made');
  await advance(0);
  assert.equal(one.result.data, 'made');
});

test('a trap in the midst of effects repeats none of them', async (t) => {
  const { client, advance } = startCatching(t);
  let calls = 0;
  const second = async () => {
    calls += 1;
    return 'second';
  };
  const first = async () => {
    if (memories.length === before) {
      corrupt();
      client.setQueryData(['other'], 'set');
    }
    return 'first';
  };
  const before = memories.length;
  const both = Promise.all([
    client.fetchQuery({ queryKey: ['first'], queryFn: first }),
    client.fetchQuery({ queryKey: ['second'], queryFn: second }),
  ]);
  await advance(0);
  assert.deepEqual(await both, ['first', 'second']);
  assert.equal(calls, 1);
  assert.equal(client.getQueryData(['other']), 'set');
});

test('the channel connects anew, and nothing is heard of the old socket', async (t) => {
  const { client } = startCatching(t);
  const hub = await listen(t);
  const first = hub.connection();
  const channel = client.connect({ url: hub.url, WebSocket });
  t.after(() => channel.close());
  const { socket } = await first;
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const second = hub.connection();
  corrupt();
  client.isFetching();
  await Promise.all([closed, second]);
  (await second).send({ type: 'reconnect', data: {} });
  while (client.getStats().messages === 0) await settle();
  assert.equal(channel.status, 'live');
});

test('a query that is made when the core stops is there, and no other one in its place', (t) => {
  const { client } = startCatching(t);
  client.setQueryData(queryKey, 'kept');
  t.mock.method(Engine.prototype, 'drain', stopOnce('drain'));
  client.setQueryData(['new'], 'made');
  assert.deepEqual([client.getQueryData(queryKey), client.getQueryData(['new'])], ['kept', 'made']);
});

test('layers are asked for under the handle that the new core gave', (t) => {
  const { client, reports } = startCatching(t);
  client.setQueryData(['gone'], 'gone');
  client.setQueryData(queryKey, 'old');
  client.removeQueries({ queryKey: ['gone'] });
  client.mutate({
    mutationFn: server().ask,
    optimistic: [{ queryKey, update: () => 'new' }],
  });
  t.mock.method(Engine.prototype, 'layers', stopOnce('layers'));
  assert.equal(client.setQueryData(queryKey, 'newer'), 'new');
  assert.deepEqual(
    reports.map(({ message }) => message),
    ['tidemark: the WebAssembly core crashed and was restarted'],
  );
});

for (const [end, answer] of /** @type {const} */ ([
  ['fails', 'reject'],
  ['succeeds', 'resolve'],
])) {
  test(`a mutation that was removed while it ran ${end} as the server says`, async (t) => {
    const { client } = startCatching(t);
    const { ask, calls } = server();
    client.setQueryData(queryKey, 'old');
    const optimistic = [{ queryKey, update: () => 'new' }];
    const observer = new MutationObserver(client, { mutationFn: ask, optimistic });
    observer.mutate().catch(() => {});
    await settle();
    client.getMutationCache().clear();
    corrupt();
    calls[0][answer](new Error('said'));
    await settle();
    const { data, error } = observer.getCurrentResult();
    assert.match(String(error ?? data), /said/);
  });
}

test('the rules still hold', async (t) => {
  const { client } = startCatching(t, { rules: [{ on: 'a', invalidate: [queryKey] }] });
  client.setQueryData(queryKey, 'data');
  corrupt();
  client.setQueryData(queryKey, 'data');
  assert.equal(client.applyChange({ resource: 'a' }), 1);
});

test('timers still run', async (t) => {
  const { client, advance } = startCatching(t);
  client.setQueryDefaults(queryKey, { gcTime: 1000 });
  client.setQueryData(queryKey, 'data');
  corrupt();
  await advance(1000);
  await advance(1000);
  assert.equal(client.getQueryData(queryKey), undefined);
});
