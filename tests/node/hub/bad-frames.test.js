import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHub } from './start-hub.js';

const deep = (/** @type {number} */ levels) =>
  `{"type":"pong","x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

for (const [name, frame] of /** @type {[string, string | Buffer][]} */ ([
  ['malformed JSON', '{"type":"subscribe"'],
  ['an empty frame', ''],
  ['trailing bytes', '{"type":"pong"} x'],
  ['a number', '7'],
  ['null', 'null'],
  ['an array', '[{"type":"pong"}]'],
  ['a string', '"pong"'],
  ['depth 33', deep(33)],
  ['thousands of open brackets', '['.repeat(60_000)],
  ['NUL in a string', '{"type":"po\\u0000ng"}'],
  ['NUL in a key', '{"type":"pong","\\u0000":1}'],
  ['half a surrogate pair', '{"type":"pong","x":"\\ud800"}'],
  ['duplicate keys', '{"type":"pong","type":"pong"}'],
  ['duplicate keys in other spelling', '{"type":"pong","a":1,"\\u0061":2}'],
  ['duplicate keys further down', '{"type":"pong","x":[1,{"a":1,"b":2,"a":3}]}'],
])) {
  test(`${name} is counted and dropped, and the socket lives`, async (t) => {
    const { hub, signIn } = await startHub(t);
    const { client } = await signIn();
    client.send(frame);
    await client.subscribe(['a']);
    assert.equal(hub.stats().badFrames, 1);
  });
}

test('bad UTF-8 is counted and dropped, and the socket lives', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  const bytes = Buffer.from('{"type":"pong","x":"?"}');
  bytes[bytes.indexOf('?')] = 0xff;
  client.socket.send(bytes, { binary: false });
  await client.subscribe(['a']);
  assert.equal(hub.stats().badFrames, 1);
});

test('a binary frame is counted and dropped even if its bytes are a message', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  client.send(Buffer.from('{"type":"subscribe","scopes":["a"],"resume":null}'));
  await client.subscribe([]);
  assert.equal(hub.stats().badFrames, 1);
});

for (const [name, frame] of [
  ['depth 32', deep(32)],
  ['an escaped backslash before u0000', '{"type":"pong","x":"\\\\u0000"}'],
  ['equal keys of different objects', '{"type":"pong","a":{"b":1},"c":{"b":1,"a":[{"b":1}]}}'],
  ['a value equal to a key', '{"type":"pong","a":"type","b":["a","a"]}'],
  ['brackets and quotes inside strings', '{"type":"pong","a":"[{\\"","b":"}]"}'],
  ['a whole surrogate pair', '{"type":"pong","x":"\\ud83c\\udf0a"}'],
]) {
  test(`${name} is no bad frame`, async (t) => {
    const { hub, signIn } = await startHub(t);
    const { client } = await signIn();
    client.send(frame);
    await client.subscribe(['a']);
    assert.equal(hub.stats().badFrames, 0);
  });
}

for (const type of ['presence', '__proto__', 'constructor', 'toString', '', 7, null]) {
  test(`the unknown type ${JSON.stringify(type)} is ignored`, async (t) => {
    const { hub, signIn } = await startHub(t);
    const { client } = await signIn();
    client.send({ type });
    await client.subscribe(['a']);
    assert.equal(hub.stats().unknownFrames, 1);
  });
}

test('unknown fields are ignored', async (t) => {
  const { signIn } = await startHub(t);
  const { client } = await signIn();
  client.send({ type: 'subscribe', scopes: ['a'], resume: null, future: { a: 1 } });
  assert.equal((await client.next()).type, 'subscribed');
});

test('__proto__, constructor and prototype as keys touch no prototype', async (t) => {
  const { signIn } = await startHub(t);
  const { client } = await signIn();
  client.send(
    '{"type":"subscribe","scopes":["a"],"resume":{"__proto__":{"epoch":"x","seq":1},' +
      '"constructor":{"prototype":{"polluted":1}}},"__proto__":{"polluted":1},"prototype":1}',
  );
  assert.equal((await client.next()).recovered, false);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test('a message type under __proto__ is not taken for the type', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  client.send('{"__proto__":{"type":"subscribe","scopes":["a"]}}');
  await client.subscribe([]);
  assert.equal(hub.stats().unknownFrames, 1);
});

for (const scope of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty']) {
  test(`${scope} is a scope like any other`, async (t) => {
    const { hub, subscribed } = await startHub(t);
    const { client } = await subscribed([scope]);
    hub.publish({ resource: 'task', scope: 'other' });
    hub.publish({ resource: 'task', scope });
    assert.equal((await client.next()).seq, 2);
  });
}

for (const [name, scopes] of /** @type {[string, unknown][]} */ ([
  ['missing', undefined],
  ['no list', 'a'],
  ['an object', { 0: 'a', length: 1 }],
  ['a list with a number', ['a', 9]],
  ['a list with an empty string', ['']],
  ['a list with a control character', ['a\n']],
  ['a list with a very long name', ['a'.repeat(129)]],
])) {
  test(`scopes that are ${name} close with 4400 and say what is allowed`, async (t) => {
    const { signIn } = await startHub(t);
    const { client } = await signIn();
    client.send({ type: 'subscribe', scopes, resume: null });
    assert.deepEqual(await client.whenClosed(), {
      code: 4400,
      reason: 'scopes must be an array of strings of 1 to 128 characters',
    });
  });
}

test('thousands of keys, which could collide in a table without a seed, are put into none', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  // A number in a string hashes to itself where no seed is mixed in.
  const keys = Array.from({ length: 4_000 }, (_, index) => `"${(index + 1) * 4096}":1`);
  client.send(`{"type":"pong",${keys.join(',')}}`);
  await client.subscribe(['a']);
  assert.equal(hub.stats().badFrames, 1);
});
