import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../js-glue/hub/access/turns.js';
import { connect } from './client.js';
import { startHub } from './start-hub.js';

const KIB = 1024;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('what is more than 128 KiB of a turn waits for later ones, in order', async () => {
  const turns = new Turns();
  /** @type {number[]} */
  const done = [];
  const now = [0, 1, 2, 3, 4].map((id) => turns.take(64 * KIB, () => void done.push(id)));
  assert.deepEqual(now, [true, true, false, false, false]);
  assert.equal(
    turns.take(1, () => void done.push(5)),
    false,
  );
  await nextTurn();
  assert.deepEqual(done, [0, 1, 2, 3]);
  await nextTurn();
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5]);
});

test('a turn in which nothing waits has its whole share', async () => {
  const turns = new Turns();
  for (let turn = 0; turn < 3; turn += 1) {
    assert.equal(
      turns.take(128 * KIB, () => {}),
      true,
    );
    await nextTurn();
  }
});

test('large frames of one client are answered in order, between those of others', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn('ann');
  const { client: other } = await signIn('bob');
  const padding = 'x'.repeat(60 * KIB);
  for (let id = 0; id < 20; id += 1) {
    client.send({ type: 'subscribe', scopes: [`s${id}`], resume: null, padding });
  }
  client.send({ type: 'subscribe', scopes: ['last'], resume: null });
  await other.subscribe(['a']);
  await client.take(21);
  hub.publish({ resource: 'task', scope: 's19' });
  hub.publish({ resource: 'task', scope: 'last', id: 'x' });
  assert.equal((await client.next()).data.id, 'x');
});

test('a client that goes away while its frames wait leaves nothing', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn('ann');
  for (let id = 0; id < 20; id += 1) client.send('x'.repeat(60 * KIB));
  client.socket.terminate();
  while (hub.connections > 0) await nextTurn();
  assert.equal(hub.stats().connections, 0);
});

for (const [name, frame] of [
  ['keys', Object.fromEntries(Array.from({ length: 200 }, (_, id) => [`k${id}`, 1]))],
  ['values', { list: Array.from({ length: 400 }, () => ({})) }],
]) {
  test(`a frame of more ${name} than any message has is dropped, and the socket lives`, async (t) => {
    const { hub, signIn } = await startHub(t);
    const { client } = await signIn();
    client.send(frame);
    await client.subscribe(['a']);
    assert.equal(hub.stats().badFrames, 1);
  });
}

test('a subscribe of more values than any message has is refused by what is allowed', async (t) => {
  const { url } = await startHub(t);
  const client = await connect(url);
  client.send({ type: 'subscribe', scopes: Array.from({ length: 500 }, (_, id) => `s${id}`) });
  const closed = await client.whenClosed();
  assert.deepEqual(closed, { code: 4400, reason: 'a connection must have at most 100 scopes' });
});

test('commas and quotes in a scope are no values', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn('ann');
  const scopes = Array.from({ length: 100 }, (_, id) => `${id}${',"{['.repeat(30)}`);
  await client.subscribe(scopes);
  assert.equal(hub.stats().scopes, 100);
});
