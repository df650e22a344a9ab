import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, eventually } from './client.js';
import { startHub } from './start-hub.js';

test('a ticket signs its user in and is answered with the position and the ping interval', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { hello } = await signIn();
  const { epoch, seq } = hub.position();
  assert.deepEqual(hello, { type: 'hello', v: 1, epoch, seq, ping: 25_000, window: 1024 });
});

test('a client that says nothing is closed with 4401 after five seconds, and not before', async (t) => {
  const { hub, url, clock } = await startHub(t);
  const client = await connect(url);
  await eventually('the hub has the socket', () => hub.connections === 1);
  clock.advance(4_999);
  assert.equal(hub.stats().refusedSignIns, 0);
  clock.advance(1);
  assert.equal((await client.whenClosed()).code, 4401);
});

test('garbage before auth is dropped and does not stop the five seconds', async (t) => {
  const { hub, url, clock } = await startHub(t);
  const client = await connect(url);
  client.send('{');
  await eventually('the hub counted it', () => hub.stats().badFrames === 1);
  clock.advance(5_000);
  assert.equal((await client.whenClosed()).code, 4401);
});

test('a first frame other than auth closes with 4401', async (t) => {
  const { url } = await startHub(t);
  const client = await connect(url);
  client.send({ type: 'subscribe', scopes: [], resume: null });
  assert.equal((await client.whenClosed()).code, 4401);
});

for (const [name, ticket] of /** @type {[string, unknown][]} */ ([
  ['that was never issued', 'AAAA'],
  ['that is no string', { toString: 'x' }],
  ['named __proto__', '__proto__'],
])) {
  test(`a ticket ${name} closes with 4401`, async (t) => {
    const { url } = await startHub(t);
    const client = await connect(url);
    client.send({ type: 'auth', v: 1, ticket });
    assert.equal((await client.whenClosed()).code, 4401);
  });
}

test('a ticket works once', async (t) => {
  const { hub, url } = await startHub(t);
  const ticket = hub.issueTicket('ann');
  const first = await connect(url);
  first.send({ type: 'auth', v: 1, ticket });
  assert.equal((await first.next()).type, 'hello');
  const second = await connect(url);
  second.send({ type: 'auth', v: 1, ticket });
  assert.equal((await second.whenClosed()).code, 4401);
});

test('a ticket is good just before its minute is over', async (t) => {
  const { hub, url, clock } = await startHub(t);
  const ticket = hub.issueTicket('ann');
  clock.advance(59_999);
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket });
  assert.equal((await client.next()).type, 'hello');
});

test('a ticket is worth nothing when its minute is over', async (t) => {
  const { hub, url, clock } = await startHub(t);
  const ticket = hub.issueTicket('ann');
  clock.advance(60_000);
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket });
  assert.equal((await client.whenClosed()).code, 4401);
});

test('another protocol version closes with 4400 and leaves the ticket unused', async (t) => {
  const { hub, url } = await startHub(t);
  const ticket = hub.issueTicket('ann');
  const client = await connect(url);
  client.send({ type: 'auth', v: 2, ticket });
  assert.deepEqual(await client.whenClosed(), {
    code: 4400,
    reason: 'unknown protocol version; v must be 1',
  });
  assert.equal(hub.stats().tickets, 1);
});

test('a second auth on a signed-in socket is ignored', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  client.send({ type: 'auth', v: 1, ticket: hub.issueTicket('bob') });
  await client.subscribe([]);
  assert.equal(
    hub.disconnect(({ user }) => user === 'bob'),
    0,
  );
});

test('no two tickets are the same, and none tells its user', async (t) => {
  const { hub } = await startHub(t);
  const tickets = Array.from({ length: 100 }, () => hub.issueTicket('ann'));
  assert.equal(new Set(tickets).size, 100);
  for (const ticket of tickets) assert.match(ticket, /^[A-Za-z0-9_-]{43}$/);
});

test('more tickets than the limit are refused until old ones expire', async (t) => {
  const { hub, clock } = await startHub(t, { limits: { tickets: 2 } });
  hub.issueTicket('ann');
  hub.issueTicket('ann');
  assert.throws(() => hub.issueTicket('bob'), { code: 'TIDEMARK_TICKETS_FULL' });
  clock.advance(60_000);
  assert.equal(typeof hub.issueTicket('bob'), 'string');
});

test('a user that could not be told from another is refused by name', async (t) => {
  const { hub } = await startHub(t);
  const nobody = /** @type {any} */ ({ name: 'ann' });
  assert.throws(() => hub.issueTicket(nobody), /user must be a string, a number, or an object/);
});

test('a BigInt as a user is refused by name', async (t) => {
  const { hub } = await startHub(t);
  for (const user of [10n, { id: 10n }]) {
    const issue = () => hub.issueTicket(/** @type {any} */ (user));
    assert.throws(issue, { name: 'TypeError', message: /user must be a .*; got the BigInt 10n/ });
  }
});

test('frames that follow auth at once are read in order', async (t) => {
  const { hub, url } = await startHub(t);
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket: hub.issueTicket('ann') });
  client.send({ type: 'subscribe', scopes: ['a'], resume: null });
  const types = (await client.take(2)).map(({ type }) => type);
  assert.deepEqual(types, ['hello', 'subscribed']);
});
