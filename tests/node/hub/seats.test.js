import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { connect, eventually, ORIGIN, withDeadline } from './client.js';
import { startHub } from './start-hub.js';

const ASK = `GET /tidemark/events?scope=a HTTP/1.1\r\nHost: hub\r\nOrigin: ${ORIGIN}\r\n`;
const SLOW = 'GET /slow HTTP/1.1\r\nHost: hub\r\n\r\n';

/**
 * A TCP connection to a hub's server, on which the test writes requests itself.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url
 */
async function dial(t, url) {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/**
 * A hub on a server that never answers other requests, so that others wait behind them.
 *
 * @param {import('node:test').TestContext} t
 */
async function startSlow(t) {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const started = await startHub(t);
  started.hub.attach(server);
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { ...started, url: `http://127.0.0.1:${port}` };
}

for (const [name, ticket] of /** @type {[string, boolean][]} */ ([
  ['nobody signed in for', false],
  ['somebody signed in for', true],
])) {
  test(`events that ${name}, behind an answer that is not there yet, end with their connection`, async (t) => {
    const { hub, url } = await startSlow(t);
    const socket = await dial(t, url);
    const sign = ticket ? `Authorization: Bearer ${hub.issueTicket('ann')}\r\n` : '';
    socket.write(`${SLOW}${ASK}${sign}\r\n`);
    await eventually('the hub was asked', () => hub.stats().upgrades === 1);
    socket.destroy();
    await eventually('the seat is free', () => hub.connections === 0);
  });
}

test('events behind an answer that is not there yet are cut closeMs after they are refused', async (t) => {
  const { hub, url, clock } = await startSlow(t);
  const socket = await dial(t, url);
  const cut = once(socket, 'close');
  socket.write(`${SLOW}${ASK}\r\n`);
  await eventually('the hub refused', () => hub.stats().refusedSignIns === 1);
  clock.advance(2_000);
  await withDeadline('the cut', cut);
  await eventually('the seat is free', () => hub.connections === 0);
});

test('closing a hub ends, whatever its events wait behind', async (t) => {
  const { hub, url, clock } = await startSlow(t);
  const socket = await dial(t, url);
  const sign = `Authorization: Bearer ${hub.issueTicket('ann')}\r\n`;
  socket.write(`${SLOW}${ASK}${sign}\r\n`);
  await eventually('the hub signed in', () => hub.stats().signIns === 1);
  const closed = hub.close();
  clock.advance(2_000);
  await withDeadline('the close of the hub', closed);
});

test('one connection takes one seat, however many events it asks for', async (t) => {
  const { hub, url } = await startHub(t);
  const socket = await dial(t, url);
  const cut = once(socket, 'close');
  socket.write(`${ASK}\r\n`.repeat(100));
  await withDeadline('the cut', cut);
  await eventually('the seat is free', () => hub.connections === 0);
  assert.equal(hub.stats().upgrades, 1);
});

test('a refused request for events is the last of its connection', async (t) => {
  const { hub, url } = await startHub(t);
  const socket = await dial(t, url);
  const ended = once(socket, 'close');
  socket.resume();
  socket.write(`${ASK}\r\n`);
  await withDeadline('the end', ended);
  assert.equal(hub.connections, 0);
});

test('the seat of a user is taken until the socket is gone, not until it is told to go', async (t) => {
  const { hub, url, clock, signIn } = await startHub(t, { limits: { connectionsPerUser: 1 } });
  const { client } = await signIn('ann');
  client.socket.pause();
  client.send({ type: 'subscribe', scopes: 'none', resume: null });
  await eventually('the hub closes it', () => hub.stats().protocolErrors === 1);
  const second = await connect(url);
  second.send({ type: 'auth', v: 1, ticket: hub.issueTicket('ann') });
  assert.equal((await second.whenClosed()).code, 1013);
  clock.advance(2_000);
  await eventually('the seat is free', () => hub.connections === 0);
  const { hello } = await signIn('ann');
  assert.equal(hello.type, 'hello');
});
