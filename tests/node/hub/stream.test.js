import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, startHub } from './start-hub.js';

test('a change reaches a subscriber of its scope with position and data', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['project:9']);
  hub.publish({
    resource: 'task',
    id: '42',
    action: 'UPDATE',
    scope: 'project:9',
    project_id: 9,
    row: { id: 42, title: 'Grüße 🌊' },
    mutation: 'm1',
  });
  assert.deepEqual(await client.next(), {
    type: 'cache_invalidate',
    epoch: hub.position().epoch,
    seq: 1,
    prev: 0,
    data: {
      resource: 'task',
      id: '42',
      action: 'UPDATE',
      project_id: 9,
      row: { id: 42, title: 'Grüße 🌊' },
      mutation: 'm1',
    },
  });
});

test('a change of another scope is not delivered', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  hub.publish(change(1, 'b'));
  hub.publish(change(2, 'a'));
  assert.equal((await client.next()).data.id, '2');
});

test('prev is the last seq this subscriber was told, so that filtering makes no gap', async (t) => {
  const { hub, subscribed } = await startHub(t);
  hub.publish(change(1, 'a'));
  const { client, answer } = await subscribed(['a']);
  for (const [id, scope] of ['b', 'a', 'b', 'b', 'a', 'a'].entries())
    hub.publish(change(id, scope));
  const frames = await client.take(3);
  assert.equal(answer.seq, 1);
  assert.deepEqual(
    frames.map(({ seq, prev }) => [seq, prev]),
    [
      [3, 1],
      [6, 3],
      [7, 6],
    ],
  );
});

test('subscribers told differently far each get their own prev', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client: one } = await subscribed(['a', 'b']);
  const { client: two } = await subscribed(['a']);
  const { client: three } = await subscribed(['a', 'b']);
  hub.publish(change(1, 'b'));
  hub.publish(change(2, 'a'));
  await one.next();
  await three.next();
  const prevs = await Promise.all(
    [one, two, three].map(async (client) => (await client.next()).prev),
  );
  assert.deepEqual(prevs, [1, 0, 1]);
});

test('a change of several scopes reaches each subscriber once', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client: both } = await subscribed(['a', 'b']);
  const { client: one } = await subscribed(['b']);
  hub.publish({ resource: 'task', scope: 'a', scopes: ['b', 'a'] });
  hub.publish({ resource: 'task', scopes: ['a', 'b'] });
  assert.deepEqual(
    (await both.take(2)).map(({ seq }) => seq),
    [1, 2],
  );
  assert.deepEqual(
    (await one.take(2)).map(({ seq }) => seq),
    [1, 2],
  );
});

test('the scopes of a change are not told to those who hear of it', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['user:1']);
  hub.publish({ resource: 'car', scope: 'user:1', scopes: ['user:2'] });
  assert.deepEqual((await client.next()).data, { resource: 'car' });
});

test('a client that has not subscribed hears of nothing', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client } = await signIn();
  hub.publish(change(1, 'a'));
  const answer = await client.subscribe(['a']);
  assert.equal(answer.seq, 1);
});

test('a foreign scope is answered with an error, and the other scopes are honoured', async (t) => {
  const { hub, signIn } = await startHub(t, { authorize: (user, scope) => scope === `of:${user}` });
  const { client } = await signIn('ann');
  client.send({ type: 'subscribe', scopes: ['of:bob', 'of:ann'], resume: null });
  const error = await client.next();
  assert.deepEqual(
    [error.type, error.code, error.scopes],
    ['error', 'forbidden_scope', ['of:bob']],
  );
  assert.equal((await client.next()).type, 'subscribed');
  hub.publish(change(1, 'of:bob'));
  hub.publish(change(2, 'of:ann'));
  assert.equal((await client.next()).data.id, '2');
});

test('nothing of a foreign scope is delivered by resuming', async (t) => {
  const { hub, signIn } = await startHub(t, { authorize: (_user, scope) => scope === 'a' });
  const start = hub.position();
  hub.publish(change(1, 'foreign'));
  hub.publish(change(2, 'a'));
  const { client } = await signIn();
  client.send({ type: 'subscribe', scopes: ['a', 'foreign'], resume: start });
  assert.equal((await client.next()).type, 'error');
  const { messages } = await client.next();
  assert.deepEqual(
    messages.map((/** @type {any} */ { data }) => data.id),
    ['2'],
  );
});

test('a change without a scope is dropped, and the reason is told once', async (t) => {
  const { hub, warnings } = await startHub(t);
  assert.equal(hub.publish({ resource: 'task' }), false);
  assert.equal(hub.publish({ resource: 'task', scopes: [] }), false);
  assert.equal(hub.stats().changesDropped, 2);
  assert.equal(hub.position().seq, 0);
  assert.deepEqual(warnings, [
    'tidemark hub: dropped a change: it must have a scope, since createHub got no defaultScope',
  ]);
});

test('with a defaultScope a change without a scope reaches its subscribers only', async (t) => {
  const { hub, subscribed } = await startHub(t, { defaultScope: 'public' });
  const { client: in_ } = await subscribed(['public']);
  const { client: out } = await subscribed(['a']);
  hub.publish({ resource: 'task', id: '1' });
  hub.publish(change(2, 'a'));
  assert.equal((await in_.next()).data.id, '1');
  assert.equal((await out.next()).data.id, '2');
});

test('__proto__ in a change is plain data all the way', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  hub.publish(JSON.parse('{"resource":"__proto__","scope":"a","__proto__":{"polluted":1}}'));
  const { data } = await client.next();
  assert.deepEqual(Object.keys(data).sort(), ['__proto__', 'resource']);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test('publish refuses what is no change, and never throws', async (t) => {
  const { hub } = await startHub(t);
  /** @type {any} */
  const circular = { resource: 'task', scope: 'a' };
  circular.self = circular;
  const wrong = [undefined, null, 7, 'task', [], {}, { resource: 7, scope: 'a' }, circular];
  const scopes = [{ scope: 9 }, { scopes: 'a' }, { scopes: [''] }, { scope: null }];
  const all = [...wrong, ...scopes.map((bad) => ({ resource: 'task', ...bad }))];
  const taken = all.filter((value) => hub.publish(/** @type {any} */ (value)));
  assert.deepEqual(taken, []);
  assert.equal(hub.stats().changesDropped, all.length);
});

test('a change with a row too large for a frame is delivered without the row', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  hub.publish({ resource: 'doc', id: '1', scope: 'a', row: { text: 'é'.repeat(33_000) } });
  const { data } = await client.next();
  assert.deepEqual(data, { resource: 'doc', id: '1' });
});

test('a change too large without its row resets its scopes and leaves the stream without a gap', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a', 'b']);
  hub.publish({ resource: 'doc', scopes: ['a', 'c'], text: 'x'.repeat(65_536) });
  hub.publish(change(2, 'b'));
  const [reset, next] = await client.take(2);
  const { epoch } = hub.position();
  assert.deepEqual(reset, {
    type: 'reset',
    epoch,
    seq: 1,
    prev: 0,
    scopes: ['a'],
    reason: 'scope_changed',
  });
  assert.deepEqual([next?.seq, next?.prev], [2, 1]);
});

test('no frame with a change is over the limit', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  for (const size of [65_000, 65_200, 65_250, 65_300, 65_500]) {
    hub.publish({ resource: 'doc', scope: 'a', row: 'x'.repeat(size) });
  }
  await client.take(5);
  assert.equal(Math.max(...client.sizes) <= 65_536, true);
});

test('Tidemark-As-Of is the position as text', async (t) => {
  const { hub } = await startHub(t);
  hub.publish(change(1, 'a'));
  const { epoch, seq } = hub.position();
  assert.equal(hub.asOf(), `${epoch}:${seq}`);
  assert.match(hub.asOf(), /^[A-Za-z0-9_-]+:1$/);
});

test('disconnect cuts the sockets that are asked for, without a close frame', async (t) => {
  const { hub, signIn } = await startHub(t);
  const { client: ann } = await signIn('ann');
  const { client: bob } = await signIn('bob');
  assert.equal(
    hub.disconnect(({ user }) => user === 'ann'),
    1,
  );
  assert.equal((await ann.whenClosed()).code, 1006);
  await bob.subscribe(['a']);
});

test('a socket that was cut leaves no subscriber behind', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  hub.disconnect();
  await client.whenClosed();
  assert.equal(hub.stats().scopes, 0);
});

for (const [name, mutation] of /** @type {[string, any][]} */ ([
  ['longer than 128', 'x'.repeat(129)],
  ['no text', { x: 1 }],
])) {
  test(`a mutation id that is ${name} is left out, and the change is told`, async (t) => {
    const { hub, subscribed } = await startHub(t);
    const { client } = await subscribed(['a']);
    hub.publish({ resource: 'task', id: '1', scope: 'a', mutation });
    hub.publish({ resource: 'task', scope: 'a', changes: [{ id: '2', mutation }] });
    const told = (await client.take(2)).map(({ data }) => data);
    assert.deepEqual(told, [
      { resource: 'task', id: '1' },
      { resource: 'task', id: '2' },
    ]);
  });
}

test('a mutation id of 128 characters is told', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  const mutation = 'x'.repeat(128);
  hub.publish({ resource: 'task', scope: 'a', mutation });
  assert.equal((await client.next()).data.mutation, mutation);
});

test('a BigInt is told as text, each time and wherever it is', async (t) => {
  const { hub, warnings, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  const published = { resource: 'task', id: 2n ** 53n + 1n, row: { of: [1n] }, scope: 'a' };
  assert.deepEqual([hub.publish(published), hub.publish(published)], [true, true]);
  await client.next();
  const { data } = await client.next();
  assert.deepEqual(data, { resource: 'task', id: '9007199254740993', row: { of: ['1'] } });
  assert.deepEqual(warnings, []);
});
