import assert from 'node:assert/strict';
import test from 'node:test';
import { focusManager, onlineManager } from '../../../js-glue/index.js';
import { inBoth } from './both.js';
import { comeBack, counter, observe, reconnect, start } from './setup.js';

const queryKey = ['k'];

/** @param {import('node:test').TestContext} t @param {any} options @param {() => void} act */
async function callsAfter(t, options, act, { pause = 0 } = {}) {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn, ...options });
  await advance(pause);
  act();
  await advance(0);
  return queryFn.calls;
}

for (const [name, option, act] of /** @type {const} */ ([
  ['focus', 'refetchOnWindowFocus', comeBack],
  ['reconnect', 'refetchOnReconnect', reconnect],
])) {
  test(`on ${name} stale answers are fetched again`, async (t) => {
    assert.equal(await callsAfter(t, {}, act), 2);
  });

  test(`on ${name} fresh answers are not`, async (t) => {
    assert.equal(await callsAfter(t, { staleTime: 1000 }, act, { pause: 999 }), 1);
  });

  test(`${option} false fetches nothing`, async (t) => {
    assert.equal(await callsAfter(t, { [option]: false }, act), 1);
  });

  test(`${option} 'always' fetches fresh answers, but not static ones`, async (t) => {
    assert.equal(await callsAfter(t, { [option]: 'always', staleTime: Infinity }, act), 2);
    assert.equal(await callsAfter(t, { [option]: 'always', staleTime: 'static' }, act), 1);
  });
}

test('focus that the app reports of a page that was seen all along refetches, too', async (t) => {
  assert.equal(await callsAfter(t, {}, () => focusManager.onFocus()), 2);
});

test("networkMode 'always' does not refetch on reconnect", async (t) => {
  assert.equal(await callsAfter(t, { networkMode: 'always' }, reconnect), 1);
});

test('without a network a fetch is paused, and starts when it is back', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  onlineManager.setOnline(false);
  const one = observe(t, client, { queryKey, queryFn });
  await advance(0);
  assert.deepEqual(
    [queryFn.calls, one.result.fetchStatus, one.result.isPaused, one.result.isLoading],
    [0, 'paused', true, false],
  );
  onlineManager.setOnline(true);
  await advance(0);
  assert.equal(one.result.data, 1);
});

test("networkMode 'always' fetches without a network", async (t) => {
  const { client, advance } = start(t);
  onlineManager.setOnline(false);
  const one = observe(t, client, { queryKey, queryFn: counter(), networkMode: 'always' });
  await advance(0);
  assert.equal(one.result.data, 1);
});

test("networkMode 'offlineFirst' tries once without a network, then waits for it", async (t) => {
  const { client, advance } = start(t);
  onlineManager.setOnline(false);
  let calls = 0;
  const queryFn = async () => {
    calls += 1;
    if (calls === 1) throw new Error('no network');
    return 'data';
  };
  const one = observe(t, client, { queryKey, queryFn, networkMode: 'offlineFirst' });
  await advance(1e6);
  assert.deepEqual([calls, one.result.fetchStatus], [1, 'paused']);
  onlineManager.setOnline(true);
  await advance(0);
  assert.equal(one.result.data, 'data');
});

test('refetchInterval stands still while nobody sees the page, unless told otherwise', async (t) => {
  const { client, advance } = start(t);
  const seen = counter();
  const always = counter();
  observe(t, client, { queryKey: ['a'], queryFn: seen, refetchInterval: 1000 });
  const refetchIntervalInBackground = true;
  observe(t, client, {
    queryKey: ['b'],
    queryFn: always,
    refetchInterval: 1000,
    refetchIntervalInBackground,
  });
  await advance(0);
  focusManager.setFocused(false);
  await advance(3000);
  assert.deepEqual([seen.calls, always.calls], [1, 4]);
});

test('a client that is not mounted does not follow focus', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn });
  await advance(0);
  client.unmount();
  comeBack();
  await advance(0);
  client.mount();
  assert.equal(queryFn.calls, 1);
});

test('a client that is not mounted sees at its next turn whether there is a network', async (t) => {
  const { client, advance } = start(t);
  client.unmount();
  onlineManager.setOnline(false);
  client.prefetchQuery({ queryKey, queryFn: counter() });
  await advance(0);
  assert.equal(client.getQueryState(queryKey)?.fetchStatus, 'paused');
  onlineManager.setOnline(true);
  client.setQueryData(['other'], 1);
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 1);
  client.mount();
});

test('setEventListener replaces the platform as the source of focus', (t) => {
  /** @type {(focused?: boolean) => void} */
  let report = () => {};
  let isListening = false;
  focusManager.setEventListener((given) => {
    report = given;
    isListening = true;
    return () => {
      isListening = false;
    };
  });
  const heard = /** @type {boolean[]} */ ([]);
  const stop = focusManager.subscribe((focused) => heard.push(focused));
  t.after(() => focusManager.setFocused(undefined));
  report(false);
  report(true);
  assert.deepEqual(heard, [false, true]);
  stop();
  assert.equal(isListening, false);
});

test('what waits for the network is fetched though its observer left, as in v5', async () => {
  const { tidemark, v5 } = await inBoth(async ({ lib, client, advance, log }) => {
    const queryFn = counter();
    client.setQueryData(queryKey, 'old');
    lib.onlineManager.setOnline(false);
    const stop = new lib.QueryObserver(client, { queryKey, queryFn }).subscribe(() => {});
    await advance();
    stop();
    log(client.getQueryState(queryKey).fetchStatus);
    lib.onlineManager.setOnline(true);
    await advance();
    log(queryFn.calls, client.getQueryData(queryKey));
  });
  assert.deepEqual(tidemark, v5);
  assert.deepEqual(tidemark, [['paused'], [1, 1]]);
});
