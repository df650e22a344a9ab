import assert from 'node:assert/strict';
import test from 'node:test';
import { Engine } from '../../../js-glue/engine/engine.js';

const HOUR = 3_600_000;

/** An engine with an entry per name, each with its tags. */
function tagged(tags) {
  const engine = new Engine({ seed: 1n });
  const entries = {};
  for (const [name, list] of Object.entries(tags)) {
    entries[name] = engine.build([name], HOUR, 0);
    engine.setData(entries[name], {}, 0);
    engine.setTags(entries[name], list, 0);
  }
  /** The names that a change of these tags marks. */
  const marked = (...changed) => {
    for (const entry of Object.values(entries)) engine.setData(entry, {}, 1);
    engine.change(JSON.stringify({ tags: changed }), 2);
    return Object.keys(entries).filter((name) => engine.isStale(entries[name], HOUR, 2));
  };
  return { engine, entries, marked };
}

const posts = {
  one: [['Post', 1]],
  list: [
    ['Post', 'LIST'],
    ['Post', 1],
  ],
  user: [['User', 1]],
};

test('a change of a tag marks the entries that carry it', () => {
  assert.deepEqual(tagged(posts).marked(['Post', 'LIST']), ['list']);
});

test('a change of a type marks the entries that carry any tag of it', () => {
  assert.deepEqual(tagged(posts).marked('Post'), ['one', 'list']);
});

test('a change may name several tags', () => {
  assert.deepEqual(tagged(posts).marked(['Post', 'LIST'], ['User', 1]), ['list', 'user']);
});

test('a tag is identified like a key: a number is not its text', () => {
  assert.deepEqual(tagged(posts).marked(['Post', '1']), []);
});

test('new tags take the place of those before', () => {
  const { engine, entries, marked } = tagged(posts);
  engine.setTags(entries.one, [['User', 1]], 1);
  assert.deepEqual(marked('User'), ['one', 'user']);
});

test('an entry that is gone is in the way of nothing, and its tags cost nothing', () => {
  const { engine, entries } = tagged(posts);
  engine.remove(Object.values(entries), 1);
  engine.drain(() => {});
  assert.equal(engine.change(JSON.stringify({ tags: ['Post', 'User'] }), 2), 0);
});

test('a change may have a resource, for the rules, and tags', () => {
  const { engine } = tagged(posts);
  engine.rules(JSON.stringify([{ on: 'user', invalidate: [['user']] }]), 0);
  assert.equal(engine.change(JSON.stringify({ resource: 'user', tags: ['Post'] }), 1), 4);
});

test('a change that names neither is refused, and nothing is marked', () => {
  const { engine, entries } = tagged(posts);
  assert.throws(
    () => engine.change(JSON.stringify([{ tags: ['Post'] }, { id: 1 }]), 1),
    /change 2 must be \{ "resource"/,
  );
  assert.equal(engine.isStale(entries.one, HOUR, 1), false);
});

test('a tag that is no array is refused, and the tags stay as they were', () => {
  const { engine, entries, marked } = tagged(posts);
  assert.throws(
    () => engine.setTags(entries.one, [['User', 1], 'Post'], 1),
    /query key or tag must be an array/,
  );
  assert.deepEqual(marked('User'), ['user']);
});
