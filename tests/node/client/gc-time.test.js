import assert from 'node:assert/strict';
import test from 'node:test';
import { MutationObserver, QueryObserver } from '../../../js-glue/index.js';
import { observe, server, start } from './setup.js';

const queryKey = ['k'];
const FIVE_MINUTES = 5 * 60 * 1000;

test('an answer nobody looks at is forgotten after 5 minutes', async (t) => {
  const { client, advance } = start(t);
  client.setQueryData(queryKey, 'data');
  await advance(FIVE_MINUTES - 1);
  assert.equal(client.getQueryData(queryKey), 'data');
  await advance(1);
  assert.equal(client.getQueryData(queryKey), undefined);
  assert.equal(client.getQueryCache().getAll().length, 0);
});

test('on a server nothing is forgotten', async (t) => {
  const { client, time, advance } = start(t, { environment: { isServer: true } });
  client.setQueryData(queryKey, 'data');
  await advance(1e12);
  assert.equal(client.getQueryData(queryKey), 'data');
  assert.equal(time.waiting, 0);
});

test('the clock stands still while somebody looks, and starts when the last one leaves', async (t) => {
  const { client, advance } = start(t);
  const options = { queryKey, queryFn: () => 'data', gcTime: 1000 };
  const one = observe(t, client, options);
  const two = observe(t, client, options);
  await advance(5000);
  one.stop();
  await advance(5000);
  two.stop();
  await advance(999);
  assert.equal(client.getQueryData(queryKey), 'data');
  await advance(1);
  assert.equal(client.getQueryData(queryKey), undefined);
});

test('the clock starts again when a fetch ends', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  client.prefetchQuery({ queryKey, queryFn: ask, gcTime: 1000 });
  await advance(5000);
  calls[0].resolve('late');
  await advance(999);
  assert.equal(client.getQueryData(queryKey), 'late');
  await advance(1);
  assert.equal(client.getQueryData(queryKey), undefined);
});

test('of several gcTimes the largest counts', async (t) => {
  const { client, advance } = start(t);
  observe(t, client, { queryKey, queryFn: () => 'data', gcTime: 3000 }).stop();
  client.setQueryData(queryKey, 'data');
  observe(t, client, { queryKey, queryFn: () => 'data', gcTime: 1000 }).stop();
  await advance(FIVE_MINUTES - 1);
  assert.equal(client.getQueryData(queryKey), 'data');
});

test('gcTime Infinity keeps', async (t) => {
  const { client, time, advance } = start(t);
  client.setQueryDefaults(queryKey, { gcTime: Infinity });
  client.setQueryData(queryKey, 'data');
  await advance(1e12);
  assert.equal(client.getQueryData(queryKey), 'data');
  assert.equal(time.waiting, 0);
});

test('a gcTime that is no number is a TypeError that says what is allowed', (t) => {
  const { client } = start(t);
  const gcTime = Number.NaN;
  const wrong = /^TypeError: gcTime must be a number of ms, or Infinity; got NaN/;
  assert.throws(() => new QueryObserver(client, { queryKey, gcTime }), wrong);
  assert.throws(() => new MutationObserver(client, { gcTime }), wrong);
});

test('a gcTime over 2^31 ms is kept to the millisecond', async (t) => {
  const { client, advance } = start(t);
  const gcTime = 2 ** 32;
  client.setQueryDefaults(queryKey, { gcTime });
  client.setQueryData(queryKey, 'data');
  await advance(gcTime - 1);
  assert.equal(client.getQueryData(queryKey), 'data');
  await advance(1);
  assert.equal(client.getQueryData(queryKey), undefined);
});

test('any number of queries need one timer, and none when all are gone', async (t) => {
  const { client, time, advance } = start(t);
  for (let i = 0; i < 100; i += 1) client.setQueryData(['k', i], i);
  assert.equal(time.waiting, 1);
  await advance(FIVE_MINUTES);
  assert.equal(client.getQueryCache().getAll().length, 0);
  assert.equal(time.waiting, 0);
});

test('what is forgotten gives its memory back', async (t) => {
  const { client, advance } = start(t);
  const fill = async () => {
    for (let i = 0; i < 100; i += 1) client.setQueryData(['k', i], i);
    const { memory } = client.getStats();
    await advance(FIVE_MINUTES);
    return memory;
  };
  const first = await fill();
  assert.equal(await fill(), first);
});
