/**
 * Answers and errors of which reading a member throws: whoever waits hears how it ended all the same.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { describeError, isCancelledError, MutationObserver } from '../../../js-glue/index.js';
import { inBoth } from './both.js';
import { catchReports, observe, server, start } from './setup.js';

const getter = () => ({
  get x() {
    throw new Error('no x');
  },
});

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What may be thrown instead of an error. */
const THROWN = {
  'an object whose members throw': () =>
    new Proxy({}, { get: () => assert.fail('a member is read') }),
  'a revoked proxy': revoked,
  'an object without a prototype': () => Object.create(null),
  nothing: () => undefined,
  'a symbol': () => Symbol('no'),
};

test('an answer that cannot be compared ends the fetch as in v5', async () => {
  const { tidemark, v5 } = await inBoth(async ({ lib, client, advance, log }) => {
    client.setQueryData(['k'], { x: 1 });
    const options = { queryKey: ['k'], queryFn: getter, retry: 3, staleTime: 0 };
    const observer = new lib.QueryObserver(client, options);
    const stop = observer.subscribe(() => {});
    const fetched = client.fetchQuery(options).then(
      () => log('fulfilled'),
      (/** @type {Error} */ error) => log('rejected', error.message),
    );
    await advance(0);
    await fetched;
    const { status, fetchStatus, data, failureCount } = observer.getCurrentResult();
    log(status, fetchStatus, data, failureCount);
    stop();
  });
  assert.deepEqual(tidemark, v5);
  assert.deepEqual(tidemark, [
    ['rejected', 'no x'],
    ['error', 'idle', { x: 1 }, 1],
  ]);
});

test('a structuralSharing that throws ends the fetch as in v5', async () => {
  const { tidemark, v5 } = await inBoth(async ({ client, advance, log }) => {
    const structuralSharing = () => {
      throw new Error('no');
    };
    const options = { queryKey: ['k'], queryFn: () => 'data', structuralSharing };
    client.prefetchQuery({ ...options, retry: 3 });
    await advance(0);
    const { status, data, error } = client.getQueryState(['k']);
    log(status, data, error?.message);
  });
  assert.deepEqual(tidemark, v5);
  assert.deepEqual(tidemark, [['error', undefined, 'no']]);
});

test('an answer that cannot be compared under an optimistic change ends the fetch, too', async (t) => {
  const { client, advance } = start(t);
  const { ask } = server();
  client.setQueryData(['k'], { x: 1 });
  const optimistic = [{ queryKey: ['k'], update: () => ({ x: 2 }) }];
  client.mutate({ mutationFn: ask, optimistic });
  const fetched = client.fetchQuery({ queryKey: ['k'], queryFn: getter, staleTime: 0 });
  const ended = assert.rejects(fetched, { message: 'no x' });
  await advance(0);
  await ended;
  assert.deepEqual(client.getQueryData(['k']), { x: 2 });
});

test('data set by hand that cannot be compared is refused, and nothing has changed', (t) => {
  const { client } = start(t);
  client.setQueryData(['k'], { x: 1 });
  assert.throws(() => client.setQueryData(['k'], getter()), { message: 'no x' });
  assert.deepEqual(client.getQueryData(['k']), { x: 1 });
});

test('an optimistic value that cannot be compared is reported and shown', async (t) => {
  const reports = catchReports(t);
  const { client } = start(t);
  const { ask } = server();
  client.setQueryData(['k'], { x: 1 });
  client.mutate({ mutationFn: ask, optimistic: [{ queryKey: ['k'], update: getter }] });
  assert.deepEqual(Object.keys(client.getQueryData(['k'])), ['x']);
  assert.deepEqual(
    reports.map(({ message }) => message),
    ['no x'],
  );
});

test('a position that is no text is a mistake of the query function', async (t) => {
  const { client } = start(t);
  const queryFn = (/** @type {any} */ { asOf }) => asOf(5);
  await assert.rejects(client.fetchQuery({ queryKey: ['k'], queryFn, retry: 3 }), {
    message: 'position of asOf() must be a string or null; got 5',
  });
});

for (const [name, make] of Object.entries(THROWN)) {
  test(`a query that fails with ${name} is retried and ends`, async (t) => {
    const { client, advance } = start(t);
    const thrown = make();
    let tries = 0;
    const queryFn = async () => {
      tries += 1;
      throw thrown;
    };
    const seen = observe(t, client, { queryKey: ['k'], queryFn, retry: 1 });
    await advance(10_000);
    assert.deepEqual([tries, seen.result.status], [2, 'error']);
    assert.ok(Object.is(seen.result.error, thrown));
  });

  test(`a mutation that fails with ${name} is retried and ends`, async (t) => {
    const { client, advance } = start(t);
    const thrown = make();
    let tries = 0;
    const mutationFn = async () => {
      tries += 1;
      throw thrown;
    };
    const observer = new MutationObserver(client, { mutationFn, retry: 1 });
    const ended = observer.mutate().then(
      () => 'fulfilled',
      (error) => Object.is(error, thrown),
    );
    await advance(10_000);
    assert.deepEqual([await ended, tries, observer.getCurrentResult().status], [true, 2, 'error']);
  });

  test(`${name} is described`, () => {
    assert.equal(isCancelledError(make()), false);
    assert.equal(describeError(make()), 'Something unexpected went wrong. Please try again.');
  });
}

test('functions of a failure that throw are reported and end the fetch', async (t) => {
  const reports = catchReports(t);
  const { client, advance } = start(t);
  const fail = () => {
    throw revoked();
  };
  const options = { queryKey: ['k'], queryFn: fail, retry: fail, retryDelay: fail };
  const ended = client.fetchQuery(options).then(
    () => 'fulfilled',
    () => 'rejected',
  );
  await advance(0);
  assert.equal(await ended, 'rejected');
  assert.equal(reports.length, 2);
});
