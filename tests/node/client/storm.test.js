import assert from 'node:assert/strict';
import test from 'node:test';
import { Inbox } from '../../../js-glue/channel/inbox.js';
import { startLive } from './live.js';
import { observe } from './setup.js';

/** An inbox whose tasks run when the test says so. */
function inbox() {
  /** @type {(() => void)[]} */
  const tasks = [];
  /** @type {number[][]} */
  const taken = [];
  const box = new Inbox(
    (/** @type {number[]} */ items) => taken.push(items),
    (run) => tasks.push(run),
  );
  return { box, taken, runTask: () => tasks.shift()?.(), tasks };
}

test('what comes alone is taken at once', () => {
  const { box, taken, runTask } = inbox();
  box.put(1);
  assert.deepEqual(taken, [[1]]);
  runTask();
  box.put(2);
  assert.deepEqual(taken, [[1], [2]]);
});

test('what comes faster than tasks run is taken together, in order', () => {
  const { box, taken, runTask, tasks } = inbox();
  for (const item of [1, 2, 3]) box.put(item);
  runTask();
  for (const item of [4, 5]) box.put(item);
  runTask();
  runTask();
  assert.deepEqual(taken, [[1], [2, 3], [4, 5]]);
  assert.equal(tasks.length, 0);
});

test('what waits has a limit', () => {
  const { box, taken } = inbox();
  for (let item = 0; item < 3000; item += 1) box.put(item);
  assert.deepEqual(
    taken.map((items) => items.length),
    [1, 1024, 1024],
  );
});

test('10,000 messages at once cause few refetches, and every key ends with the last answer', async (t) => {
  const { client, advance, connection } = await startLive(t);
  const MESSAGES = 10_000;
  const KEYS = 50;
  let sent = 0;
  let fetches = 0;
  let calls = 0;
  const seen = Array.from({ length: KEYS }, (_, id) => {
    const queryFn = () => {
      fetches += 1;
      return sent;
    };
    const query = observe(t, client, {
      queryKey: ['tasks', String(id)],
      queryFn,
      staleTime: Infinity,
    });
    query.observer.subscribe(() => {
      calls += 1;
    });
    return query;
  });
  await advance(0);
  fetches = 0;
  calls = 0;
  for (let i = 0; i < MESSAGES; i += 1) {
    const data = { resource: 'task', id: String(i % KEYS), action: 'UPDATE' };
    connection.send({ type: 'cache_invalidate', epoch: 'e', seq: 6 + i, prev: 5 + i, data });
  }
  sent = MESSAGES;
  connection.send({ type: 'ping', seq: 5 + MESSAGES });
  assert.deepEqual(await connection.received(), { type: 'pong' });
  for (let i = 0; i < 50; i += 1) await advance(100);
  const { messages, messagesFolded } = client.getStats();
  assert.ok(messages >= MESSAGES && messagesFolded > 0);
  assert.ok(fetches >= KEYS && fetches <= 4 * KEYS, `${fetches} fetches`);
  assert.ok(calls <= 12 * KEYS, `${calls} calls of listeners`);
  const stale = seen.filter(({ observer }) => observer.getCurrentResult().data !== MESSAGES);
  assert.equal(stale.length, 0);
  assert.ok(seen.every(({ observer }) => observer.getCurrentResult().streamStatus === 'live'));
});
