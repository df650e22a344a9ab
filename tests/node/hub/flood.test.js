import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, startHub } from './start-hub.js';

const limits = { changesPerSecond: 3 };

test('a flood of changes of a scope is told as far as the limit, then as one reset', async (t) => {
  const { hub, clock, subscribed } = await startHub(t, { limits });
  const { client } = await subscribed(['a']);
  for (let id = 1; id <= 10_000; id += 1) hub.publish(change(id, 'a'));
  clock.advance(1_000);
  const frames = await client.take(4);
  assert.deepEqual(
    frames.map(({ type, seq }) => [type, seq]),
    [
      ['cache_invalidate', 1],
      ['cache_invalidate', 2],
      ['cache_invalidate', 3],
      ['reset', 4],
    ],
  );
});

test('the reset after a flood has a position, so that an answer from before it counts as old', async (t) => {
  const { hub, clock, subscribed } = await startHub(t, { limits });
  const { client } = await subscribed(['a', 'b']);
  for (let id = 1; id <= 4; id += 1) hub.publish(change(id, 'a'));
  const during = hub.position();
  clock.advance(1_000);
  const reset = (await client.take(4)).at(-1);
  const { epoch } = during;
  assert.deepEqual(reset, {
    type: 'reset',
    epoch,
    seq: during.seq + 1,
    prev: 3,
    scopes: ['a'],
    reason: 'scope_changed',
  });
});

test('a flood of one scope does not touch the changes of another', async (t) => {
  const { hub, subscribed } = await startHub(t, { limits });
  const { client } = await subscribed(['b']);
  for (let id = 1; id <= 10; id += 1) hub.publish(change(id, 'a'));
  hub.publish({ ...change(11, 'a'), scopes: ['b'] });
  assert.equal((await client.next()).data.id, '11');
});

test('as many changes as allowed are no flood, however many seconds they go on', async (t) => {
  const { hub, clock, subscribed } = await startHub(t, { limits });
  const { client } = await subscribed(['a']);
  for (let second = 0; second < 5; second += 1) {
    for (let id = 1; id <= 3; id += 1) hub.publish(change(id, 'a'));
    clock.advance(1_000);
  }
  const types = new Set((await client.take(15)).map(({ type }) => type));
  assert.deepEqual([...types], ['cache_invalidate']);
});

test('a client that comes back over a flood is told to mark everything', async (t) => {
  const { hub, clock, subscribed } = await startHub(t, { limits });
  const last = hub.position();
  for (let id = 1; id <= 10; id += 1) hub.publish(change(id, 'a'));
  clock.advance(1_000);
  const { answer } = await subscribed(['a'], last);
  assert.equal(answer.recovered, false);
});

test('reset tells the subscribers of its scopes that anything may have changed', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a', 'b']);
  hub.publish({ reset: true, scopes: ['b', 'c'] });
  const { type, scopes, seq } = await client.next();
  assert.deepEqual([type, scopes, seq], ['reset', ['b'], 1]);
});

test('changes that are published together are told one by one, with what they have in common', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  const changes = [{ id: '1' }, { id: '2', action: 'DELETE' }];
  hub.publish({ resource: 'task', action: 'UPDATE', scope: 'a', changes });
  const told = (await client.take(2)).map(({ seq, prev, data }) => [seq, prev, data]);
  assert.deepEqual(told, [
    [1, 0, { resource: 'task', action: 'UPDATE', id: '1' }],
    [2, 1, { resource: 'task', action: 'DELETE', id: '2' }],
  ]);
});

for (const changes of [7, {}, [7], [[]], [null]]) {
  test(`changes that are ${JSON.stringify(changes)} are dropped`, async (t) => {
    const { hub } = await startHub(t);
    const wrong = /** @type {any} */ ({ resource: 'task', scope: 'a', changes });
    assert.equal(hub.publish(wrong), false);
  });
}
