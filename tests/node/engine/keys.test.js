import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Engine } from '../../../js-glue/engine/engine.js';

const HOUR = 3_600_000;

/** Whether the core takes both for the same key. */
function isSameKey(a, b) {
  const engine = new Engine({ seed: 1n });
  const entry = engine.build(a, HOUR, 0);
  return engine.find(b) === entry;
}

/** JSON with the members of every object sorted: what semantics.md says identity is. */
function identity(key) {
  return JSON.stringify(key, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

describe('two keys are one', () => {
  const same = [
    ['whatever the order of members', [{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
    ['at every depth', [{ a: [{ c: 1, d: 2 }] }], [{ a: [{ d: 2, c: 1 }] }]],
    ['when a member is undefined', [{ a: 1, b: undefined }], [{ a: 1 }]],
    ['when a member is a function', [{ a: 1, b: () => 1 }], [{ a: 1 }]],
    ['when undefined in an array is null', ['a', undefined], ['a', null]],
    ['when NaN is null', ['a', Number.NaN], ['a', null]],
    ['when infinity is null', [Number.POSITIVE_INFINITY], [null]],
    ['when 0 is negative', [-0], [0]],
    ['when a Date is its ISO string', [new Date(0)], ['1970-01-01T00:00:00.000Z']],
    ['when toJSON says so', [{ toJSON: () => [1] }], [[1]]],
    ['when a number is boxed', [Object(1)], [1]],
  ];
  for (const [name, a, b] of same) {
    test(name, () => assert.ok(isSameKey(a, b)));
  }
});

describe('two keys are two', () => {
  const different = [
    ['a number and its text', [1], ['1']],
    ['an array and its item', [['a']], ['a']],
    ['a key and the same with one part more', ['a'], ['a', null]],
    ['an empty array and an empty object', [[]], [{}]],
    ['null and false', [null], [false]],
    ['two lone surrogates', ['\ud800'], ['\ud801']],
    ['a lone surrogate and the replacement character', ['\ud800'], ['\ufffd']],
    ['names that only JSON prototypes know', [{ __proto__: null }], [{ ['__proto__']: null }]],
  ];
  for (const [name, a, b] of different) {
    test(name, () => assert.ok(!isSameKey(a, b)));
  }
});

test('any two keys are one exactly if their sorted JSON is', () => {
  const leaf = fc.oneof(fc.constantFrom(0, 1, '', '1', 'a', null, true), fc.string());
  const key = fc.array(
    fc.letrec((tie) => ({
      part: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('part'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'é', '__proto__'), tie('part')),
      ),
    })).part,
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(key, key, (a, b) => isSameKey(a, b) === (identity(a) === identity(b))),
    { numRuns: 500 },
  );
});

test('every string survives, whatever its characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      return isSameKey([a], [b]) === (a === b);
    }),
  );
});

const texts = (count, length) => Array(count).fill('x'.repeat(length));

describe('keys as long as the ids of a batch are kept apart', () => {
  const uuid = (i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
  for (const count of [200, 2000, 3200]) {
    const ids = Array.from({ length: count }, (_, i) => uuid(i));
    for (const [name, key] of [
      ['in one part', ['users', ids]],
      ['in many', ['users', ...ids]],
      ['as members', ['users', Object.fromEntries(ids.map((id) => [id, null]))]],
    ]) {
      test(`${count} UUIDs ${name}`, () => {
        const engine = new Engine({ seed: 1n });
        const entry = engine.build(key, HOUR, 0);
        const other = engine.build([...key, 'more'], HOUR, 0);
        assert.equal(engine.find(key), entry);
        assert.notEqual(entry, other);
        assert.deepEqual(engine.match(key, 0, 0), [entry, other]);
        engine.remove([other, entry], 0);
        assert.equal(engine.find(key), 0);
      });
    }
  }

  test('and a limit of its own is told in the error', () => {
    const engine = new Engine({ seed: 1n, limits: { keyBytes: 16 } });
    assert.equal(engine.find(['exactly thirt']), 0);
    assert.throws(() => engine.find(['exactly thirt', null]), /at most 16 bytes .*; got 17/);
  });
});

describe('what is no key is refused', () => {
  const engine = new Engine({ seed: 1n });
  const circle = [];
  circle.push(circle);
  const bad = [
    ['text', 'tasks', /must be an array; got a string/],
    ['an object', { a: 1 }, /must be an array; got an object/],
    ['nothing', undefined, /must be an array; got undefined/],
    ['a BigInt inside', [1n], /BigInt/],
    ['a circle', [circle], /too deeply or contain itself/],
    ['33 levels', [JSON.parse('['.repeat(32) + ']'.repeat(32))], /nested too deeply/],
    [
      'a key over the limit',
      texts(20, 6553),
      /at most 131072 bytes .*limits\.keyBytes.*; got 131120/,
    ],
    ['one far over it', texts(40, 6553), /at most 131072 bytes .*; got more than 135168/],
    ['many numbers', [Array(20_000).fill(1)], /at most 131072 bytes/],
    ['a string over 64 KiB', ['x'.repeat(70_000)], /a text .* at most 65535 bytes long; got 70000/],
    ['one in UTF-8', ['é'.repeat(40_000)], /at most 65535 bytes long; got 80000/],
  ];
  for (const [name, key, message] of bad) {
    test(name, () => assert.throws(() => engine.find(key), message));
  }
});
