import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { ClientAddress } from '../../../js-glue/hub/access/client-address.js';
import { createHub, DEFAULT_LIMITS } from '../../../js-glue/hub/index.js';
import { Client, connect, eventually, ORIGIN } from './client.js';
import { startHub } from './start-hub.js';

/** @typedef {import('../../../js-glue/hub/index.js').HubBackplane} HubBackplane */

/**
 * A client of another address than `connect` has, or behind a proxy.
 *
 * @param {string} url
 * @param {import('ws').ClientOptions} options
 */
async function connectFrom(url, options) {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(url, { origin: ORIGIN, ...options });
  const client = new Client(socket);
  await new Promise((resolve) => socket.on('open', resolve));
  return client;
}

/**
 * Asks for a WebSocket, and answers nothing that it is told there.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} url
 */
async function askAndStay(t, url) {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    `GET /tidemark HTTP/1.1\r\nHost: hub\r\nOrigin: ${ORIGIN}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
}

test('silent sockets of one address leave room for others, and each side is told the limit', async (t) => {
  const { hub, url, warnings } = await startHub(t, { limits: { pendingPerAddress: 2 } });
  await connect(url);
  await connect(url);
  const refused = await connect(url);
  assert.deepEqual(await refused.whenClosed(), {
    code: 1013,
    reason: "over the hub's limits.pendingPerAddress (2)",
  });
  assert.deepEqual(warnings, [
    'tidemark hub: limits.pendingPerAddress (2) refused a connection of 127.0.0.1',
  ]);
  const other = await connectFrom(url, { localAddress: '127.0.0.2' });
  other.send({ type: 'auth', v: 1, ticket: hub.issueTicket('ann') });
  assert.equal((await other.next()).type, 'hello');
  assert.deepEqual([hub.stats().pending, hub.stats().refusedAddresses], [2, 1]);
});

test('unless said otherwise, an address may have a tenth of all connections pending', async (t) => {
  const { url } = await startHub(t, { limits: { connections: 20 } });
  await connect(url);
  await connect(url);
  const { reason } = await (await connect(url)).whenClosed();
  assert.equal(reason, "over the hub's limits.pendingPerAddress (2)");
  assert.equal(DEFAULT_LIMITS.pendingPerAddress, 1_000);
});

test('who signed in takes no share of the address', async (t) => {
  const { hub, signIn } = await startHub(t, { limits: { pendingPerAddress: 1 } });
  for (const user of ['ann', 'bob', 'cleo']) await signIn(user);
  assert.deepEqual([hub.connections, hub.stats().pending], [3, 0]);
});

test('a socket that was refused keeps its share of the address until it is gone', async (t) => {
  const { hub, url, clock } = await startHub(t, { limits: { pendingPerAddress: 1 } });
  const silent = await connect(url);
  silent.socket.pause();
  silent.send({ type: 'pong' });
  await eventually('the hub refused', () => hub.stats().refusedSignIns === 1);
  assert.equal((await (await connect(url)).whenClosed()).code, 1013);
  clock.advance(2_000);
  await eventually('the share is free', () => hub.stats().pending === 0);
});

test('a full hub tells the client which limit it is', async (t) => {
  const { hub, url, warnings } = await startHub(t, { limits: { connections: 1 } });
  await connect(url);
  const { code, reason } = await (await connect(url)).whenClosed();
  assert.deepEqual([code, reason], [1013, "over the hub's limits.connections (1)"]);
  assert.equal(hub.stats().refusedBusy, 1);
  assert.deepEqual(warnings, ['tidemark hub: limits.connections (1) refused a connection']);
});

test('refusals do not add up: beyond 64 at once an upgrade is answered 503', async (t) => {
  const { hub, url, clock } = await startHub(t, { limits: { connections: 1 } });
  await connect(url);
  for (let count = 0; count < 64; count += 1) await askAndStay(t, url);
  await eventually('all are told', () => hub.stats().refusedBusy === 64);
  await assert.rejects(connect(url), { status: 503 });
  clock.advance(2_000);
  await eventually('there is room', async () => {
    const client = await connect(url).catch(() => null);
    return client !== null;
  });
});

test('a limit is warned of once a minute', async (t) => {
  const { url, clock, warnings } = await startHub(t, {
    limits: { connections: 1, authMs: 1_000_000 },
  });
  await connect(url);
  for (let count = 0; count < 3; count += 1) await (await connect(url)).whenClosed();
  assert.equal(warnings.length, 1);
  clock.advance(60_000);
  await (await connect(url)).whenClosed();
  assert.equal(warnings.length, 2);
});

test('behind a trusted proxy, addresses are those that it tells', async (t) => {
  const { url } = await startHub(t, {
    limits: { pendingPerAddress: 1 },
    trustProxy: ['127.0.0.0/8'],
  });
  const from = (/** @type {string} */ forwarded) =>
    connectFrom(url, { headers: { 'x-forwarded-for': forwarded } });
  await from('192.0.2.1');
  const other = await from('192.0.2.2');
  const again = await from('203.0.113.9, 192.0.2.1');
  assert.equal((await again.whenClosed()).code, 1013);
  assert.equal(other.socket.readyState, 1);
});

test('an untrusted proxy is named to the operator, who may have forgotten it', async (t) => {
  const { url, warnings } = await startHub(t, { limits: { pendingPerAddress: 1 } });
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  await connectFrom(url, { headers });
  await (await connectFrom(url, { headers })).whenClosed();
  assert.match(warnings[0], /of 127\.0\.0\.1, which forwards; a proxy\? see trustProxy$/);
});

for (const [
  remoteAddress,
  forwarded,
  trusted,
  address,
] of /** @type {[any, any, string[], string][]} */ ([
  ['192.0.2.1', '198.51.100.1', [], '192.0.2.1'],
  ['::ffff:192.0.2.1', undefined, [], '192.0.2.1'],
  ['10.1.2.3', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
  ['::ffff:10.1.2.3', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
  ['10.1.2.3', '203.0.113.9, 198.51.100.1, 10.9.9.9', ['10.0.0.0/8'], '198.51.100.1'],
  ['10.1.2.3', '198.51.100.1:4711', ['10.1.2.3'], '198.51.100.1'],
  ['10.1.2.3', 'unknown', ['10.1.2.3'], '10.1.2.3'],
  ['10.1.2.3', '203.0.113.9, x, 10.4.5.6', ['10.0.0.0/8'], '10.4.5.6'],
  ['10.1.2.3', undefined, ['10.0.0.0/8'], '10.1.2.3'],
  ['fd00::7', '[2001:db8:1:2::3]:443', ['fd00::/8'], '2001:db8:1:2::/64'],
  ['2001:db8:0:0:1:2:3:4', undefined, [], '2001:db8:0:0::/64'],
  ['2001:db8::1', undefined, [], '2001:db8:0:0::/64'],
  ['fe80::1%eth0', undefined, [], 'fe80:0:0:0::/64'],
  [undefined, '198.51.100.1', ['unix'], '198.51.100.1'],
  [undefined, '198.51.100.1', [], 'unix'],
])) {
  test(`from ${remoteAddress}, forwarded for ${forwarded}, trusting ${trusted}: ${address}`, () => {
    const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
    assert.equal(new ClientAddress(trusted).of(/** @type {any} */ (request)), address);
  });
}

for (const trustProxy of /** @type {any[]} */ ([
  'loopback',
  [''],
  ['10.0.0.0/33'],
  ['proxy.local'],
  [7],
])) {
  test(`trustProxy ${JSON.stringify(trustProxy)} is refused when the hub is created`, () => {
    const options = { authorize: () => true, origins: [ORIGIN], trustProxy };
    assert.throws(
      () => createHub(options),
      /^TypeError: trustProxy must be a list of IP addresses/,
    );
  });
}

/**
 * A backplane on which tickets stay on their way, as while Redis stalls.
 *
 * @param {{ gone?: Promise<any> }} [options]
 * @returns {HubBackplane}
 */
function stalled({ gone = new Promise(() => {}) } = {}) {
  const nothing = async () => {};
  return {
    start: nothing,
    append() {},
    newEpoch() {},
    campaign: nothing,
    resign: nothing,
    keepTicket: () => gone,
    takeTicket: () => gone,
    close: nothing,
  };
}

test('frames held while a ticket is being checked are bounded in bytes', async (t) => {
  const { hub, url, warnings } = await startHub(t, {
    backplane: stalled(),
    limits: { heldBytes: 10_000 },
  });
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket: 'x' });
  for (let count = 0; count < 3; count += 1) client.send({ type: 'x', x: 'x'.repeat(4_000) });
  assert.deepEqual(await client.whenClosed(), {
    code: 1008,
    reason: "over the hub's limits.heldBytes (10000)",
  });
  assert.equal(hub.stats().heldTooMuch, 1);
  assert.match(warnings[0], /refused frames before sign-in of address 127\.0\.0\.1$/);
});

test('a ticket that cannot be checked in time is not called a bad one', async (t) => {
  const { hub, url, clock } = await startHub(t, { backplane: stalled() });
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket: 'x' });
  client.send({ type: 'pong' });
  await eventually('the hub has the socket', () => hub.connections === 1);
  client.socket.ping();
  await new Promise((resolve) => client.socket.once('pong', resolve));
  clock.advance(5_000);
  assert.equal((await client.whenClosed()).code, 1013);
});

test('a user’s tickets beyond the share displace the oldest, and nobody else’s', async (t) => {
  const { hub, url, warnings } = await startHub(t, { limits: { ticketsPerUser: 2 } });
  const bob = hub.issueTicket('bob');
  const own = [1, 2, 3].map(() => hub.issueTicket('ann'));
  const codes = [];
  for (const ticket of [bob, ...own]) {
    const client = await connect(url);
    client.send({ type: 'auth', v: 1, ticket });
    codes.push(
      await Promise.race([
        client.next().then(({ type }) => type),
        client.closed.then(({ code }) => code),
      ]),
    );
  }
  assert.deepEqual(codes, ['hello', 4401, 'hello', 'hello']);
  assert.deepEqual([hub.stats().tickets, hub.stats().discardedTickets], [0, 1]);
  assert.deepEqual(warnings, [
    'tidemark hub: limits.ticketsPerUser (2) refused an older ticket of user ann',
  ]);
});

test('one user’s requests for tickets lock nobody out', async (t) => {
  const { hub } = await startHub(t, { limits: { tickets: 10, ticketsPerUser: 9 } });
  for (let count = 0; count < 1_000; count += 1) hub.issueTicket('ann');
  assert.equal(hub.stats().tickets, 9);
  assert.equal(typeof hub.issueTicket('bob'), 'string');
});

test('while a backplane stalls, a user’s tickets on their way are bounded, for this user alone', async (t) => {
  const { hub } = await startHub(t, { backplane: stalled(), limits: { ticketsPerUser: 2 } });
  hub.issueTicket('ann');
  hub.issueTicket('ann');
  assert.throws(() => hub.issueTicket('ann'), { code: 'TIDEMARK_TICKETS_FULL', statusCode: 429 });
  assert.equal(typeof hub.issueTicket('bob'), 'string');
  assert.equal(hub.stats().tickets, 3);
});

test('a ticket that a backplane could not keep is not on its way any more', async (t) => {
  const gone = Promise.reject(new Error('out of reach'));
  const { hub } = await startHub(t, { backplane: stalled({ gone }) });
  hub.issueTicket('ann');
  await eventually('it is given up', () => hub.stats().tickets === 0);
});
