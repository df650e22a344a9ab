/** What development is told, once, when nothing is heard of changes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { WebSocket } from 'ws';
import { onlineManager } from '../../../js-glue/index.js';
import { RULES, reached, scopes, startLive } from './live.js';
import { start } from './setup.js';
import { listen } from './websocket-server.js';

const ticket = async () => 'ticket';

/** What is warned of from now on. @param {import('node:test').TestContext} t */
function warnings(t) {
  const { mock } = t.mock.method(console, 'warn', () => {});
  return () => mock.calls.map(({ arguments: [text] }) => String(text));
}

/** A server that knows no hub. @param {import('node:test').TestContext} t @param {number} status */
async function devServer(t, status) {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${/** @type {any} */ (server.address()).port}/tidemark`;
}

/**
 * Connects, and waits until that many attempts have failed.
 *
 * @param {import('node:test').TestContext} t
 * @param {any} options
 */
async function failing(t, options, attempts = 2) {
  const { client, advance } = start(t);
  let asked = 0;
  const counted = () => {
    asked += 1;
    return options.ticket();
  };
  const channel = client.connect({ scopes, WebSocket, ...options, ticket: counted });
  t.after(() => channel.close());
  while (asked <= attempts) {
    if (channel.status === 'offline') await advance(20_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { client, channel };
}

for (const status of [404, 200]) {
  test(`no hub behind the socket's address, which answers ${status}`, async (t) => {
    const said = warnings(t);
    await failing(t, { url: `ws://${await devServer(t, status)}?token=secret`, ticket });
    assert.equal(said().length, 1);
    assert.match(said()[0], /connect to ws:\/\/127\.0\.0\.1:\d+\/tidemark, .*proxy must forward/);
  });

  test(`no hub behind the address of events, which answers ${status}`, async (t) => {
    const said = warnings(t);
    await failing(t, { url: `http://${await devServer(t, status)}`, ticket, transport: 'events' });
    assert.equal(said().length, 1);
    assert.match(said()[0], new RegExp(`status ${status} and text/html .*proxy must forward`));
  });
}

test('a ticket that cannot be had', async (t) => {
  const said = warnings(t);
  const refuse = () => Promise.reject({ status: 404 });
  await failing(t, { url: 'ws://127.0.0.1:9', ticket: refuse });
  assert.equal(said().length, 1);
  assert.match(said()[0], /not get a ticket, .*status 404.*hub\.issueTicket\(user\)/);
});

test('a page without a network is told nothing', async (t) => {
  const said = warnings(t);
  const { client, advance } = start(t);
  let asked = 0;
  const refuse = () => {
    asked += 1;
    if (asked === 1) onlineManager.setOnline(false);
    return Promise.reject(new Error('no network'));
  };
  const channel = client.connect({ url: 'ws://127.0.0.1:9', scopes, WebSocket, ticket: refuse });
  t.after(() => channel.close());
  await advance(100);
  assert.deepEqual(said(), []);
});

test('connections that are opened and never live', async (t) => {
  const said = warnings(t);
  const server = await listen(t);
  server.server.on('connection', (socket) => socket.close(1001));
  await failing(t, { url: server.url, ticket }, 5);
  assert.equal(said().length, 1);
  assert.match(said()[0], /3 connections to ws:.* never became live/);
});

test('a server that is away for a while says nothing', async (t) => {
  const said = warnings(t);
  const { advance, hub, channel, connection } = await startLive(t);
  hub.server.close();
  connection.close(1001);
  await reached(channel, 'offline');
  await advance(20_000);
  await reached(channel, 'offline');
  assert.deepEqual(said(), []);
});

const write = (/** @type {any} */ client, /** @type {object} */ more = {}) =>
  client.mutate({ mutationFn: async () => 'done', ...more });

test('rules, and writes of which a live stream tells nothing', async (t) => {
  const said = warnings(t);
  const { client } = await startLive(t);
  await write(client);
  await write(client);
  assert.deepEqual(said(), []);
  for (let i = 0; i < 5; i++) await write(client);
  assert.equal(said().length, 1);
  assert.match(said()[0], /3 mutations succeeded, .*changeTriggers/);
});

test('rules, and writes without anything that could tell', async (t) => {
  const said = warnings(t);
  const { client } = start(t, { rules: RULES });
  for (let i = 0; i < 5; i++) await write(client);
  assert.equal(said().length, 1);
  assert.match(said()[0], /receives no changes\. Call connect\(\)/);
});

test('rules, and a minute in which nobody connects', async (t) => {
  const said = warnings(t);
  const { client, advance } = start(t, { rules: RULES });
  client.setQueryData(['tasks', 1], 1);
  await advance(59_000);
  client.setQueryData(['tasks', 1], 2);
  await advance(1000);
  assert.deepEqual(said(), []);
  client.setQueryData(['tasks', 1], 3);
  await advance(0);
  client.setQueryData(['tasks', 1], 4);
  await advance(0);
  assert.equal(said().length, 1);
  assert.match(said()[0], /receives no changes/);
});

test('rules of which something told once are not spoken of', async (t) => {
  const said = warnings(t);
  const { client, advance } = start(t, { rules: RULES });
  client.applyChange({ resource: 'task', id: 1 });
  const other = start(t, { rules: RULES });
  await write(other.client, { change: { resource: 'task', id: 1 } });
  for (const it of [client, other.client]) for (let i = 0; i < 5; i++) await write(it);
  await advance(120_000);
  client.setQueryData(['tasks', 1], 1);
  await advance(0);
  assert.deepEqual(said(), []);
});

test('production is told nothing', async (t) => {
  const said = warnings(t);
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  t.after(() => {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  });
  await failing(t, { url: `ws://${await devServer(t, 404)}`, ticket });
  const { client } = start(t, { rules: RULES });
  for (let i = 0; i < 5; i++) await write(client);
  assert.deepEqual(said(), []);
});
