import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './client.js';
import { deferred } from './deferred.js';
import { change, startHub } from './start-hub.js';

// Shorter than a ping, so that a jump of the clock does not make the client look dead.
const limits = { recheckRightsMs: 10_000 };

test('a right that is lost while the socket lives ends that scope and no other', async (t) => {
  const rights = new Set(['a', 'b']);
  const authorize = async (/** @type {unknown} */ _user, /** @type {string} */ scope) =>
    rights.has(scope);
  const { hub, clock, subscribed } = await startHub(t, { authorize, limits });
  const { client } = await subscribed(['a', 'b']);
  rights.delete('b');
  clock.advance(10_000);
  const [error, reset] = await client.take(2);
  assert.deepEqual([error?.type, error?.code, error?.scopes], ['error', 'forbidden_scope', ['b']]);
  assert.deepEqual(reset, { type: 'reset', scopes: ['b'], reason: 'right_lost' });
  hub.publish(change(1, 'b'));
  hub.publish(change(2, 'a'));
  assert.equal((await client.next()).data.id, '2');
});

test('rights are checked again and again', async (t) => {
  const rights = new Set(['a']);
  let asked = 0;
  const authorize = (/** @type {unknown} */ _user, /** @type {string} */ scope) => {
    asked += 1;
    return rights.has(scope);
  };
  const { clock, subscribed } = await startHub(t, { authorize, limits });
  const { client } = await subscribed(['a']);
  clock.advance(10_000);
  await client.subscribe(['a']);
  rights.clear();
  clock.advance(10_000);
  assert.equal((await client.next()).code, 'forbidden_scope');
  assert.equal(asked, 4);
});

test('rights are those of the ticket’s user', async (t) => {
  /** @type {unknown[]} */
  const asked = [];
  const { signIn } = await startHub(t, {
    authorize: (user, scope) => asked.push([user, scope]) > 0,
  });
  const { client } = await signIn({ id: 7 });
  await client.subscribe(['a', 'b', 'a']);
  assert.deepEqual(asked, [
    [{ id: 7 }, 'a'],
    [{ id: 7 }, 'b'],
  ]);
});

for (const answer of /** @type {any[]} */ ([undefined, 1, 'yes', {}])) {
  test(`authorize answering ${JSON.stringify(answer)} is a no`, async (t) => {
    const { signIn } = await startHub(t, { authorize: () => answer });
    const { client } = await signIn();
    client.send({ type: 'subscribe', scopes: ['a'], resume: null });
    assert.equal((await client.next()).code, 'forbidden_scope');
  });
}

for (const [name, authorize] of /** @type {[string, () => Promise<boolean>][]} */ ([
  [
    'throws',
    () => {
      throw new Error('database away');
    },
  ],
  ['rejects', () => Promise.reject(new Error('database away'))],
])) {
  test(`authorize that ${name} closes with 1013, so that the client asks again later`, async (t) => {
    const { signIn } = await startHub(t, { authorize });
    const { client } = await signIn();
    client.send({ type: 'subscribe', scopes: ['a'], resume: null });
    assert.equal((await client.whenClosed()).code, 1013);
  });
}

test('authorize that does not answer in time closes with 1013', async (t) => {
  const asked = deferred();
  const authorize = () => {
    asked.resolve(undefined);
    return new Promise(() => {});
  };
  const { clock, signIn } = await startHub(t, { authorize: /** @type {any} */ (authorize) });
  const { client } = await signIn();
  client.send({ type: 'subscribe', scopes: ['a'], resume: null });
  await asked.promise;
  clock.advance(10_000);
  assert.equal((await client.whenClosed()).code, 1013);
});

test('rights that cannot be checked again close with 1013', async (t) => {
  let away = false;
  const { clock, subscribed } = await startHub(t, {
    limits,
    authorize: () => {
      if (away) throw new Error('database away');
      return true;
    },
  });
  const { client } = await subscribed(['a']);
  away = true;
  clock.advance(10_000);
  assert.equal((await client.whenClosed()).code, 1013);
});

test('a socket that never signed in is asked nothing about', async (t) => {
  let asked = 0;
  const { url, clock } = await startHub(t, { authorize: () => ++asked > 0, limits });
  const client = await connect(url);
  clock.advance(10_000);
  await client.whenClosed();
  assert.equal(asked, 0);
});
