import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hashKey, partialMatchKey } from '../../../js-glue/index.js';
import { start } from './setup.js';

/** @param {import('node:test').TestContext} t @param {unknown[]} a @param {unknown[]} b */
function isOneQuery(t, a, b) {
  const { client } = start(t);
  client.setQueryData(a, 'data');
  return client.getQueryData(b) === 'data';
}

test('the order of members does not matter, at any depth', (t) => {
  assert.ok(isOneQuery(t, ['k', { a: 1, b: { c: 2, d: 3 } }], ['k', { b: { d: 3, c: 2 }, a: 1 }]));
});

test('the order of array items does', (t) => {
  assert.ok(!isOneQuery(t, ['k', [1, 2]], ['k', [2, 1]]));
});

test('members that are undefined vanish', (t) => {
  assert.ok(isOneQuery(t, ['k', { a: 1, b: undefined }], ['k', { a: 1 }]));
});

test('undefined and NaN in arrays count as null', (t) => {
  assert.ok(isOneQuery(t, ['k', [undefined, Number.NaN]], ['k', [null, null]]));
});

test('a Date equals its ISO string', (t) => {
  const date = new Date('2026-01-02T03:04:05.678Z');
  assert.ok(isOneQuery(t, ['k', date], ['k', '2026-01-02T03:04:05.678Z']));
});

test('1 is not "1", and true is not "true"', (t) => {
  assert.ok(!isOneQuery(t, ['k', 1], ['k', '1']));
  assert.ok(!isOneQuery(t, ['k', true], ['k', 'true']));
});

test('a BigInt in a key is a TypeError', (t) => {
  const { client } = start(t);
  assert.throws(() => client.setQueryData(['k', 1n], 'data'), TypeError);
});

test('a key that is no array is a TypeError that says so', (t) => {
  const { client } = start(t);
  const options = /** @type {any} */ ({ queryKey: 'todos', queryFn: () => 1 });
  assert.throws(
    () => client.defaultQueryOptions(options),
    /queryKey must be an array; got "todos"/,
  );
});

test('member names such as __proto__ are plain data', (t) => {
  const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
  assert.ok(isOneQuery(t, ['k', hostile], ['k', JSON.parse(JSON.stringify(hostile))]));
  assert.ok(!isOneQuery(t, ['k', hostile], ['k', { constructor: 1 }]));
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

/** @param {import('node:test').TestContext} t @param {any} filters @param {unknown[][]} keys */
function selected(t, filters, keys) {
  const { client } = start(t);
  for (const key of keys) client.setQueryData(key, true);
  return client.getQueriesData(filters).map(([key]) => key);
}

const TASKS = [
  ['tasks', 'list', { project: 9, page: 1 }],
  ['tasks', 'detail', 9],
  ['tasks', 'detail', '9'],
  ['projects'],
];

test('a filter key selects by prefix', (t) => {
  assert.deepEqual(selected(t, { queryKey: ['tasks', 'detail'] }, TASKS), [TASKS[1], TASKS[2]]);
});

test('a filter key selects objects by a subset of their members', (t) => {
  assert.deepEqual(selected(t, { queryKey: ['tasks', 'list', { page: 1 }] }, TASKS), [TASKS[0]]);
});

test('a filter key selects leaves by value and type', (t) => {
  assert.deepEqual(selected(t, { queryKey: ['tasks', 'detail', '9'] }, TASKS), [TASKS[2]]);
});

test('a member that is undefined in a filter key selects keys without it', (t) => {
  const [all, done] = [
    ['tasks', { page: 1 }],
    ['tasks', { page: 1, status: 'done' }],
  ];
  const queryKey = ['tasks', { page: 1, status: undefined }];
  assert.deepEqual(selected(t, { queryKey }, [all, done]), [all]);
  assert.deepEqual(selected(t, { queryKey, exact: true }, [all, done]), [all]);
});

test('invalidateQueries leaves keys alone that have a member which the filter says is undefined', (t) => {
  const { client } = start(t);
  const key = ['tasks', { status: 'done' }];
  client.setQueryData(key, 'data');
  client.invalidateQueries({ queryKey: ['tasks', { status: undefined }] });
  assert.equal(client.getQueryState(key)?.isInvalidated, false);
});

test('an empty filter key selects all', (t) => {
  assert.equal(selected(t, { queryKey: [] }, TASKS).length, TASKS.length);
});

test('exact selects by identity', (t) => {
  assert.deepEqual(selected(t, { queryKey: ['tasks'], exact: true }, TASKS), []);
  assert.deepEqual(selected(t, { queryKey: ['projects'], exact: true }, TASKS), [TASKS[3]]);
});

test('a predicate is asked last, of what the other filters left', (t) => {
  const asked = /** @type {unknown[]} */ ([]);
  const predicate = (/** @type {any} */ query) => {
    asked.push(query.queryKey);
    return query.queryKey[2] === 9;
  };
  const queryKey = ['tasks', 'detail'];
  assert.deepEqual(selected(t, { queryKey, predicate }, TASKS), [TASKS[1]]);
  assert.deepEqual(asked, [TASKS[1], TASKS[2]]);
});

test('an unknown value in a filter is a TypeError that lists the known ones', (t) => {
  const { client } = start(t);
  const filters = /** @type {any} */ ({ type: 'activ' });
  assert.throws(
    () => client.invalidateQueries(filters),
    /^TypeError: type must be one of 'active', 'inactive', 'all'.*; got "activ"/,
  );
});

const leaf = fc.oneof(
  fc.string({ maxLength: 2 }),
  fc.integer({ min: -2, max: 2 }),
  fc.constant(null),
);
const part = fc.letrec((tie) => ({
  part: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.array(tie('part'), { maxLength: 2 }),
    fc.dictionary(
      fc.constantFrom('a', 'b', '__proto__'),
      fc.oneof(tie('part'), fc.constant(undefined)),
      { maxKeys: 2 },
    ),
  ),
})).part;
const key = fc.array(part, { maxLength: 3 });

test('hashKey gives one text to exactly the keys that the cache holds as one', (t) => {
  const { client } = start(t);
  fc.assert(
    fc.property(key, key, (a, b) => {
      client.clear();
      client.setQueryData(a, 'data');
      assert.equal(client.getQueryData(b) === 'data', hashKey(a) === hashKey(b));
    }),
  );
});

test('partialMatchKey selects exactly the keys that the cache selects', (t) => {
  const { client } = start(t);
  fc.assert(
    fc.property(key, key, (a, filter) => {
      client.clear();
      client.setQueryData(a, 'data');
      const isSelected = client.getQueriesData({ queryKey: filter }).length === 1;
      assert.equal(isSelected, partialMatchKey(a, filter));
    }),
  );
});
