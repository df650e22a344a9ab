import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import {
  focusManager,
  MutationCache,
  MutationObserver,
  onlineManager,
} from '../../../js-glue/index.js';
import { catchReports, counter, observe, server, start } from './setup.js';

/** @param {import('node:test').TestContext} t @param {any} client @param {any} options */
function mutationOf(t, client, options) {
  const observer = new MutationObserver(client, options);
  t.after(observer.subscribe(() => {}));
  return observer;
}

/** Callbacks that note their names, arguments and the status at that time. */
function recorder() {
  const calls = /** @type {any[]} */ ([]);
  const note =
    (/** @type {string} */ name, /** @type {any} */ result) =>
    (/** @type {any[]} */ ...args) => {
      calls.push([name, ...args.slice(0, -1)]);
      return result;
    };
  return { calls, note, names: () => calls.map(([name]) => name) };
}

test('a mutation goes from idle over pending to success', async (t) => {
  const { client, time, advance } = start(t);
  const { ask, calls } = server();
  const observer = mutationOf(t, client, { mutationFn: ask });
  assert.deepEqual(
    [observer.getCurrentResult().status, observer.getCurrentResult().isIdle],
    ['idle', true],
  );
  const done = observer.mutate('variables');
  await advance(0);
  const pending = observer.getCurrentResult();
  assert.deepEqual(
    [pending.status, pending.variables, pending.submittedAt, pending.isPaused],
    ['pending', 'variables', time.now, false],
  );
  calls[0].resolve('data');
  assert.equal(await done, 'data');
  const result = observer.getCurrentResult();
  assert.deepEqual([result.status, result.data, result.isSuccess], ['success', 'data', true]);
});

test('a failed mutation shows its error and rejects', async (t) => {
  const { client } = start(t);
  const mutationFn = () => Promise.reject(new Error('refused'));
  const observer = mutationOf(t, client, { mutationFn });
  await assert.rejects(observer.mutate(), /refused/);
  const { status, error, failureCount } = observer.getCurrentResult();
  assert.deepEqual([status, error?.message, failureCount], ['error', 'refused', 1]);
});

test('onMutate, the function, onSuccess, onSettled, the status, then the callbacks of the call', async (t) => {
  const { client } = start(t);
  const { calls, note } = recorder();
  const observer = mutationOf(t, client, {
    mutationFn: note('fn', Promise.resolve('data')),
    onMutate: note('onMutate', 'context'),
    onSuccess: note('onSuccess', undefined),
    onSettled: (/** @type {any[]} */ ...args) => {
      calls.push(['onSettled', ...args.slice(0, -1), observer.getCurrentResult().status]);
    },
  });
  await observer.mutate('v', {
    onSuccess: (/** @type {any[]} */ ...args) => {
      calls.push(['own onSuccess', ...args.slice(0, -1), observer.getCurrentResult().status]);
    },
    onSettled: note('own onSettled', undefined),
  });
  assert.deepEqual(calls, [
    ['onMutate', 'v'],
    ['fn', 'v'],
    ['onSuccess', 'data', 'v', 'context'],
    ['onSettled', 'data', null, 'v', 'context', 'pending'],
    ['own onSuccess', 'data', 'v', 'context', 'success'],
    ['own onSettled', 'data', null, 'v', 'context'],
  ]);
});

test('of a failure onError and onSettled hear, with what onMutate returned', async (t) => {
  const { client } = start(t);
  const { calls, note } = recorder();
  const error = new Error('refused');
  const observer = mutationOf(t, client, {
    mutationFn: () => Promise.reject(error),
    onMutate: () => 'context',
    onSuccess: note('onSuccess', undefined),
    onError: note('onError', undefined),
    onSettled: note('onSettled', undefined),
  });
  await assert.rejects(observer.mutate('v', { onError: note('own onError', undefined) }));
  assert.deepEqual(calls, [
    ['onError', error, 'v', 'context'],
    ['onSettled', undefined, error, 'v', 'context'],
    ['own onError', error, 'v', 'context'],
  ]);
});

test('a callback of a call does not run once nobody listens, those of the options do', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const { names, note } = recorder();
  const observer = new MutationObserver(client, {
    mutationFn: ask,
    onSuccess: note('option', undefined),
  });
  const stop = observer.subscribe(() => {});
  observer.mutate('v', { onSuccess: note('own', undefined) });
  await advance(0);
  stop();
  calls[0].resolve('data');
  await advance(0);
  assert.deepEqual(names(), ['option']);
});

test('an onError that throws is an unhandled rejection, and onSettled runs all the same', () => {
  // In a process of its own: the test runner takes every unhandled rejection for a failure.
  const script = `
    import { QueryClient } from '${new URL('../../../js-glue/index.js', import.meta.url)}';
    process.on('unhandledRejection', (error) => console.log('unhandled:', error.message));
    const done = new QueryClient().mutate({
      mutationFn: () => Promise.reject(new Error('refused')),
      onError() { throw new Error('in onError'); },
      onSettled() { console.log('settled'); },
    });
    await done.catch((error) => console.log('rejected:', error.message));`;
  const node = [process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }];
  const said = execFileSync(...node)
    .trim()
    .split('\n')
    .sort();
  assert.deepEqual(said, ['rejected: refused', 'settled', 'unhandled: in onError']);
});

test('mutations are not tried again unless told so', async (t) => {
  const { client, advance } = start(t);
  let calls = 0;
  const mutationFn = async () => {
    calls += 1;
    throw new Error('no');
  };
  await assert.rejects(client.mutate({ mutationFn }));
  assert.equal(calls, 1);
  const rejected = assert.rejects(client.mutate({ mutationFn, retry: 2 }));
  await advance(1000 + 1999);
  assert.equal(calls, 3);
  await advance(1);
  await rejected;
  assert.equal(calls, 4);
});

test('reset shows nothing again; what runs goes on', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const observer = mutationOf(t, client, { mutationFn: ask });
  const done = observer.mutate('v');
  await advance(0);
  observer.reset();
  assert.equal(observer.getCurrentResult().status, 'idle');
  calls[0].resolve('data');
  assert.equal(await done, 'data');
  assert.equal(observer.getCurrentResult().status, 'idle');
});

test('an observer shows its last mutation only', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const observer = mutationOf(t, client, { mutationFn: ask });
  observer.mutate('first');
  const second = observer.mutate('second');
  await advance(0);
  calls[1].resolve('of second');
  await second;
  calls[0].resolve('of first');
  await advance(0);
  assert.equal(observer.getCurrentResult().data, 'of second');
});

test('the function is told its name on the wire, another one each time', async (t) => {
  const { client } = start(t, { clientId: 'client' });
  const ids = /** @type {string[]} */ ([]);
  const mutationFn = async (/** @type {any} */ _, /** @type {any} */ context) => {
    ids.push(context.mutationId);
  };
  await client.mutate({ mutationFn });
  await client.mutate({ mutationFn });
  assert.deepEqual(ids, [`${client.clientId}.1`, `${client.clientId}.2`]);
});

test('two clients that an application gave one name have two on the wire', (t) => {
  const [one, two] = [start(t, { clientId: 'desk' }), start(t, { clientId: 'desk' })];
  assert.match(one.client.clientId, /^desk-[0-9a-f]{16}$/);
  assert.notEqual(one.client.clientId, two.client.clientId);
});

test('isMutating counts pending mutations, also by key', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.mutate({ mutationFn: ask, mutationKey: ['a', 1] });
  client.mutate({ mutationFn: ask });
  await advance(0);
  assert.deepEqual([client.isMutating(), client.isMutating({ mutationKey: ['a'] })], [2, 1]);
  for (const call of calls) call.resolve('data');
  await advance(0);
  assert.equal(client.isMutating(), 0);
});

test('defaults of a mutation come from the client and from its key', async (t) => {
  const { client } = start(t, { defaultOptions: { mutations: { meta: { by: 'client' } } } });
  client.setMutationDefaults(['save'], {
    mutationFn: async (/** @type {any} */ v) => `saved ${v}`,
  });
  const mutationKey = ['save', 'it'];
  assert.equal(await client.mutate({ mutationKey, variables: 'v' }), 'saved v');
  assert.deepEqual(client.defaultMutationOptions({ mutationKey }).meta, { by: 'client' });
});

test('callbacks of the mutation cache hear of every mutation, first', async (t) => {
  const { names, note } = recorder();
  const config = { onMutate: note('cache onMutate', 0), onSuccess: note('cache onSuccess', 0) };
  const { client } = start(t, { mutationCache: new MutationCache(config) });
  await client.mutate({
    mutationFn: async () => 'data',
    onMutate: note('onMutate', 0),
    onSuccess: note('onSuccess', 0),
  });
  assert.deepEqual(names(), ['cache onMutate', 'onMutate', 'cache onSuccess', 'onSuccess']);
});

test('a mutation without a function fails and says so', async (t) => {
  const { client } = start(t);
  await assert.rejects(client.mutate({}), /No mutationFn/);
});

test('of one scope one runs at a time; onMutate of a queued one runs at once', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const { names, note } = recorder();
  const options = { mutationFn: ask, scope: { id: 's' }, onMutate: note('onMutate', undefined) };
  client.mutate({ ...options, variables: 1 });
  assert.equal(client.getMutationCache().getAll()[0].state.isPaused, false);
  client.mutate({ ...options, variables: 2 });
  await advance(0);
  assert.deepEqual([calls.length, names().length], [1, 2]);
  assert.equal(client.getMutationCache().getAll()[1].state.isPaused, true);
  calls[0].resolve('data');
  await advance(0);
  assert.equal(calls[1].args[0], 2);
});

test('a failure lets the next one of the scope go, too', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const scope = { id: 's' };
  const first = assert.rejects(client.mutate({ mutationFn: ask, scope }));
  client.mutate({ mutationFn: ask, scope });
  await advance(0);
  calls[0].reject(new Error('no'));
  await first;
  await advance(0);
  assert.equal(calls.length, 2);
});

test('when the network is back in the turn of mutate() writes go before reads', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const queryFn = counter();
  observe(t, client, { queryKey: ['k'], queryFn });
  await advance(0);
  onlineManager.setOnline(false);
  for (const id of ['a', 'b', 'b']) client.mutate({ mutationFn: ask, scope: { id } });
  onlineManager.setOnline(true);
  for (let i = 0; i < 3; i += 1) {
    await advance(0);
    assert.equal(queryFn.calls, 1);
    calls[i].resolve('done');
  }
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test('a mutation keeps the scope it was made with when options change while it runs', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const first = mutationOf(t, client, { mutationFn: ask, scope: { id: 'a' } });
  first.mutate('first');
  client.mutate({ mutationFn: ask, variables: 'second', scope: { id: 'a' } });
  await advance(0);
  first.setOptions({ mutationFn: ask, scope: { id: 'b' } });
  client.mutate({ mutationFn: ask, variables: 'of b', scope: { id: 'b' } });
  await advance(0);
  assert.deepEqual(
    calls.map(({ args }) => args[0]),
    ['first', 'of b'],
  );
  calls[0].resolve('done');
  await advance(0);
  assert.deepEqual(
    calls.map(({ args }) => args[0]),
    ['first', 'of b', 'second'],
  );
});

test('without a network mutations are paused, and go out in order before queries refetch', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const queryFn = counter();
  observe(t, client, { queryKey: ['k'], queryFn });
  await advance(0);
  onlineManager.setOnline(false);
  client.mutate({ mutationFn: ask, variables: 'first', scope: { id: 's' } });
  client.mutate({ mutationFn: ask, variables: 'second', scope: { id: 's' } });
  await advance(1000);
  assert.deepEqual([calls.length, client.isMutating()], [0, 2]);
  assert.ok(
    client
      .getMutationCache()
      .getAll()
      .every((mutation) => mutation.state.isPaused),
  );

  onlineManager.setOnline(true);
  await advance(0);
  assert.deepEqual([calls.map(({ args }) => args[0]), queryFn.calls], [['first'], 1]);
  calls[0].resolve('data');
  await advance(0);
  assert.deepEqual([calls.map(({ args }) => args[0]), queryFn.calls], [['first', 'second'], 1]);
  calls[1].resolve('data');
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test("networkMode 'always' mutates without a network", async (t) => {
  const { client } = start(t);
  onlineManager.setOnline(false);
  assert.equal(await client.mutate({ mutationFn: async () => 1, networkMode: 'always' }), 1);
});

test('a retry waits while nobody sees the page', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const done = client.mutate({ mutationFn: ask, retry: 1 });
  await advance(0);
  focusManager.setFocused(false);
  calls[0].reject(new Error('no'));
  await advance(1e6);
  assert.equal(calls.length, 1);
  focusManager.setFocused(true);
  await advance(0);
  calls[1].resolve('data');
  assert.equal(await done, 'data');
});

test('change runs the rules once the server has done it', async (t) => {
  const { client, advance } = start(t, { rules: [{ on: 'task', invalidate: [['tasks', '$id']] }] });
  const { ask, calls } = server();
  client.setQueryData(['tasks', 7], 'old');
  const change = (/** @type {any} */ data) => ({ resource: 'task', id: data.id });
  client.mutate({ mutationFn: ask, change });
  await advance(0);
  assert.equal(client.getQueryState(['tasks', 7])?.isInvalidated, false);
  calls[0].resolve({ id: 7 });
  await advance(0);
  assert.equal(client.getQueryState(['tasks', 7])?.isInvalidated, true);
});

test('a BigInt in the change of a mutation counts as its digits', async (t) => {
  const { client } = start(t, { rules: [{ on: 'task', invalidate: [['tasks', '$id']] }] });
  const reports = catchReports(t);
  client.setQueryData(['tasks', '7'], 'old');
  await client.mutate({ mutationFn: async () => 1, change: { resource: 'task', id: 7n } });
  assert.equal(client.getQueryState(['tasks', '7'])?.isInvalidated, true);
  assert.deepEqual(reports, []);
});

test('a change that is wrong is reported, and does not fail the mutation', async (t) => {
  const { client } = start(t);
  const reports = catchReports(t);
  const change = /** @type {any} */ ({ id: 1 });
  assert.equal(await client.mutate({ mutationFn: async () => 'data', change }), 'data');
  assert.match(String(reports[0]), /the change must be \{ resource/);
});
