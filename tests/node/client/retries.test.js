import assert from 'node:assert/strict';
import test from 'node:test';
import { focusManager, onlineManager } from '../../../js-glue/index.js';
import { observe, start } from './setup.js';

const queryKey = ['k'];

/** A query function that fails as often as said, then answers 'data'. @param {number} failures */
function failing(failures = Infinity) {
  const queryFn = async () => {
    queryFn.calls += 1;
    if (queryFn.calls <= failures) throw new Error(`failure ${queryFn.calls}`);
    return 'data';
  };
  queryFn.calls = 0;
  return queryFn;
}

test('a failed fetch is tried 3 times more, after 1, 2 and 4 seconds', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  const one = observe(t, client, { queryKey, queryFn });
  const callsAfter = async (/** @type {number} */ ms) => {
    await advance(ms);
    return queryFn.calls;
  };
  assert.equal(await callsAfter(999), 1);
  assert.equal(await callsAfter(1), 2);
  assert.equal(await callsAfter(1999), 2);
  assert.equal(await callsAfter(1), 3);
  assert.equal(await callsAfter(3999), 3);
  assert.equal(one.result.status, 'pending');
  assert.equal(await callsAfter(1), 4);
  assert.equal(one.result.status, 'error');
  assert.equal(one.result.error.message, 'failure 4');
  assert.equal(await callsAfter(1e6), 4);
});

test('a retry that is no number is none, and the fetch ends', async (t) => {
  for (const retry of /** @type {any[]} */ ([Number.NaN, '2'])) {
    const { client, advance } = start(t);
    const queryFn = failing();
    const one = observe(t, client, { queryKey, queryFn, retry });
    await advance(1e6);
    assert.equal(one.result.status, 'error');
    assert.equal(queryFn.calls, 1);
  }
});

test('the delay grows to 30 seconds at most', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  observe(t, client, { queryKey, queryFn, retry: true });
  await advance(1000 + 2000 + 4000 + 8000 + 16000);
  assert.equal(queryFn.calls, 6);
  await advance(29999);
  assert.equal(queryFn.calls, 6);
  await advance(1);
  assert.equal(queryFn.calls, 7);
});

test('an observer sees each failure, and no trace of it after success', async (t) => {
  const { client, advance } = start(t);
  const one = observe(t, client, { queryKey, queryFn: failing(1) });
  await advance(0);
  assert.equal(one.result.failureCount, 1);
  assert.equal(one.result.failureReason.message, 'failure 1');
  assert.equal(one.result.error, null);
  await advance(1000);
  assert.deepEqual(
    [one.result.data, one.result.failureCount, one.result.failureReason],
    ['data', 0, null],
  );
});

test('retry is a number of further tries', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  observe(t, client, { queryKey, queryFn, retry: 1 });
  await advance(1e6);
  assert.equal(queryFn.calls, 2);
});

test('retry false tries once', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  observe(t, client, { queryKey, queryFn, retry: false });
  await advance(1e6);
  assert.equal(queryFn.calls, 1);
});

test('retry may be a function of the failures so far and the error', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  const asked = /** @type {any[]} */ ([]);
  const retry = (/** @type {number} */ count, /** @type {Error} */ error) => {
    asked.push([count, error.message]);
    return count < 1;
  };
  observe(t, client, { queryKey, queryFn, retry });
  await advance(1e6);
  assert.deepEqual(asked, [
    [0, 'failure 1'],
    [1, 'failure 2'],
  ]);
});

test('a retry function may return anything that is true or false', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  const retry = (/** @type {number} */ count) => (count < 1 ? 'again' : undefined);
  observe(t, client, { queryKey, queryFn, retry });
  await advance(1e6);
  assert.equal(queryFn.calls, 2);
});

test('retryDelay is a number of ms or a function', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  observe(t, client, { queryKey, queryFn, retryDelay: 10 });
  await advance(30);
  assert.equal(queryFn.calls, 4);

  const other = failing();
  const retryDelay = (/** @type {number} */ count) => 100 * (count + 1);
  observe(t, client, { queryKey: ['other'], queryFn: other, retryDelay });
  await advance(100 + 200 + 299);
  assert.equal(other.calls, 3);
  await advance(1);
  assert.equal(other.calls, 4);
});

test('an error may say how long to wait at least', async (t) => {
  const { client, advance } = start(t);
  let calls = 0;
  const queryFn = async () => {
    calls += 1;
    throw Object.assign(new Error('busy'), { retryAfter: 5000 });
  };
  observe(t, client, { queryKey, queryFn });
  await advance(4999);
  assert.equal(calls, 1);
  await advance(1);
  assert.equal(calls, 2);
});

test('fetchQuery tries once unless told otherwise', async (t) => {
  const { client } = start(t);
  const queryFn = failing();
  await assert.rejects(client.fetchQuery({ queryKey, queryFn }), /failure 1/);
  assert.equal(queryFn.calls, 1);
});

test('prefetchQuery swallows the error', async (t) => {
  const { client } = start(t);
  assert.equal(await client.prefetchQuery({ queryKey, queryFn: failing() }), undefined);
});

test('on a server nothing is tried again', async (t) => {
  const { client, advance } = start(t, { environment: { isServer: true } });
  const queryFn = failing();
  observe(t, client, { queryKey, queryFn });
  await advance(1e6);
  assert.equal(queryFn.calls, 1);
});

test('a retry waits while nobody sees the page', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing(1);
  const one = observe(t, client, { queryKey, queryFn });
  await advance(0);
  focusManager.setFocused(false);
  await advance(1e6);
  assert.equal(queryFn.calls, 1);
  assert.equal(one.result.fetchStatus, 'paused');
  focusManager.setFocused(true);
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test('a retry waits while there is no network', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing(1);
  observe(t, client, { queryKey, queryFn });
  await advance(0);
  onlineManager.setOnline(false);
  await advance(1e6);
  assert.equal(queryFn.calls, 1);
  onlineManager.setOnline(true);
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test('undefined as data is an error that names the key, and is not tried again', async (t) => {
  const { client, advance } = start(t);
  let calls = 0;
  const queryFn = async () => {
    calls += 1;
  };
  const one = observe(t, client, { queryKey: ['todos', 1], queryFn });
  await advance(1e6);
  assert.equal(calls, 1);
  assert.match(
    one.result.error.message,
    /\["todos",1\] must not return undefined; null is allowed/,
  );
});

test('null as data is data', async (t) => {
  const { client } = start(t);
  assert.equal(await client.fetchQuery({ queryKey, queryFn: () => null }), null);
  assert.equal(client.getQueryState(queryKey)?.status, 'success');
});

test('a missing queryFn is an error that names the key', async (t) => {
  const { client } = start(t);
  await assert.rejects(client.fetchQuery({ queryKey: ['todos'] }), /Missing queryFn: \["todos"\]/);
});

test('a queryFn that throws instead of rejecting fails the same way', async (t) => {
  const { client } = start(t);
  const queryFn = () => {
    throw new Error('thrown');
  };
  await assert.rejects(client.fetchQuery({ queryKey, queryFn }), /thrown/);
});

test('a failed refetch keeps the data, and keeps it stale', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'old');
  const one = observe(t, client, { queryKey, queryFn: failing(), retry: false });
  await advance(0);
  const { data, status, isRefetchError, isStale } = one.result;
  assert.deepEqual(
    { data, status, isRefetchError, isStale },
    {
      data: 'old',
      status: 'error',
      isRefetchError: true,
      isStale: true,
    },
  );
});

test('retryOnMount false does not fetch what failed before', async (t) => {
  const { client, advance } = start(t);
  const queryFn = failing();
  const options = { queryKey, queryFn, retry: false, retryOnMount: false };
  observe(t, client, options).stop();
  const one = observe(t, client, options);
  await advance(0);
  one.stop();
  observe(t, client, options);
  await advance(0);
  assert.equal(queryFn.calls, 1);
});
