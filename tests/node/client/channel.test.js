import assert from 'node:assert/strict';
import test from 'node:test';
import { WebSocket } from 'ws';
import { errorKind, focusManager } from '../../../js-glue/index.js';
import { RULES, reached, scopes, startLive } from './live.js';
import { observe, server, start } from './setup.js';
import { listen } from './websocket-server.js';

test('a channel signs in with a ticket, subscribes to its scopes and is live', async (t) => {
  const { client, channel, auth, subscribe } = await startLive(t);
  assert.deepEqual(auth, { type: 'auth', v: 1, ticket: 'ticket 1' });
  assert.deepEqual(subscribe, { type: 'subscribe', scopes, resume: null });
  assert.deepEqual([channel.status, channel.error], ['live', null]);
  assert.equal(client.getStats().reconnects, 0);
});

/**
 * Looks at a key, and waits until it is fetched a second time.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('../../../js-glue/index.js').QueryClient} client
 * @param {unknown[]} queryKey
 */
function secondFetch(t, client, queryKey) {
  return new Promise((resolve) => {
    let calls = 0;
    const queryFn = async () => {
      calls += 1;
      if (calls === 2) resolve(undefined);
      return calls;
    };
    observe(t, client, { queryKey, queryFn, staleTime: Infinity });
  });
}

test('a change from the stream fetches what is looked at', async (t) => {
  const { client, connection } = await startLive(t);
  const fetchedAgain = secondFetch(t, client, ['tasks', '42']);
  const data = { resource: 'task', id: '42', action: 'UPDATE' };
  connection.send({ type: 'cache_invalidate', epoch: 'e', seq: 6, prev: 5, data });
  await fetchedAgain;
  assert.equal(client.getStats().changes, 1);
});

test('after a lost connection it comes back with a new ticket, and resumes where it was', async (t) => {
  const { advance, hub, channel, connection } = await startLive(t);
  const again = hub.connection();
  connection.close(1001);
  await reached(channel, 'offline');
  await advance(20_000);
  const second = await again;
  assert.equal((await second.received()).ticket, 'ticket 2');
  second.send({ type: 'hello', v: 1, epoch: 'e', seq: 5, ping: 25000, window: 1024 });
  assert.deepEqual((await second.received()).resume, { epoch: 'e', seq: 5 });
});

test('a ping is answered', async (t) => {
  const { connection } = await startLive(t);
  connection.send({ type: 'ping', seq: 5 });
  assert.deepEqual(await connection.received(), { type: 'pong' });
});

test('a binary frame is counted as a bad one, and nothing else', async (t) => {
  const { client, connection } = await startLive(t);
  connection.socket.send(Buffer.from('{"type":"reconnect"}'));
  connection.send({ type: 'ping', seq: 5 });
  await connection.received();
  assert.equal(client.getStats().messagesBad, 1);
});

test('a server that refuses for good stops the channel, which says so and can be tried again', async (t) => {
  const { hub, channel, connection } = await startLive(t);
  t.mock.method(console, 'warn', () => {});
  connection.close(4403);
  await reached(channel, 'stopped');
  assert.match(String(channel.error), /the server refused this connection/);
  const again = hub.connection();
  channel.reconnect();
  assert.equal((await (await again).received()).type, 'auth');
});

test('a ticket that the server does not take is said until the channel is live again', async (t) => {
  const { advance, hub, channel, connection } = await startLive(t);
  const again = hub.connection();
  connection.close(4401);
  await reached(channel, 'offline');
  assert.match(String(channel.error), /the ticket is missing, unknown, expired or already used/);
  await advance(500);
  const second = await again;
  await second.received();
  assert.match(String(channel.error), /4401/);
  second.send({ type: 'hello', v: 1, epoch: 'e', seq: 5, ping: 25000, window: 1024 });
  await second.received();
  second.send({ type: 'subscribed', epoch: 'e', seq: 5, recovered: true, messages: [] });
  await reached(channel, 'live');
  assert.equal(channel.error, null);
});

test('a refusal for good is said, also after a ticket that could not be had', async (t) => {
  const { advance, hub, channel, connection } = await startLive(t);
  t.mock.method(console, 'warn', () => {});
  let tries = 0;
  channel.setTicket(async () => {
    tries += 1;
    if (tries === 1) throw new Error('no network');
    return 'ticket';
  });
  const again = hub.connection();
  connection.close(1001);
  await reached(channel, 'offline');
  await advance(500);
  await advance(1000);
  (await again).close(4403);
  await reached(channel, 'stopped');
  assert.match(String(channel.error), /the server refused this connection/);
});

test('a ticket without scopes is warned of once: nothing would be heard', (t) => {
  const { client } = start(t);
  const warn = t.mock.method(console, 'warn', () => {});
  const options = { url: 'ws://127.0.0.1:9', ticket: () => new Promise(() => {}), WebSocket };
  client.connect({ ...options, scopes: [] }).close();
  assert.equal(warn.mock.callCount(), 0);
  client.connect(options).close();
  client.connect(options).close();
  assert.equal(warn.mock.callCount(), 1);
  assert.match(warn.mock.calls[0].arguments[0], /a ticket but no scopes.*Pass scopes:/);
});

test('a server that speaks the two plain messages needs no ticket', async (t) => {
  const { client } = start(t, { rules: RULES });
  const hub = await listen(t);
  const connected = hub.connection();
  const channel = client.connect({ url: hub.url, WebSocket });
  t.after(() => channel.close());
  const connection = await connected;
  await reached(channel, 'live');
  const fetchedAgain = secondFetch(t, client, ['tasks', '1']);
  connection.send({ type: 'cache_invalidate', data: { resource: 'task', id: '1' } });
  await fetchedAgain;
  assert.equal(client.getStats().messagesBad, 0);
});

test('a ticket that is refused for good stops the channel with that error', async (t) => {
  const { client } = start(t);
  t.mock.method(console, 'warn', () => {});
  const refused = Object.assign(new Error('signed out'), { status: 401 });
  const channel = client.connect({
    url: 'ws://127.0.0.1:9',
    ticket: () => Promise.reject(refused),
    WebSocket,
  });
  t.after(() => channel.close());
  await reached(channel, 'stopped');
  assert.equal(channel.error, refused);
});

for (const [what, refused] of /** @type {[string, any][]} */ ([
  ['the response', new Response('', { status: 401 })],
  ['an error that has the response', Object.assign(new Error(), { response: { status: 403 } })],
])) {
  test(`a ticket that is rejected with ${what} stops the channel, and tells why`, async (t) => {
    const { client } = start(t);
    t.mock.method(console, 'warn', () => {});
    const ticket = () => Promise.reject(refused);
    const channel = client.connect({ url: 'ws://127.0.0.1:9', ticket, scopes, WebSocket });
    t.after(() => channel.close());
    await reached(channel, 'stopped');
    assert.equal(errorKind(channel.error), errorKind(refused));
  });
}

test('a ticket that fails after its channel was closed is no error of the next one', async (t) => {
  const { client, advance } = start(t);
  const hub = await listen(t);
  const { ask, calls } = server();
  client.connect({ url: hub.url, ticket: ask, scopes, WebSocket }).close();
  const channel = client.connect({ url: hub.url, WebSocket });
  t.after(() => channel.close());
  calls[0].reject(new Error('too late'));
  await advance(0);
  assert.equal(channel.error, null);
});

test('a ticket that cannot be had now is asked for again later', async (t) => {
  const { client, advance } = start(t);
  let calls = 0;
  const ticket = async () => {
    calls += 1;
    throw new Error('no network');
  };
  const channel = client.connect({ url: 'ws://127.0.0.1:9', ticket, scopes, WebSocket });
  t.after(() => channel.close());
  await advance(0);
  assert.deepEqual([channel.status, calls], ['offline', 1]);
  await advance(20_000);
  assert.ok(calls > 1);
});

test('the backoff of the options is kept, and its end', async (t) => {
  const { client, advance } = start(t);
  t.mock.method(console, 'warn', () => {});
  let calls = 0;
  const ticket = async () => {
    calls += 1;
    throw new Error('no network');
  };
  const backoff = { base: 1000, cap: 30_000, maxAttempts: 3, jitter: false };
  const channel = client.connect({ url: 'ws://127.0.0.1:9', ticket, backoff, WebSocket });
  t.after(() => channel.close());
  await advance(999);
  assert.equal(calls, 1);
  await advance(1);
  assert.equal(calls, 2);
  await advance(1e6);
  assert.equal(channel.status, 'stopped');
  assert.ok(calls <= 4);
});

test('a client has one channel at a time', (t) => {
  const { client } = start(t);
  const options = { url: 'ws://127.0.0.1:9', ticket: async () => 'ticket', scopes, WebSocket };
  const first = client.connect(options);
  assert.throws(() => client.connect(options), /already has a channel: close\(\) it/);
  first.close();
  const second = client.connect(options);
  assert.equal(first.status, 'stopped');
  assert.throws(() => first.reconnect(), /closed/);
  second.close();
  second.close();
});

test('a connect that is refused leaves no channel and follows no focus', (t) => {
  const { client } = start(t);
  client.unmount();
  t.after(() => client.mount());
  const options = { url: 'ws://127.0.0.1:9', ticket: () => new Promise(() => {}), WebSocket };
  const listeners = () => focusManager.listeners.size;
  const before = listeners();
  assert.throws(
    () => client.connect({ ...options, scopes: ['x'.repeat(100_000)] }),
    /at most 65535 bytes/,
  );
  assert.equal(listeners(), before);
  client.connect({ ...options, scopes: ['x'] }).close();
});

test('who listens to a channel hears that it is closed, and nothing of the next one', async (t) => {
  const { client, advance } = start(t);
  const options = {
    url: 'ws://127.0.0.1:9',
    ticket: () => new Promise(() => {}),
    scopes,
    WebSocket,
  };
  const first = client.connect(options);
  await advance(0);
  /** @type {string[]} */
  const heard = [];
  first.subscribe((status) => heard.push(status));
  first.close();
  const second = client.connect(options);
  t.after(() => second.close());
  await advance(0);
  second.reconnect();
  await advance(0);
  assert.deepEqual(heard, ['stopped']);
});

test('a client with a channel follows focus until the channel is closed', async (t) => {
  const { client, advance } = start(t);
  client.unmount();
  t.after(() => client.mount());
  const ticket = () => new Promise(() => {});
  const channel = client.connect({ url: 'ws://127.0.0.1:9', ticket, scopes, WebSocket });
  let calls = 0;
  observe(t, client, {
    queryKey: ['k'],
    queryFn: () => {
      calls += 1;
      return calls;
    },
  });
  const comeBack = async () => {
    focusManager.setFocused(false);
    focusManager.setFocused(true);
    await advance(0);
    return calls;
  };
  await advance(0);
  assert.equal(await comeBack(), 2);
  channel.close();
  assert.equal(await comeBack(), 2);
});

test('a closed channel leaves no socket and no timer', async (t) => {
  const { client, time } = start(t);
  const hub = await listen(t);
  const connected = hub.connection();
  const channel = client.connect({ url: hub.url, WebSocket });
  const { socket } = await connected;
  await reached(channel, 'live');
  const closed = new Promise((resolve) => socket.on('close', resolve));
  channel.close();
  assert.equal(await closed, 1000);
  assert.equal(time.waiting, 0);
});

test('wrong options are refused with what is allowed', (t) => {
  const { client } = start(t);
  const good = { url: 'wss://example.com/live', WebSocket };
  const refuses = (/** @type {any} */ options, /** @type {RegExp} */ message) =>
    assert.throws(() => client.connect(options), message);
  refuses(undefined, /url must be .* 'wss:\/\/example.com\/live'.*; got undefined/);
  refuses({ ...good, url: 'ftp://example.com' }, /url must be .*; got "ftp/);
  refuses(
    { ...good, transport: 'pigeon' },
    /transport must be 'websocket' or 'events'; got "pigeon"/,
  );
  refuses(
    { ...good, transport: 'events', url: 'ftp://x' },
    /must be .* 'https:\/\/example.com\/live'/,
  );
  refuses({ ...good, ticket: 'abc' }, /ticket must be a function .*; got "abc"/);
  refuses(
    { ...good, scopes: 'project:9' },
    /scopes must be an array of strings.*; got "project:9"/,
  );
  refuses({ ...good, WebSocket: 1 }, /has no WebSocket; pass one/);
  refuses({ ...good, backoff: { base: -1 } }, /backoff.base must be a finite number >= 0; got -1/);
});
