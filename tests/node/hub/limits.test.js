import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHub } from '../../../js-glue/hub/index.js';
import { connect, eventually } from './client.js';
import { change, startHub } from './start-hub.js';

test('a frame over 64 KiB closes with 1009', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  client.send(`{"type":"x","x":"${'x'.repeat(64 * 1024)}"}`);
  assert.equal((await client.whenClosed()).code, 1009);
  assert.equal(hub.stats().oversizedFrames, 1);
});

test('a frame over 64 KiB before sign-in closes with 1009 as well', async (t) => {
  const { url } = await startHub(t);
  const client = await connect(url);
  client.send('x'.repeat(64 * 1024 + 1));
  assert.equal((await client.whenClosed()).code, 1009);
});

test('a frame of exactly 64 KiB is read', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  const frame = JSON.stringify({ type: 'x', x: '' });
  client.send(frame.replace('""', `"${'x'.repeat(64 * 1024 - frame.length)}"`));
  await client.subscribe([]);
  assert.equal(hub.stats().unknownFrames, 1);
});

test('one message too many in a minute closes with 1008', async (t) => {
  const { hub, signIn } = await startHub(t, { limits: { messagesPerMinute: 3 } });
  const { client } = await signIn();
  for (let count = 0; count < 3; count += 1) client.send({ type: 'pong' });
  assert.equal((await client.whenClosed()).code, 1008);
  assert.equal(hub.stats().tooManyMessages, 1);
});

test('messages spread over two minutes are not too many', async (t) => {
  const limits = { messagesPerMinute: 3, pingMs: 100_000 };
  const { clock, signIn } = await startHub(t, { limits });
  const { client } = await signIn();
  await client.subscribe(['a']);
  await client.subscribe(['a']);
  clock.advance(60_000);
  await client.subscribe(['a']);
  await client.subscribe(['a']);
  await client.subscribe(['a']);
});

for (const kind of /** @type {const} */ (['ping', 'pong'])) {
  test(`control frames of kind ${kind} count as messages`, async (t) => {
    const { signIn } = await startHub(t, { limits: { messagesPerMinute: 3 } });
    const { client } = await signIn();
    for (let count = 0; count < 3; count += 1) client.socket[kind]();
    assert.equal((await client.whenClosed()).code, 1008);
  });
}

test('more scopes than allowed close with 4400 and subscribe to none', async (t) => {
  const { hub, signIn } = await startHub(t, { limits: { scopesPerConnection: 2 } });
  const { client } = await signIn();
  client.send({ type: 'subscribe', scopes: ['a', 'b', 'c'], resume: null });
  const { code, reason } = await client.whenClosed();
  assert.deepEqual([code, reason], [4400, 'a connection must have at most 2 scopes']);
  assert.equal(hub.stats().protocolErrors, 1);
});

test('scopes that no frame could name all together close with 4400', async (t) => {
  const { signIn } = await startHub(t, { limits: { frameBytes: 4_096, recoveryBytes: 1_024 } });
  const { client } = await signIn();
  const scopes = Array.from({ length: 31 }, (_, index) => String(index).padStart(126, 'x'));
  client.send({ type: 'subscribe', scopes, resume: null });
  const { code, reason } = await client.whenClosed();
  assert.deepEqual([code, reason], [4400, 'the names of all scopes together are too long']);
});

test('a change of more than 100 scopes is dropped', async (t) => {
  const { hub } = await startHub(t);
  const scopes = Array.from({ length: 101 }, (_, index) => `s${index}`);
  assert.equal(hub.publish({ resource: 'task', scopes }), false);
  assert.equal(hub.publish({ resource: 'task', scopes: scopes.slice(1) }), true);
});

/**
 * A client that does not read, and changes until the hub gives it up.
 *
 * @param {import('node:test').TestContext} t
 */
async function clogged(t) {
  const started = await startHub(t, { limits: { bufferedBytes: 100_000 } });
  const { client } = await started.subscribed(['a']);
  client.socket.pause();
  const { hub } = started;
  for (let sent = 0; hub.stats().slowReaders === 0 && sent < 2_000; sent += 1) {
    hub.publish({ resource: 'doc', scope: 'a', row: 'x'.repeat(60_000) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(hub.stats().slowReaders, 1);
  return { ...started, client };
}

test('a client that reads too slowly gets what it was sent and is closed with 1013', async (t) => {
  const { hub, client } = await clogged(t);
  const { frames } = hub.stats();
  client.socket.resume();
  assert.equal((await client.whenClosed()).code, 1013);
  assert.equal(client.sizes.length, frames);
});

test('a client that reads is not taken for slow when much comes in one turn', async (t) => {
  const { hub, subscribed } = await startHub(t, { limits: { bufferedBytes: 100_000 } });
  const { client } = await subscribed(['a']);
  for (let id = 1; id <= 5; id += 1) hub.publish({ ...change(id, 'a'), row: 'x'.repeat(60_000) });
  assert.equal((await client.take(5)).length, 5);
  assert.equal(hub.stats().slowReaders, 0);
});

test('nothing more is sent to a client that was given up', async (t) => {
  const { hub } = await clogged(t);
  const { frames } = hub.stats();
  hub.publish({ resource: 'doc', scope: 'a' });
  assert.equal(hub.stats().frames, frames);
});

test('a client that never reads is cut when its time to answer the close is over', async (t) => {
  const { hub, clock } = await clogged(t);
  clock.advance(2_000);
  await eventually('the socket is gone', () => hub.connections === 0);
});

for (const [name, limits, message] of /** @type {[string, any, RegExp][]} */ ([
  ['an unknown name', { frames: 1 }, /limits must only have frameBytes, connections.*; got frames/],
  ['a key of Object.prototype', { toString: 1 }, /limits must only have .*; got toString/],
  ['zero', { pingMs: 0 }, /limits\.pingMs must be a whole number from 1 to 2147483647; got 0/],
  [
    'Infinity',
    { connections: Number.POSITIVE_INFINITY },
    /limits\.connections must be .*; got Infinity/,
  ],
  ['text', { tickets: '7' }, /limits\.tickets must be a whole number from 1 to \d+; got 7/],
  ['a longer ticket', { ticketMs: 60_001 }, /limits\.ticketMs must be at most 60000; got 60001/],
  [
    'a list as large as a frame',
    { recoveryBytes: 65_536 },
    /recoveryBytes must be at most limits\.frameBytes - 1024; got 65536/,
  ],
])) {
  test(`limits with ${name} are refused when the hub is created`, () => {
    const options = { authorize: () => true, origins: ['https://app.example'], limits };
    assert.throws(() => createHub(options), message);
  });
}

test('a limit that is undefined has its default', async (t) => {
  const { signIn } = await startHub(t, { limits: { pingMs: undefined } });
  assert.equal((await signIn()).hello.ping, 25_000);
});

test('a hub without authorize is refused', () => {
  const options = /** @type {any} */ ({ origins: ['https://app.example'] });
  assert.throws(() => createHub(options), /authorize must be a function/);
});
