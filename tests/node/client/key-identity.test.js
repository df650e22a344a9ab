/** Every place that compares keys has one idea of which are one: that of JSON, members in any order. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  defineRules,
  hashKey,
  matchMutation,
  matchQuery,
  partialMatchKey,
} from '../../../js-glue/index.js';
import { start } from './setup.js';

class Range {
  constructor(/** @type {object} */ members) {
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(members));
  }
}

const EPOCH = '1970-01-01T00:00:00.000Z';
const toJSON = (/** @type {unknown} */ value) => ({ toJSON: () => value });
const leaf = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, Infinity, -Infinity, () => 1, Symbol('s')),
  fc.constantFrom(new Date(Number.NaN), toJSON(undefined), toJSON(null)),
  fc.constantFrom(0, -0, Object(0), toJSON(-0), '0', Object('0'), false, Object(false)),
  fc.constantFrom(new Date(0), EPOCH, toJSON(EPOCH), toJSON(new Date(0)), {}, /x/),
);
const { part } = fc.letrec((tie) => {
  const members = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', '1'), tie('part'), {
    maxKeys: 3,
  });
  const items = fc.array(tie('part'), { maxLength: 2 });
  return {
    part: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: items },
      // biome-ignore lint/suspicious/noSparseArray: a hole counts as null, too
      { weight: 1, arbitrary: tie('part').map((item) => [, item]) },
      { weight: 1, arbitrary: members },
      { weight: 1, arbitrary: members.map((of) => new Range(of)) },
      { weight: 1, arbitrary: members.map((of) => toJSON(of)) },
    ),
  };
});
/** A key, and another that often is the same in other words. */
const key = fc.array(part, { maxLength: 3 });
const asJson = (/** @type {unknown} */ value) => JSON.parse(JSON.stringify(value));
const pair = fc.oneof(
  fc.tuple(key, key),
  key.map((a) => [a, asJson(a)]),
  key.map((a) => [asJson(a), a]),
  key.map((a) => [a, a.slice(0, 1)]),
);

/** What each place says of `filter` and the key `a`; of a mutation too, which no core has seen. */
function opinions(/** @type {any} */ client, /** @type {any} */ a, /** @type {any} */ filter) {
  const exactly = { queryKey: filter, exact: true };
  const query = client.getQueryCache().find({ queryKey: a });
  const mutation = /** @type {any} */ ({ options: { mutationKey: a } });
  const selects = (/** @type {any} */ filters) =>
    client.getQueriesData(filters).some(([, data]) => data !== undefined);
  return {
    exact: [
      hashKey(a) === hashKey(filter),
      client.getQueryData(filter) !== undefined,
      selects(exactly),
      matchQuery(exactly, query),
      matchMutation({ mutationKey: filter, exact: true }, mutation),
      isChanged(client, a, { queryKey: filter }),
    ],
    partial: [
      partialMatchKey(a, filter),
      selects({ queryKey: filter }),
      matchQuery({ queryKey: filter }, query),
      matchMutation({ mutationKey: filter }, mutation),
      isChanged(client, a, { queryKey: filter, exact: false }),
      hasDefaults(client, a, filter),
    ],
  };
}

/** Whether a pending change of that target shows under a key. */
function isChanged(/** @type {any} */ client, /** @type {any} */ a, /** @type {any} */ target) {
  const optimistic = [{ ...target, update: () => 'changed' }];
  client.mutate({ mutationFn: () => Promise.reject(), optimistic }).catch(() => {});
  const changed = client.getQueryData(a) === 'changed';
  for (const mutation of client.getMutationCache().getAll()) mutation.layers.fail();
  return changed;
}

let asked = 0;
function hasDefaults(/** @type {any} */ client, /** @type {any} */ a, /** @type {any} */ filter) {
  asked += 1;
  client.setQueryDefaults(filter, { [`of ${asked}`]: true });
  return `of ${asked}` in client.getQueryDefaults(a);
}

test('all places agree on which keys are one, and which a filter selects', (t) => {
  const { client } = start(t);
  fc.assert(
    fc.property(pair, ([a, b]) => {
      client.clear();
      client.setQueryData(a, 'data');
      const { exact, partial } = opinions(client, a, b);
      const isOne = isDeepStrictEqual(asJson(a), asJson(b));
      assert.deepEqual(exact, Array(exact.length).fill(isOne));
      assert.deepEqual(partial, Array(partial.length).fill(partial[0]));
    }),
    { numRuns: 400 },
  );
});

test('a rule and a tag select what a filter of the same JSON selects', (t) => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const template = asJson(b);
      const rules = defineRules([{ on: 'row', invalidate: [template] }]);
      const { client } = start(t, { rules });
      client.setQueryData(a, 'data');
      const isSelected = partialMatchKey(a, template);
      assert.equal(client.applyChange({ resource: 'row' }), isSelected ? 1 : 0);
      client.setQueryDefaults(['tagged'], { tags: [['row', ...a]] });
      client.setQueryData(['tagged'], 'data');
      assert.equal(client.applyChange({ tags: [['row', ...b]] }), isSelected ? 1 : 0);
    }),
    { numRuns: 60 },
  );
});

test('defaults of an equal key take the place of the former', (t) => {
  const { client } = start(t);
  client.setQueryDefaults(['k', undefined], { staleTime: 1, meta: {} });
  client.setQueryDefaults(['k', null], { staleTime: 2 });
  assert.deepEqual(client.getQueryDefaults(['k', Number.NaN]), { staleTime: 2 });
});

test('a BigInt is what its toJSON says, and refused without one', (t) => {
  const { client } = start(t);
  assert.throws(() => client.getQueryData([1n]), /BigInt/);
  assert.throws(() => hashKey([{ id: Object(1n) }]), /BigInt/);
  /** @type {any} */ (BigInt.prototype).toJSON = function text() {
    return String(this);
  };
  t.after(() => delete (/** @type {any} */ (BigInt.prototype).toJSON));
  client.setQueryData(['k', 1n], 'data');
  assert.equal(client.getQueryData(['k', '1']), 'data');
  assert.equal(hashKey(['k', 1n]), hashKey(['k', '1']));
});

test('a circle is refused with a sentence by whoever hashes it, and matches nothing', () => {
  /** @type {unknown[]} */
  const circle = ['k'];
  circle.push(circle, circle);
  assert.throws(() => hashKey(circle), /^TypeError: .* contain itself/);
  assert.equal(partialMatchKey(circle, ['k', ['other']]), false);
});

/** A key of n levels, each of which holds the next one twice. */
function doubled(/** @type {number} */ n) {
  let levels = /** @type {unknown[]} */ (['leaf']);
  for (let i = 0; i < n; i++) levels = [levels, levels];
  return levels;
}

test('keys that share parts are compared pair by pair, not path by path', () => {
  let reads = 0;
  const counting = new Proxy(['leaf'], {
    get: (of, name, self) => {
      if (name === 'length') reads += 1;
      return Reflect.get(of, name, self);
    },
  });
  let levels = /** @type {unknown[]} */ (counting);
  for (let i = 0; i < 20; i++) levels = [levels, { of: levels }];
  let other = /** @type {unknown[]} */ (['leaf']);
  for (let i = 0; i < 20; i++) other = [other, { of: other }];
  assert.ok(partialMatchKey(levels, other));
  assert.ok(reads < 20_000);
});

test('a filter of shared parts that is too long is refused at once', (t) => {
  const { client } = start(t);
  assert.throws(
    () => client.getQueriesData({ queryKey: doubled(60) }),
    /must be at most \d+ bytes/,
  );
});
