import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './client.js';
import { change, startHub } from './start-hub.js';

test('a ping comes every 25 seconds and carries the last seq this subscriber was told', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  hub.publish(change(1, 'a'));
  hub.publish(change(2, 'b'));
  clock.advance(25_000);
  const [, ping] = await client.take(2);
  assert.deepEqual(ping, { type: 'ping', seq: 1 });
});

test('a ping before subscribing carries no position a client could take for a gap', async (t) => {
  const { hub, clock, signIn } = await startHub(t);
  hub.publish(change(1, 'a'));
  const { client } = await signIn();
  clock.advance(25_000);
  assert.deepEqual(await client.next(), { type: 'ping', seq: 0 });
});

test('no ping comes before its time', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  clock.advance(24_999);
  hub.publish(change(1, 'a'));
  assert.equal((await client.next()).type, 'cache_invalidate');
});

test('a client from which nothing was heard is cut ten seconds after the ping', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  clock.advance(34_999);
  assert.equal(hub.stats().deadPeers, 0);
  clock.advance(1);
  assert.equal((await client.whenClosed()).code, 1006);
  assert.equal(hub.stats().deadPeers, 1);
});

for (const [name, frame] of [
  ['a pong', { type: 'pong' }],
  ['any other frame', { type: 'whatever' }],
  ['even garbage', '{'],
]) {
  test(`${name} keeps the socket alive`, async (t) => {
    const { hub, clock, subscribed } = await startHub(t);
    const { client } = await subscribed(['a']);
    clock.advance(25_000);
    assert.equal((await client.next()).type, 'ping');
    client.send(frame);
    await client.subscribe(['a']);
    clock.advance(25_000);
    assert.equal((await client.next()).type, 'ping');
    assert.equal(hub.stats().deadPeers, 0);
    clock.advance(10_000);
    assert.equal(hub.stats().deadPeers, 1);
  });
}

test('a socket that is gone leaves no timer', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const before = clock.timers;
  const { client } = await subscribed(['a']);
  client.socket.terminate();
  await eventually('the hub noticed', () => hub.connections === 0);
  assert.equal(clock.timers, before);
});
