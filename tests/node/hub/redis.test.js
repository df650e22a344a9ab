import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { inspect } from 'node:util';
import { DEFAULT_LIMITS } from '../../../js-glue/hub/index.js';
import { redisBackplane } from '../../../js-glue/hub/redis/index.js';
import { startProxy } from '../../servers/proxy.js';
import { startRedis } from '../../servers/redis.js';
import { connect, eventually, withDeadline } from './client.js';
import { ManualSource } from './manual-source.js';
import { change, startHub } from './start-hub.js';

const LEASE_MS = 200;

const redis = await startRedis();
after(() => redis.stop());
afterEach(() => redis.ask((commands) => commands.flushall()));

/**
 * A hub among others.
 *
 * @param {import('node:test').TestContext} t
 * @param {Partial<import('./start-hub.js').HubOptions> & { url?: string, leaseMs?: number }} [options]
 */
async function joinHub(t, { url = redis.url, leaseMs = LEASE_MS, ...options } = {}) {
  const started = await startHub(t, { backplane: redisBackplane({ url, leaseMs }), ...options });
  /** What is told of changes; whether they are heard, is what each `ping` says. */
  const subscribed = async (/** @type {Parameters<typeof started.subscribed>} */ ...how) => {
    const { client, answer } = await started.subscribed(...how);
    client.passedOver.add('ping');
    return { client, answer };
  };
  return { ...started, subscribed, watched: started.subscribed };
}

/**
 * A hub whose source says what the test says.
 *
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof joinHub>[1]} [options]
 */
async function joinWithSource(t, options) {
  const source = new ManualSource();
  source.listen();
  return { ...(await joinHub(t, { source, ...options })), source };
}

/** Another hub may ask before a ticket has arrived in Redis, which then is not found. */
const kept = () => eventually('a ticket is kept', async () => (await ticketKeys()).length > 0);
const ticketKeys = () => redis.ask((commands) => commands.keys('{tidemark}:ticket:*'));

const text = (/** @type {number} */ id) => JSON.stringify({ ...change(id, 'a'), row: { id } });
const seen = (/** @type {import('./client.js').Frame[]} */ frames) =>
  frames.map(({ epoch, seq, data }) => [epoch, seq, data.id]);

test('a change that one hub takes reaches the clients of every hub at the same position', async (t) => {
  const [one, two] = [await joinHub(t), await joinHub(t)];
  const clients = [(await one.subscribed(['a'])).client, (await two.subscribed(['a'])).client];
  one.hub.publish(change(1, 'a'));
  const [first, second] = await Promise.all(clients.map((client) => client.next()));
  assert.deepEqual(first, second);
  assert.equal(first.data.id, '1');
});

test('changes that several hubs take at once have one order and one count', async (t) => {
  const hubs = [await joinHub(t), await joinHub(t), await joinHub(t)];
  const clients = await Promise.all(hubs.map(async (hub) => (await hub.subscribed(['a'])).client));
  for (let id = 1; id <= 50; id += 1) {
    for (const [index, { hub }] of hubs.entries()) hub.publish(change(id + 100 * index, 'a'));
  }
  const [first, ...others] = await Promise.all(clients.map((client) => client.take(150)));
  const start = first[0].seq;
  assert.deepEqual(
    first.map(({ seq }) => seq - start),
    Array.from({ length: 150 }, (_, index) => index),
  );
  for (const other of others) assert.deepEqual(seen(other), seen(first));
});

test('changes of one hub keep their order', async (t) => {
  const { hub, subscribed } = await joinHub(t);
  const { client } = await subscribed(['a']);
  for (let id = 1; id <= 100; id += 1) hub.publish(change(id, 'a'));
  const ids = (await client.take(100)).map(({ data }) => Number(data.id));
  assert.deepEqual(
    ids,
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test('a burst longer than the log is cut to what every hub can read in time', async (t) => {
  const [one, two] = [await joinHub(t), await joinHub(t)];
  const { seq } = two.hub.position();
  const count = 5 * DEFAULT_LIMITS.windowCount;
  for (let id = 1; id <= count; id += 1) one.hub.publish(change(id, `scope ${id}`));
  await eventually('both have read it', () =>
    [one, two].every(({ hub }) => hub.position().seq >= seq + count),
  );
  assert.deepEqual([one.warnings, two.warnings], [[], []]);
});

/**
 * A hub with a burst to tell whose request for what Redis has to be read does not arrive.
 *
 * @param {import('node:test').TestContext} t
 */
async function joinDeaf(t) {
  const reader = await startProxy(t, () => redis.port);
  let connections = 0;
  // The second connection of a session is the one that reads.
  const proxy = await startProxy(t, () => [redis.port, reader.port][connections++ % 2]);
  const joined = await joinHub(t, {
    url: `redis://127.0.0.1:${proxy.port}`,
    limits: { windowCount: 100 },
  });
  const before = joined.hub.position();
  const { client } = await joined.subscribed(['scope 1000']);
  reader.holdRequests();
  for (let id = 1; id <= 1000; id += 1) joined.hub.publish(change(id, `scope ${id}`));
  let last = before.seq;
  await eventually('nothing more is appended', async () => {
    const seq = Number(await redis.ask((commands) => commands.hget('{tidemark}:head', 'seq')));
    const still = seq > before.seq && seq === last;
    last = seq;
    return still;
  });
  return { ...joined, client, before, hear: reader.speak };
}

test('a hub appends no more than it can read before it is trimmed', async (t) => {
  const { client, before, warnings, hear } = await joinDeaf(t);
  hear();
  const { data, epoch } = await client.next();
  assert.deepEqual([data?.id, epoch, warnings], ['1000', before.epoch, []]);
});

test('a hub whose burst meets a Redis that was emptied tells the rest of it', async (t) => {
  const { client, hear } = await joinDeaf(t);
  await redis.ask((commands) => commands.flushall());
  hear();
  const [reset, { data }] = await client.take(2);
  assert.deepEqual([reset.type, data?.id], ['reset', '1000']);
});

test('a client whose socket is cut resumes at another hub what it missed', async (t) => {
  const hubs = [await joinHub(t), await joinHub(t)];
  const ports = hubs.map(({ url }) => Number(new URL(url).port));
  let turn = 0;
  const proxy = await startProxy(t, () => ports[turn++ % 2]);
  const url = `ws://127.0.0.1:${proxy.port}/tidemark`;
  const join = async (/** @type {typeof hubs[number]} */ { hub }) => {
    const client = await connect(url);
    client.send({ type: 'auth', v: 1, ticket: hub.issueTicket('ann') });
    await client.next();
    return client;
  };

  let client = await join(hubs[0]);
  let { epoch, seq } = await client.subscribe(['a']);
  for (let id = 1; id <= 20; id += 1) {
    proxy.cut();
    await client.whenClosed();
    hubs[id % 2].hub.publish(change(id, 'a'));
    const next = hubs[id % 2];
    await eventually('the hub knows', () => next.hub.position().seq > seq);
    client = await join(next);
    const answer = await client.subscribe(['a'], { epoch, seq });
    assert.deepEqual(
      [answer.recovered, answer.messages.map((/** @type {any} */ { data }) => data.id)],
      [true, [String(id)]],
    );
    ({ epoch, seq } = answer);
  }
});

test('a hub that joins knows what happened before', async (t) => {
  const one = await joinHub(t);
  const last = one.hub.position();
  one.hub.publish(change(1, 'a'));
  await eventually('it is in the log', () => one.hub.position().seq > last.seq);
  const two = await joinHub(t);
  const { answer } = await two.subscribed(['a'], last);
  assert.equal(answer.messages.length, 1);
});

test('a hub that joins does not vouch for what the log no longer has', async (t) => {
  const limits = { windowCount: 1 };
  const one = await joinHub(t, { limits });
  const last = one.hub.position();
  // Redis trims whole nodes of a hundred entries.
  for (let id = 1; id <= 300; id += 1) one.hub.publish(change(id, 'a'));
  await eventually('all are in the log', () => one.hub.position().seq >= last.seq + 300);
  const two = await joinHub(t, { limits: { windowCount: 1000 } });
  const { answer } = await two.subscribed(['a'], last);
  assert.deepEqual([answer.epoch, answer.recovered], [last.epoch, false]);
});

test('what a hub was not there to hear of does not count as lag', async (t) => {
  const one = await joinHub(t);
  const { seq } = one.hub.position();
  one.hub.publish(change(1, 'a'));
  await eventually('it is in the log', () => one.hub.position().seq > seq);
  const two = await joinHub(t);
  assert.match(two.hub.metrics(), /^tidemark_hub_lag_seconds_count 0$/m);
});

test('a reset reaches the clients of every hub', async (t) => {
  const [one, two] = [await joinHub(t), await joinHub(t)];
  const { client } = await two.subscribed(['a']);
  one.hub.publish({ reset: true, scope: 'a' });
  assert.equal((await client.next()).type, 'reset');
});

test('prefixes keep streams apart', async (t) => {
  const one = await joinHub(t);
  const backplane = redisBackplane({ url: redis.url, prefix: 'other' });
  const two = await joinHub(t, { backplane });
  const { client } = await two.subscribed(['a']);
  one.hub.publish(change(1, 'a'));
  two.hub.publish(change(2, 'a'));
  assert.equal((await client.next()).data.id, '2');
});

test('a ticket of one hub is good at another, once', async (t) => {
  const [one, two] = [await joinHub(t), await joinHub(t)];
  const ticket = one.hub.issueTicket({ id: 7 });
  await kept();
  const signIn = async (/** @type {string} */ url) => {
    const client = await connect(url);
    client.send({ type: 'auth', v: 1, ticket });
    return client;
  };
  const first = await signIn(two.url);
  assert.equal((await first.next()).type, 'hello');
  assert.equal(
    two.hub.disconnect(({ user }) => /** @type {any} */ (user).id === 7),
    1,
  );
  assert.equal((await (await signIn(one.url)).whenClosed()).code, 4401);
});

test('a ticket that cannot be checked closes with 1013', async (t) => {
  const proxy = await startProxy(t, () => redis.port);
  const { hub, url } = await joinHub(t, { url: `redis://127.0.0.1:${proxy.port}` });
  const ticket = hub.issueTicket('ann');
  proxy.silence();
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket });
  await eventually('the hub asks', () => hub.connections === 1);
  proxy.cut();
  assert.equal((await client.whenClosed()).code, 1013);
});

test('a user’s last tickets are good, whichever hub gave them out, and those of others', async (t) => {
  const limits = { ticketsPerUser: 3 };
  const [one, two] = [await joinHub(t, { limits }), await joinHub(t, { limits })];
  const other = one.hub.issueTicket('ben');
  const own = [];
  for (let count = 0; count < 50; count += 1) {
    own.push(one.hub.issueTicket('ann'));
    await eventually('it is kept', () => one.hub.stats().tickets === 0);
  }
  own.push(two.hub.issueTicket('ann'));
  await eventually('it is kept', () => two.hub.stats().tickets === 0);
  assert.equal((await ticketKeys()).length, 4);
  for (const [ticket, good] of /** @type {[string, boolean][]} */ ([
    [other, true],
    [own[47], false],
    [own[48], true],
    [own[50], true],
  ])) {
    const client = await connect(two.url);
    client.send({ type: 'auth', v: 1, ticket });
    if (good) assert.equal((await client.next()).type, 'hello');
    else assert.equal((await client.whenClosed()).code, 4401);
  }
  assert.equal(one.hub.stats().discardedTickets, 47);
});

test('tickets that another hub took do not count against limits.tickets', async (t) => {
  const [one, two] = [await joinHub(t, { limits: { tickets: 1 } }), await joinHub(t)];
  for (const user of ['ann', 'ben']) {
    const ticket = one.hub.issueTicket(user);
    await kept();
    const client = await connect(two.url);
    client.send({ type: 'auth', v: 1, ticket });
    assert.equal((await client.next()).type, 'hello');
  }
});

test('a user whom JSON does not keep gets no ticket', async (t) => {
  const { hub } = await joinHub(t);
  const user = Object.create({ id: 7 });
  assert.throws(() => hub.issueTicket(user), TypeError);
  const member = /** @type {any} */ ({ id: 'ann', team: 10n });
  assert.throws(() => hub.issueTicket(member), /user must be JSON.*; got the BigInt 10n as team/);
});

test('a ticket that is kept for nobody closes with 1013', async (t) => {
  const { hub, url } = await joinHub(t);
  const ticket = hub.issueTicket('ann');
  await kept();
  const [key] = await ticketKeys();
  await redis.ask((commands) => commands.set(key, '{}'));
  const client = await connect(url);
  client.send({ type: 'auth', v: 1, ticket });
  assert.equal((await client.whenClosed()).code, 1013);
});

test('what several hubs hear from one source is told once', async (t) => {
  const hubs = [await joinWithSource(t), await joinWithSource(t)];
  const { client } = await hubs[1].subscribed(['a']);
  for (let id = 1; id <= 20; id += 1) {
    for (const { source } of hubs) source.sink.change(text(id));
  }
  const ids = (await client.take(20)).map(({ data }) => Number(data.id));
  hubs[0].hub.publish(change(99, 'a'));
  assert.deepEqual(
    ids,
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  assert.equal((await client.next()).data.id, '99');
});

test('when the leader closes another tells what the source says, from where the leader was', async (t) => {
  const limits = { replayMs: 1 };
  const hubs = [await joinWithSource(t, { limits }), await joinWithSource(t, { limits })];
  for (const { clock } of hubs) clock.advance(LEASE_MS * 10);
  const { client, answer } = await hubs[1].subscribed(['a']);
  await hubs[0].hub.close();
  hubs[1].source.sink.change(text(1));
  const next = await client.next();
  assert.deepEqual([next.data?.id, next.epoch], ['1', answer.epoch]);
});

test('a leader that closes is heard to the end', async (t) => {
  // A lease that outlasts a busy machine's pauses: what is told without one counts for nothing.
  const [one, two] = [await joinWithSource(t, { leaseMs: 60_000 }), await joinHub(t)];
  const { client } = await two.subscribed(['a']);
  for (let id = 1; id <= 400; id += 1) one.source.sink.change(text(id));
  await one.hub.close();
  assert.equal((await client.take(400)).at(-1)?.data.id, '400');
});

test('who takes the lead tells again what the one before may have kept, without its rows', async (t) => {
  const hubs = [await joinWithSource(t), await joinWithSource(t)];
  for (const { clock } of hubs) clock.advance(100_000);
  const { client, answer } = await hubs[1].subscribed(['a']);
  // The leader did not hear of it: its connection is dead, and it has not noticed.
  hubs[1].source.sink.change(text(1));
  await hubs[0].hub.close();
  const next = await client.next();
  assert.deepEqual(
    [next.epoch, next.data],
    [answer.epoch, { resource: 'task', id: '1', action: 'UPDATE' }],
  );
});

test('who takes the lead and has not heard all begins a new epoch', async (t) => {
  const [one, two] = [await joinWithSource(t), await joinWithSource(t)];
  const { client, answer } = await two.subscribed(['a']);
  await one.hub.close();
  const reset = await client.next();
  assert.equal(reset.type, 'reset');
  assert.notEqual(reset.epoch, answer.epoch);
});

test('a leader that loses its source leaves the lead to one that has it', async (t) => {
  const [one, two] = [await joinWithSource(t), await joinWithSource(t)];
  const { client } = await one.subscribed(['a']);
  one.source.sink.lost('backend terminated');
  assert.equal((await client.next()).type, 'reset');
  two.source.sink.change(text(1));
  assert.equal((await client.next()).data.id, '1');
});

test('a lone leader that lost its source and has it again begins a new epoch', async (t) => {
  const { source, subscribed } = await joinWithSource(t);
  const { client, answer } = await subscribed(['a']);
  source.sink.lost('backend terminated');
  source.sink.restored();
  const reset = await client.next();
  assert.notEqual(reset.epoch, answer.epoch);
});

test('a leader that falls silent is replaced, and what it says later does not count', async (t) => {
  const proxy = await startProxy(t, () => redis.port);
  const url = `redis://127.0.0.1:${proxy.port}`;
  const one = await joinWithSource(t, { url });
  const two = await joinWithSource(t);
  for (const { clock } of [one, two]) clock.advance(100_000);
  const { client } = await two.subscribed(['a']);
  proxy.silence();
  one.source.sink.change(text(1));
  // Two hears of it as well, and tells it when the lease is over.
  two.source.sink.change(text(1));
  assert.equal((await client.next()).data.id, '1');
  proxy.speak();
  one.hub.publish(change(2, 'a'));
  assert.equal(
    (await client.next()).data.id,
    '2',
    'the first change is not told by the old leader',
  );
});

test('a leader whose lease lapsed unnoticed tells again what Redis refused', async (t) => {
  // Renewed so seldom that the change comes first.
  const backplane = redisBackplane({ url: redis.url, leaseMs: 60_000 });
  const { source, clock, subscribed } = await joinWithSource(t, { backplane });
  clock.advance(100_000);
  const { client, answer } = await subscribed(['a']);
  await redis.ask((commands) => commands.del('{tidemark}:leader'));
  source.sink.change(text(1));
  const next = await client.next();
  assert.deepEqual([next.data?.id, next.epoch], ['1', answer.epoch]);
});

test('what is published while Redis is out of reach arrives when it is back, in order', async (t) => {
  const proxy = await startProxy(t, () => redis.port);
  const { hub, warnings, subscribed } = await joinHub(t, {
    url: `redis://127.0.0.1:${proxy.port}`,
  });
  const { client, answer } = await subscribed(['a']);
  proxy.cut();
  for (let id = 1; id <= 10; id += 1) hub.publish(change(id, 'a'));
  const frames = await client.take(10);
  assert.deepEqual(
    frames.map(({ epoch, data }) => [epoch, data.id]),
    Array.from({ length: 10 }, (_, index) => [answer.epoch, String(index + 1)]),
  );
  assert.match(warnings[0], /lost the backplane/);
});

test('a hub that was cut off hears what the others told meanwhile', async (t) => {
  const proxy = await startProxy(t, () => redis.port);
  const one = await joinHub(t, { url: `redis://127.0.0.1:${proxy.port}` });
  const two = await joinHub(t);
  const { client, answer } = await one.subscribed(['a']);
  proxy.cut();
  two.hub.publish(change(1, 'a'));
  const next = await client.next();
  assert.deepEqual([next.data.id, next.epoch], ['1', answer.epoch]);
});

test('a hub that was cut off for longer than the log remembers resets its clients', async (t) => {
  const proxy = await startProxy(t, () => redis.port);
  const one = await joinHub(t, { url: `redis://127.0.0.1:${proxy.port}` });
  const two = await joinHub(t, { limits: { windowCount: 1 } });
  const { client, answer } = await one.subscribed(['a']);
  proxy.silence();
  for (let id = 1; id <= 300; id += 1) two.hub.publish(change(id, 'b'));
  await eventually('all are told', () => two.hub.position().seq >= answer.seq + 300);
  proxy.cut();
  const reset = await client.next();
  assert.deepEqual([reset.type, reset.epoch], ['reset', answer.epoch]);
});

test('a Redis that refuses to write is asked less and less often', async (t) => {
  const allow = (/** @type {number} */ bytes) =>
    redis.ask((commands) => commands.config('SET', 'maxmemory', bytes));
  t.after(() => allow(0));
  const waits = t.mock.method(globalThis, 'setTimeout');
  const { hub, warnings } = await joinHub(t);
  await allow(1);
  hub.publish(change(1, 'a'));
  await eventually('it is lost three times', () => warnings.length === 3);
  const asked = waits.mock.calls.map(({ arguments: [, ms] }) => ms);
  assert.deepEqual(
    asked.filter((ms) => [100, 200, 400].includes(Number(ms))),
    [100, 200, 400],
  );
});

test('a Redis that was emptied begins a new epoch with higher positions, and loses nothing', async (t) => {
  const { hub, subscribed } = await joinHub(t);
  const { client, answer } = await subscribed(['a']);
  await redis.ask((commands) => commands.flushall());
  hub.publish(change(1, 'a'));
  const [reset, next] = await client.take(2);
  assert.notEqual(reset.epoch, answer.epoch);
  assert.equal(reset.seq > answer.seq, true);
  assert.deepEqual([next.epoch, next.data.id], [reset.epoch, '1']);
});

test('a Redis that was restarted begins a new epoch at every hub', async (t) => {
  const hubs = [await joinHub(t), await joinHub(t)];
  const clients = await Promise.all(hubs.map(async (hub) => (await hub.subscribed(['a'])).client));
  const before = hubs[0].hub.position();
  await redis.restart();
  const resets = await Promise.all(clients.map((client) => client.next()));
  assert.deepEqual(resets[0], resets[1]);
  assert.notEqual(resets[0].epoch, before.epoch);
  hubs[0].hub.publish(change(1, 'a'));
  const ids = await Promise.all(clients.map(async (client) => (await client.next()).data.id));
  assert.deepEqual(ids, ['1', '1']);
});

test('a Redis that went back in time when it was restarted begins a new epoch', async (t) => {
  const { hub, subscribed } = await joinHub(t);
  hub.publish(change(1, 'a'));
  await eventually('it is told', () => hub.stats().window === 1);
  await redis.ask((commands) => commands.save());
  const { client, answer } = await subscribed(['a']);
  hub.publish(change(2, 'a'));
  const { seq } = await client.next();
  await redis.restart();
  const reset = await client.next();
  assert.notEqual(reset.epoch, answer.epoch);
  assert.equal(reset.seq > seq, true);
});

test('ready rejects with the reason why Redis cannot be reached', async (t) => {
  const proxy = await startProxy(t, () => 1);
  await assert.rejects(joinHub(t, { url: `redis://127.0.0.1:${proxy.port}` }), /Redis: /);
});

test('a hub that closes leaves no connection to Redis', async (t) => {
  const { hub } = await joinWithSource(t);
  await hub.close();
  const list = await redis.ask((commands) => commands.client('LIST'));
  assert.equal(String(list).trim().split('\n').length, 1, 'only the one that asks');
});

/**
 * A hub that published a change while it was cut from Redis.
 *
 * @param {import('node:test').TestContext} t
 */
async function joinCutOff(t) {
  let port = redis.port;
  let connections = 0;
  const proxy = await startProxy(t, () => {
    connections += 1;
    return port;
  });
  const { hub, warnings } = await joinHub(t, { url: `redis://127.0.0.1:${proxy.port}` });
  port = 1;
  proxy.cut();
  await eventually('the loss is noticed', () => warnings.length > 0);
  assert.equal(hub.publish(change(1, 'a')), true);
  const letThrough = () => {
    port = redis.port;
  };
  return { hub, warnings, letThrough, connections: () => connections };
}

test('a hub that closes finds Redis again for what was published', async (t) => {
  const { client } = await (await joinHub(t)).subscribed(['a']);
  const { hub, letThrough, connections } = await joinCutOff(t);
  // Each attempt makes two. After the fourth it would wait for longer than a closing hub does.
  await eventually('four attempts failed', () => connections() >= 2 + 4 * 2);
  letThrough();
  await hub.close();
  assert.equal((await client.next()).data.id, '1');
});

test('a hub that closes says how many changes are lost with it', async (t) => {
  const { hub, warnings } = await joinCutOff(t);
  await hub.close();
  assert.match(warnings.at(-1) ?? '', /closed with changes that Redis had not confirmed: 1$/);
});

test('closing does not wait for a Redis that went silent', async (t) => {
  const proxy = await startProxy(t, () => redis.port);
  const { hub } = await joinHub(t, { url: `redis://127.0.0.1:${proxy.port}` });
  proxy.silence();
  await withDeadline('the close of the hub', hub.close());
});

for (const [name, count, data] of /** @type {[string, number, string]} */ ([
  ['many', 10_001, ''],
  ['large', 600, 'x'.repeat(60_000)],
])) {
  test(`too ${name} changes for a Redis out of reach become a new epoch when it is back`, async (t) => {
    const proxy = await startProxy(t, () => redis.port);
    const limits = { changesPerSecond: 1_000_000 };
    const { hub, warnings, subscribed } = await joinHub(t, {
      url: `redis://127.0.0.1:${proxy.port}`,
      limits,
    });
    const { client, answer } = await subscribed(['a']);
    proxy.cut();
    await eventually('the loss is noticed', () => warnings.length > 0);
    for (let id = 1; id <= count; id += 1) hub.publish({ ...change(id, 'a'), data });
    const reset = await client.next();
    assert.equal(reset.type, 'reset');
    assert.notEqual(reset.epoch, answer.epoch);
  });
}

for (const options of /** @type {any[]} */ ([
  {},
  { url: 7 },
  ...[99, 100.5, 2 ** 31, Number.POSITIVE_INFINITY].map((leaseMs) => ({
    url: 'redis://x',
    leaseMs,
  })),
])) {
  test(`a backplane with ${inspect(options)} is refused`, () => {
    assert.throws(() => redisBackplane(options), TypeError);
  });
}
