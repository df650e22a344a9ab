import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './client.js';
import { deferred } from './deferred.js';
import { change, startHub } from './start-hub.js';

/** @param {import('./client.js').Frame[]} frames */
const ids = (frames) => frames.map(({ data }) => data.id);

test('a first subscribe is not recovered: there is nothing to recover from', async (t) => {
  const { hub, subscribed } = await startHub(t);
  hub.publish(change(1, 'a'));
  const { answer } = await subscribed(['a']);
  assert.deepEqual(answer, {
    type: 'subscribed',
    ...hub.position(),
    recovered: false,
    messages: [],
  });
});

test('resuming inside the window tells what was missed of the scopes, as whole messages', async (t) => {
  const { hub, subscribed } = await startHub(t);
  hub.publish(change(1, 'a'));
  const last = hub.position();
  for (const [id, scope] of [
    [2, 'b'],
    [3, 'a'],
    [4, 'c'],
    [5, 'b'],
    [6, 'c'],
  ]) {
    hub.publish(change(Number(id), String(scope)));
  }
  const { answer } = await subscribed(['a', 'b'], last);
  const { epoch } = last;
  const message = (/** @type {number} */ seq, /** @type {number} */ prev) => ({
    type: 'cache_invalidate',
    epoch,
    seq,
    prev,
    data: { resource: 'task', id: String(seq), action: 'UPDATE' },
  });
  assert.deepEqual(answer, {
    type: 'subscribed',
    epoch,
    seq: 6,
    recovered: true,
    messages: [message(2, 1), message(3, 2), message(5, 3)],
  });
});

test('the first change after resuming follows on what subscribed said', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const last = hub.position();
  hub.publish(change(1, 'a'));
  hub.publish(change(2, 'b'));
  const { client } = await subscribed(['a'], last);
  hub.publish(change(3, 'a'));
  assert.equal((await client.next()).prev, 2);
});

test('resuming at the newest position is recovered with nothing to tell', async (t) => {
  const { hub, subscribed } = await startHub(t);
  hub.publish(change(1, 'a'));
  const { answer } = await subscribed(['a'], hub.position());
  assert.deepEqual([answer.recovered, answer.messages], [true, []]);
});

test('resuming from the last position before the window is recovered', async (t) => {
  const { hub, subscribed } = await startHub(t, { limits: { windowCount: 3 } });
  const { epoch } = hub.position();
  for (const id of [1, 2, 3, 4, 5]) hub.publish(change(id, 'a'));
  const { answer } = await subscribed(['a'], { epoch, seq: 2 });
  assert.deepEqual(ids(answer.messages), ['3', '4', '5']);
});

test('resuming from before the window is not recovered', async (t) => {
  const { hub, subscribed } = await startHub(t, { limits: { windowCount: 3 } });
  const { epoch } = hub.position();
  for (const id of [1, 2, 3, 4, 5]) hub.publish(change(id, 'a'));
  const { answer } = await subscribed(['a'], { epoch, seq: 1 });
  assert.deepEqual([answer.recovered, answer.messages, answer.seq], [false, [], 5]);
});

test('a quiet scope resumes from before the window if only others were forgotten', async (t) => {
  const { hub, subscribed } = await startHub(t, { limits: { windowCount: 3 } });
  hub.publish(change(1, 'quiet'));
  const last = hub.position();
  for (const id of [2, 3, 4, 5, 6, 7]) hub.publish(change(id, 'busy'));
  hub.publish(change(8, 'quiet'));
  const { answer } = await subscribed(['quiet'], last);
  assert.equal(answer.recovered, true);
  assert.deepEqual(ids(answer.messages), ['8']);
});

test('changes older than the window are forgotten by age', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const last = hub.position();
  hub.publish(change(1, 'a'));
  clock.advance(300_001);
  const { answer } = await subscribed(['a'], last);
  assert.equal(answer.recovered, false);
});

test('changes of the window’s age are still told', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const last = hub.position();
  hub.publish(change(1, 'a'));
  clock.advance(300_000);
  const { answer } = await subscribed(['a'], last);
  assert.deepEqual(ids(answer.messages), ['1']);
});

test('a position of another epoch is not recovered', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { answer } = await subscribed(['a'], { epoch: 'another', seq: 0 });
  assert.deepEqual([answer.recovered, answer.epoch], [false, hub.position().epoch]);
});

test('a position in the future is not recovered', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { epoch, seq } = hub.position();
  const { answer } = await subscribed(['a'], { epoch, seq: seq + 1 });
  assert.equal(answer.recovered, false);
});

for (const seq of [-1, 0.5, '0', null, 1e300, [0]]) {
  test(`a position with seq ${JSON.stringify(seq)} is not recovered, and the socket lives`, async (t) => {
    const { hub, subscribed } = await startHub(t);
    const { epoch } = hub.position();
    const { answer } = await subscribed(['a'], { epoch, seq: /** @type {any} */ (seq) });
    assert.equal(answer.recovered, false);
  });
}

test('what does not fit into the list follows as frames, none over the limit and without a gap', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const last = hub.position();
  for (let id = 1; id <= 40; id += 1) {
    hub.publish({ ...change(id, 'a'), row: 'x'.repeat(4_000) });
    hub.publish(change(-id, 'b'));
  }
  const { client, answer } = await subscribed(['a'], last);
  const listed = answer.messages.length;
  const rest = await client.take(40 - listed);
  const all = [...answer.messages, ...rest];
  assert.deepEqual(
    ids(all),
    Array.from({ length: 40 }, (_, index) => String(index + 1)),
  );
  assert.deepEqual(
    all.map(({ prev }) => prev),
    [last.seq, ...all.slice(0, -1).map(({ seq }) => seq)],
  );
  assert.equal(answer.seq, answer.messages.at(-1).seq);
  assert.equal(listed > 0 && listed < 40, true);
  assert.equal(Math.max(...client.sizes) <= 65_536, true);
});

test('a single message over the list’s budget follows an empty list', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const last = hub.position();
  hub.publish({ ...change(1, 'a'), row: 'x'.repeat(60_000) });
  const { client, answer } = await subscribed(['a'], last);
  assert.deepEqual([answer.recovered, answer.messages, answer.seq], [true, [], last.seq]);
  assert.equal((await client.next()).data.id, '1');
});

test('more than may wait for one client is not recovered', async (t) => {
  const { hub, subscribed } = await startHub(t, { limits: { bufferedBytes: 100_000 } });
  const last = hub.position();
  for (let id = 1; id <= 20; id += 1) hub.publish({ ...change(id, 'a'), row: 'x'.repeat(4_000) });
  const { answer } = await subscribed(['a'], last);
  assert.equal(answer.recovered, false);
});

test('a change that had to be a reset is not recovered', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const last = hub.position();
  hub.publish({ resource: 'doc', scope: 'a', text: 'x'.repeat(70_000) });
  const { answer } = await subscribed(['a'], last);
  assert.equal(answer.recovered, false);
});

test('subscribing again replaces the scopes and heals a gap', async (t) => {
  const { hub, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  const last = hub.position();
  hub.publish(change(1, 'b'));
  const answer = await client.subscribe(['b'], last);
  assert.deepEqual(ids(answer.messages), ['1']);
  hub.publish(change(2, 'a'));
  hub.publish(change(3, 'b'));
  const next = await client.next();
  assert.deepEqual([next.data.id, next.prev], ['3', 1]);
});

/** Rights to the scope `slow` are asked for, and known when the test says so; others at once. */
function slowRights() {
  const asked = deferred();
  const decided = /** @type {ReturnType<typeof deferred<boolean>>} */ (deferred());
  const authorize = (/** @type {unknown} */ _user, /** @type {string} */ scope) => {
    if (scope !== 'slow') return true;
    asked.resolve(undefined);
    return decided.promise;
  };
  return { authorize, asked: asked.promise, decide: decided.resolve };
}

test('subscribes are answered in the order in which they were asked, each once', async (t) => {
  const { authorize, asked, decide } = slowRights();
  const { signIn } = await startHub(t, { authorize });
  const { client } = await signIn();
  client.send({ type: 'subscribe', scopes: ['slow', 'x'], resume: null });
  client.send({ type: 'subscribe', scopes: ['fast'], resume: null });
  await asked;
  decide(false);
  const types = (await client.take(3)).map(({ type }) => type);
  assert.deepEqual(types, ['error', 'subscribed', 'subscribed']);
});

test('a change while a subscribe waits for its rights is in the answer and nowhere else', async (t) => {
  const { authorize, asked, decide } = slowRights();
  const { hub, subscribed } = await startHub(t, { authorize });
  const { client } = await subscribed(['a']);
  const last = hub.position();
  client.send({ type: 'subscribe', scopes: ['a', 'slow'], resume: last });
  await asked;
  hub.publish(change(1, 'slow'));
  hub.publish(change(2, 'a'));
  decide(true);
  const answer = await client.next();
  assert.deepEqual([answer.type, ids(answer.messages)], ['subscribed', ['1', '2']]);
  hub.publish(change(3, 'slow'));
  assert.equal((await client.next()).seq, 3);
});

test('a socket that closes while its rights are asked for is not subscribed afterwards', async (t) => {
  const { authorize, asked, decide } = slowRights();
  const { hub, signIn, subscribed } = await startHub(t, { authorize });
  const { client } = await signIn();
  client.send({ type: 'subscribe', scopes: ['slow'], resume: null });
  await asked;
  hub.disconnect();
  await client.whenClosed();
  await eventually('the socket is gone', () => hub.connections === 0);
  decide(true);
  // The answer comes after promises, and those are over when a new client has been served.
  await subscribed([]);
  assert.equal(hub.stats().scopes, 0);
});
