/** Several hubs over Redis: whether what the sources say reaches a hub, as its clients are told. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { redisBackplane } from '../../../js-glue/hub/redis/index.js';
import { startProxy } from '../../servers/proxy.js';
import { startRedis } from '../../servers/redis.js';
import { ManualSource } from './manual-source.js';
import { change, startHub } from './start-hub.js';

const redis = await startRedis();
after(() => redis.stop());

/** Each test has a log of its own. @param {import('node:test').TestContext} t @param {Parameters<typeof startHub>[1]} [options] */
const join = (t, options, url = redis.url) =>
  startHub(t, { backplane: redisBackplane({ url, prefix: t.name, leaseMs: 200 }), ...options });

/** @param {import('node:test').TestContext} t @param {string} [url] */
async function joinWithSource(t, url) {
  const source = new ManualSource();
  source.listen();
  return { ...(await join(t, { source }, url)), source };
}

/** The next ping that says so. @param {import('./client.js').Client} client @param {boolean} hears */
async function told(client, hears) {
  let ping = await client.nextOf('ping');
  while (('source' in ping ? ping.source : true) !== hears) ping = await client.nextOf('ping');
}

test('hubs of which one has a source are heard from the start', async (t) => {
  const hubs = [await joinWithSource(t), await join(t), await joinWithSource(t)];
  for (const { signIn } of hubs) assert.equal('source' in (await signIn()).hello, false);
});

test('hubs of which none has a source hear all there is', async (t) => {
  const [one, two] = [await join(t), await join(t)];
  const { client } = await two.subscribed(['a']);
  one.hub.publish(change(1, 'a'));
  assert.equal((await client.next()).data.id, '1');
  assert.equal('source' in (await two.signIn()).hello, false);
});

test('when all sources are lost the clients of every hub are told, and when one is back', async (t) => {
  const [one, two, three] = [await joinWithSource(t), await joinWithSource(t), await join(t)];
  const clients = [];
  for (const { subscribed } of [one, two, three]) clients.push((await subscribed(['a'])).client);
  for (const { source } of [one, two]) source.sink.lost('backend terminated');
  for (const client of clients) await told(client, false);
  assert.equal((await three.signIn()).hello.source, false);
  two.source.sink.restored();
  for (const client of clients) await told(client, true);
});

test('what was missed is told before the hub is said to hear', async (t) => {
  const [one, two] = [await joinWithSource(t), await join(t)];
  const { client } = await two.subscribed(['a']);
  one.source.sink.lost('backend terminated');
  await told(client, false);
  one.source.sink.restored();
  const types = [];
  for (let frame = await client.next(); frame.type !== 'ping' || 'source' in frame; ) {
    types.push(frame.type);
    frame = await client.next();
  }
  assert.ok(types.includes('reset'), `before it: ${types.join()}`);
});

test('a hub whose own source is lost hears what the leader tells', async (t) => {
  const [one, two] = [await joinWithSource(t), await joinWithSource(t)];
  const { client } = await two.subscribed(['a']);
  two.source.sink.lost('backend terminated');
  one.source.sink.change(JSON.stringify(change(1, 'a')));
  assert.equal((await client.next()).data.id, '1');
  assert.equal('source' in (await two.signIn()).hello, false);
});

test('a leader that loses its source hears again when another leads', async (t) => {
  const [one] = [await joinWithSource(t), await joinWithSource(t)];
  const { client } = await one.subscribed(['a']);
  one.source.sink.lost('backend terminated');
  await told(client, false);
  await told(client, true);
});

test('when the hubs with a source are gone those without one do not hear', async (t) => {
  const [one, two] = [await joinWithSource(t), await join(t)];
  const { client } = await two.subscribed(['a']);
  await one.hub.close();
  await told(client, false);
});

test('a source that no hub has had for a day is not waited for', async (t) => {
  const one = await joinWithSource(t);
  await one.hub.close();
  const longAgo = Date.now() - 25 * 60 * 60 * 1000;
  await redis.ask((commands) => commands.hset(`{${t.name}}:head`, 'sourced', longAgo));
  assert.equal('source' in (await (await join(t)).signIn()).hello, false);
});

for (const [name, start] of /** @type {const} */ ([
  ['with a source', joinWithSource],
  [
    'without one',
    (/** @type {import('node:test').TestContext} */ t, /** @type {string} */ url) =>
      join(t, {}, url),
  ],
])) {
  test(`a hub ${name} that cannot reach Redis does not hear until it has read what it missed`, async (t) => {
    let port = redis.port;
    const proxy = await startProxy(t, () => port);
    const one = await start(t, `redis://127.0.0.1:${proxy.port}`);
    const two = await join(t);
    const { client } = await one.subscribed(['a']);
    port = 1;
    proxy.cut();
    await told(client, false);
    two.hub.publish(change(1, 'a'));
    port = redis.port;
    assert.equal((await client.nextOf('cache_invalidate')).data.id, '1');
    await told(client, true);
  });
}
