import assert from 'node:assert/strict';
import test from 'node:test';
import { observe, server, start } from './setup.js';
import { VirtualTime } from './virtual-time.js';

const HOUR = 3_600_000;

/** A client whose clock can leap while its timers go on, as they do on a laptop that slept. */
function startWithClock(/** @type {import('node:test').TestContext} */ t) {
  const time = new VirtualTime();
  const clock = { ahead: 0 };
  const now = () => time.now + clock.ahead;
  const { client } = start(t, { environment: { ...time.environment, now } });
  return { client, clock, advance: (/** @type {number} */ ms) => time.advance(ms) };
}

test('after a sleep what is due soon does not wait for the timer of before', async (t) => {
  const { client, clock, advance } = startWithClock(t);
  const { ask, calls } = server();
  observe(t, client, { queryKey: ['k'], queryFn: ask, staleTime: HOUR });
  observe(t, client, { queryKey: ['other'], queryFn: () => 1, staleTime: 5 * HOUR });
  await advance(0);
  calls[0].resolve('shown');
  await advance(0);
  clock.ahead += 2 * HOUR;
  client.invalidateQueries({ queryKey: ['k'] });
  await advance(0);
  calls[1].reject(new Error('not awake yet'));
  await advance(1000);
  assert.equal(calls.length, 3);
});

test('a clock that was set back makes nothing wait longer than it would have', async (t) => {
  const { client, clock, advance } = startWithClock(t);
  const { ask, calls } = server();
  observe(t, client, { queryKey: ['k'], queryFn: ask });
  await advance(0);
  clock.ahead -= HOUR;
  calls[0].reject(new Error('no'));
  await advance(1000);
  assert.equal(calls.length, 2);
});

test('a mutation is tried again in time though the clock was set back', async (t) => {
  const { client, clock, advance } = startWithClock(t);
  const { ask, calls } = server();
  client.mutate({ mutationFn: ask, retry: 1, retryDelay: 1000 });
  await advance(0);
  calls[0].reject(new Error('no'));
  await advance(10);
  clock.ahead -= HOUR;
  await advance(1000);
  assert.equal(calls.length, 2);
});

test('a mutation that waits longer than a platform timer takes is tried when it said', async (t) => {
  const { client, advance } = startWithClock(t);
  const { ask, calls } = server();
  client.mutate({ mutationFn: ask, retry: 1, retryDelay: 2 ** 32 });
  await advance(0);
  calls[0].reject(new Error('no'));
  await advance(2 ** 32 - 1);
  assert.equal(calls.length, 1);
  await advance(1);
  assert.equal(calls.length, 2);
});

test('a mutation that is over is forgotten though the clock was set back', async (t) => {
  const { client, clock, advance } = startWithClock(t);
  await client.mutate({ mutationFn: async () => 'done', gcTime: 1000 });
  clock.ahead -= HOUR;
  await advance(2000); // nobody knows how much of its time had passed when the clock was set
  assert.deepEqual(client.getMutationCache().getAll(), []);
});
