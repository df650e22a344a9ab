import assert from 'node:assert/strict';
import test from 'node:test';
import { reached, startLive } from './live.js';
import { counter, observe, server, start } from './setup.js';

/**
 * A query that is looked at and fetched by hand, with how live it is.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('../../../js-glue/index.js').QueryClient} client
 * @param {object} [options]
 */
function look(t, client, options) {
  const { ask, calls } = server();
  const seen = observe(t, client, {
    queryKey: ['tasks', '1'],
    queryFn: ask,
    staleTime: Infinity,
    ...options,
  });
  return { ...seen, calls, status: () => seen.observer.getCurrentResult().streamStatus };
}

const change = { resource: 'task', id: '1', action: 'UPDATE' };

test('without a channel what is shown is not live', async (t) => {
  const { client, advance } = start(t);
  const { observer } = observe(t, client, { queryKey: ['tasks', '1'], queryFn: counter() });
  await advance(0);
  assert.equal(observer.getCurrentResult().streamStatus, 'stopped');
});

test('a query is live again once its answer holds what changed', async (t) => {
  const { client, advance, connection } = await startLive(t);
  const query = look(t, client);
  assert.equal(query.status(), 'catching-up');
  await advance(0);
  query.calls[0].resolve('old');
  await advance(0);
  assert.equal(query.status(), 'live');
  connection.send({ type: 'cache_invalidate', epoch: 'e', seq: 6, prev: 5, data: change });
  connection.send({ type: 'ping', seq: 6 });
  await connection.received();
  assert.equal(query.status(), 'catching-up');
  await advance(0);
  query.calls[1].resolve('new');
  await advance(0);
  assert.equal(query.status(), 'live');
});

test('whoever reads streamStatus hears that the connection is gone, and nobody else does', async (t) => {
  const { client, advance, channel, connection } = await startLive(t);
  const reader = look(t, client);
  const other = look(t, client);
  await advance(0);
  reader.calls[0].resolve('data');
  await advance(0);
  reader.observer.trackProp('streamStatus');
  other.observer.trackProp('data');
  const heard = [reader.heard.length, other.heard.length];
  connection.close(1001);
  await reached(channel, 'offline');
  assert.equal(reader.status(), 'offline');
  assert.deepEqual([reader.heard.length, other.heard.length], [heard[0] + 1, heard[1]]);
});

test('a query whose scope is not the channel’s is not live', async (t) => {
  const { client, advance } = await startLive(t);
  const query = look(t, client, { scopes: ['project:7'] });
  await advance(0);
  query.calls[0].resolve('data');
  await advance(0);
  assert.equal(query.status(), 'stopped');
});

test('scopes are asked for on the living connection, and what depends on them is fetched again', async (t) => {
  const { client, advance, channel, connection } = await startLive(t);
  const added = look(t, client, { scopes: ['project:7'] });
  const kept = look(t, client, { queryKey: ['tasks', '2'], scopes: ['project:9'] });
  await advance(0);
  for (const { calls } of [added, kept]) calls[0].resolve('data');
  await advance(0);
  channel.setScopes(['project:9', 'project:7']);
  const subscribe = await connection.received();
  assert.deepEqual(subscribe, {
    type: 'subscribe',
    scopes: ['project:9', 'project:7'],
    resume: { epoch: 'e', seq: 5 },
  });
  connection.send({ type: 'subscribed', epoch: 'e', seq: 5, recovered: true, messages: [] });
  await reached(channel, 'live');
  await advance(5000);
  added.calls[1].resolve('data');
  await advance(0);
  assert.deepEqual([added.status(), kept.status()], ['live', 'live']);
  assert.deepEqual([added.calls.length, kept.calls.length], [2, 1]);
});

test('a query depends on the scopes of all who asked for it', async (t) => {
  const { client, advance } = await startLive(t);
  const first = look(t, client, { scopes: ['project:9'] });
  await advance(0);
  first.calls[0].resolve('data');
  await advance(0);
  assert.equal(first.status(), 'live');
  look(t, client, { scopes: ['project:7'] });
  assert.equal(first.status(), 'stopped');
});

test('scopes that are none are refused', async (t) => {
  const { client, channel } = await startLive(t);
  assert.throws(
    () => channel.setScopes(/** @type {any} */ ('project:9')),
    /scopes must be an array of strings/,
  );
  const options = /** @type {any} */ ({ queryKey: ['k'], queryFn: () => 1, scopes: [7] });
  await assert.rejects(client.fetchQuery(options), /scopes must be an array of strings/);
});

test('scopes that are too many are refused, and the channel keeps those it has', async (t) => {
  const { hub, channel } = await startLive(t);
  const many = Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(100, '-'));
  assert.throws(() => channel.setScopes(many), /must be at most 65536 bytes/);
  const again = hub.connection();
  channel.reconnect();
  const connection = await again;
  await connection.received();
  connection.send({ type: 'hello', v: 1, epoch: 'e', seq: 5, ping: 25000, window: 1024 });
  assert.deepEqual((await connection.received()).scopes, ['project:9']);
});

test('a closed channel takes no scopes and no ticket', async (t) => {
  const { channel } = await startLive(t);
  channel.close();
  assert.throws(() => channel.setScopes([]), /closed; connect\(\)/);
  assert.throws(() => channel.setTicket(async () => 'x'), /closed; connect\(\)/);
});

test('another way to get tickets holds from the next connection on', async (t) => {
  const { hub, channel } = await startLive(t);
  channel.setTicket(async () => 'renewed');
  const again = hub.connection();
  channel.reconnect();
  assert.equal((await (await again).received()).ticket, 'renewed');
});

test('a ticket that comes after a later one was asked for is not used', async (t) => {
  const { hub, channel } = await startLive(t);
  /** @type {((ticket: string) => void)[]} */
  const tickets = [];
  channel.setTicket(() => new Promise((resolve) => tickets.push(resolve)));
  channel.reconnect();
  channel.reconnect();
  const again = hub.connection();
  tickets[1]('second');
  tickets[0]('first');
  assert.equal((await (await again).received()).ticket, 'second');
});
