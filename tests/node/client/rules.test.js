import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { defineRules, TidemarkError } from '../../../js-glue/index.js';
import { catchReports, counter, observe, server, start } from './setup.js';

const RULES = [
  {
    on: 'task',
    invalidate: [
      ['tasks', 'detail', '$id'],
      ['tasks', 'list', '$project_id'],
    ],
  },
];

/**
 * What is marked after the changes, of these keys.
 *
 * @param {import('node:test').TestContext} t
 * @param {any} rules
 * @param {any[]} changes
 * @param {unknown[][]} keys
 */
function marked(t, rules, changes, keys) {
  const { client } = start(t, { rules: defineRules(rules) });
  for (const key of keys) client.setQueryData(key, 'data');
  client.applyChanges(changes);
  return keys.filter((key) => client.getQueryState(key)?.isInvalidated);
}

test('a rule that lacks a cast is warned of once', (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const rules = [{ on: 'task', invalidate: [['tasks', '$id']] }];
  const change = { resource: 'task', id: '42' };
  assert.deepEqual(marked(t, rules, [change, change], [['tasks', 42]]), []);
  const said = warn.mock.calls.map(({ arguments: [text] }) => text);
  assert.deepEqual(said, [
    "tidemark: a rule about \"task\" matched no query, but would if 42 were '42' or '42' were 42: " +
      'write $field:number or $field:string in its key',
  ]);
});

test('a change marks what the rules of its resource name', (t) => {
  const keys = [
    ['tasks', 'detail', 42],
    ['tasks', 'detail', 43],
    ['tasks', 'list', 9, { page: 1 }],
    ['tasks', 'list', 8],
    ['projects'],
  ];
  const change = { resource: 'task', id: 42, project_id: 9, action: 'UPDATE' };
  assert.deepEqual(marked(t, RULES, [change], keys), [keys[0], keys[2]]);
});

test('applyChange says how many entries it touched', (t) => {
  const { client } = start(t, { rules: RULES });
  client.setQueryData(['tasks', 'list', 9, 'a'], 1);
  client.setQueryData(['tasks', 'list', 9, 'b'], 1);
  client.setQueryData(['tasks', 'list', 8], 1);
  assert.equal(client.applyChange({ resource: 'task', project_id: 9 }), 2);
  assert.equal(client.applyChanges([]), 0);
});

test('a change fetches active queries once, and inactive ones not', async (t) => {
  const { client, advance } = start(t, { rules: RULES });
  const active = counter();
  const inactive = counter();
  observe(t, client, { queryKey: ['tasks', 'detail', 1], queryFn: active, staleTime: Infinity });
  await client.fetchQuery({ queryKey: ['tasks', 'detail', 2], queryFn: inactive });
  await advance(0);
  for (let i = 0; i < 10; i += 1) {
    client.applyChanges([
      { resource: 'task', id: 1 },
      { resource: 'task', id: 2 },
    ]);
  }
  await advance(0);
  assert.deepEqual([active.calls, inactive.calls], [2, 1]);
});

test('a bulk of changes is one call, however long', (t) => {
  const { client } = start(t, { rules: RULES });
  const changes = Array.from({ length: 5000 }, (_, id) => ({
    resource: 'task',
    id,
    é: 'é'.repeat(50),
  }));
  for (const id of [0, 2500, 4999]) client.setQueryData(['tasks', 'detail', id], 'data');
  assert.equal(client.applyChanges(changes), 3);
  assert.equal(client.getStats().changes, 5000);
});

test('a change that is too long by itself is refused with its length', (t) => {
  const { client } = start(t, { rules: RULES, limits: { messageBytes: 100 } });
  const change = { resource: 'task', note: 'x'.repeat(100) };
  assert.throws(() => client.applyChange(change), /the change has 1\d\d bytes; allowed: 97/);
});

test('text that is half a character takes no change along with it', (t) => {
  const keys = [['tasks', 'detail', 1]];
  const change = { resource: 'task', id: 1, title: 'a\ud83d', row: { note: 'b\0' } };
  assert.deepEqual(marked(t, RULES, [change], keys), keys);
});

test('a BigInt in a change counts as its digits, however large, wherever it is', (t) => {
  const rules = [{ on: 'a', invalidate: [['as', '$id', '$more']] }];
  const key = ['as', '9007199254740993', { of: ['1'] }];
  const change = { resource: 'a', id: 2n ** 53n + 1n, more: { of: [1n] } };
  assert.deepEqual(marked(t, rules, [change], [key]), [key]);
});

test('a template whose field is absent is skipped', (t) => {
  const keys = [
    ['tasks', 'detail', 1],
    ['tasks', 'list', 9],
  ];
  assert.deepEqual(marked(t, RULES, [{ resource: 'task', id: 1 }], keys), [keys[0]]);
});

test('a field keeps its type unless the template casts it', (t) => {
  const rules = [
    {
      on: 'a',
      invalidate: [
        ['as', '$id'],
        ['numbers', '$id:number'],
        ['texts', '$id:string'],
      ],
    },
  ];
  const keys = [
    ['as', '7'],
    ['as', 7],
    ['numbers', 7],
    ['numbers', '7'],
    ['texts', '7'],
  ];
  assert.deepEqual(marked(t, rules, [{ resource: 'a', id: '7' }], keys), [
    keys[0],
    keys[2],
    keys[4],
  ]);
  assert.deepEqual(marked(t, rules, [{ resource: 'a', id: 7 }], keys), [keys[1], keys[2], keys[4]]);
});

test('a rule may be about certain actions', (t) => {
  const rules = [{ on: { resource: 'a', action: ['INSERT', 'DELETE'] }, invalidate: [['as']] }];
  assert.equal(marked(t, rules, [{ resource: 'a', action: 'UPDATE' }], [['as']]).length, 0);
  assert.equal(marked(t, rules, [{ resource: 'a', action: 'DELETE' }], [['as']]).length, 1);
});

test('exact marks the very key', (t) => {
  const rules = [{ on: 'a', invalidate: [{ key: ['as'], exact: true }] }];
  assert.deepEqual(marked(t, rules, [{ resource: 'a' }], [['as'], ['as', 1]]), [['as']]);
});

test('remove forgets and reset empties', (t) => {
  const rules = [{ on: 'a', remove: [['removed']], reset: [['reset']] }];
  const { client } = start(t, { rules });
  client.setQueryData(['removed'], 1);
  client.setQueryData(['reset'], 1);
  client.applyChange({ resource: 'a' });
  assert.equal(client.getQueryState(['removed']), undefined);
  assert.equal(client.getQueryState(['reset'])?.status, 'pending');
});

test('a resource without a rule is warned of once', (t) => {
  const { client } = start(t, { rules: RULES });
  const warn = t.mock.method(console, 'warn', () => {});
  client.applyChange({ resource: 'unheard' });
  client.applyChange({ resource: 'unheard' });
  assert.equal(warn.mock.callCount(), 1);
  assert.match(String(warn.mock.calls[0].arguments[0]), /unheard/);
});

test('a change without a resource is refused whole, and the error names it', (t) => {
  const { client } = start(t, { rules: RULES });
  client.setQueryData(['tasks', 'detail', 1], 1);
  const changes = /** @type {any} */ ([{ resource: 'task', id: 1 }, { id: 2 }]);
  assert.throws(() => client.applyChanges(changes), /change 2 names no resource/);
  assert.equal(client.getQueryState(['tasks', 'detail', 1])?.isInvalidated, false);
});

for (const [wrong, message] of /** @type {[any, RegExp][]} */ ([
  ['task', /rules are not an array; allowed: /],
  [[[]], /rule 1: not an object; allowed: /],
  [[{ invalidate: [['a']] }], /rule 1: "on" names no resource; allowed: /],
  [[{ on: { resource: 'a', actoin: 'X' }, invalidate: [] }], /unknown member "actoin"; allowed: /],
  [[{ on: { resource: 'a', action: 1 }, invalidate: [] }], /an action in "on" is not a name/],
  [[{ on: 'a' }], /rule 1: it touches nothing; allowed: invalidate, refetch, remove, reset/],
  [
    [
      { on: 'a', invalidate: [] },
      { on: 'b', invalidte: [] },
    ],
    /rule 2: unknown member "invalidte"/,
  ],
  [[{ on: 'a', patch: [['a']] }], /rule 1: "patch" is not there yet; allowed: invalidate/],
  [[{ on: 'a', invalidate: ['tasks'] }], /rule 1, invalidate 1: not a key; allowed: /],
  [[{ on: 'a', refetch: [['a'], { key: 'b' }] }], /rule 1, refetch 2: "key" is not an array/],
  [[{ on: 'a', remove: [{ key: ['b'], exact: 1 }] }], /remove 1: "exact" is not a boolean/],
  [[{ on: 'a', reset: [{ key: ['b'], refetchType: 'x' }] }], /unknown refetchType "x"; allowed: /],
  [[{ on: 'a', invalidate: [['a', undefined]] }], /invalidate 1: a part of the key is undefined/],
])) {
  test(`defineRules refuses ${JSON.stringify(wrong)}`, () => {
    assert.throws(() => defineRules(wrong), message);
  });
}

test('a BigInt in a rule is refused by name, as no query key holds one', (t) => {
  const rules = /** @type {any} */ ([{ on: 'a', invalidate: [['a', 10n]] }]);
  assert.throws(
    () => defineRules(rules),
    /a part of the key is the BigInt 10n; allowed: what JSON/,
  );
  assert.throws(() => start(t, { rules }), /rules: 1 is the BigInt 10n; allowed: what JSON/);
});

test('defineRules returns what it was given, frozen, also in its typed form', () => {
  const rules = defineRules()([{ on: 'a', invalidate: [['a']] }]);
  assert.deepEqual(rules, [{ on: 'a', invalidate: [['a']] }]);
  assert.ok(Object.isFrozen(/** @type {any} */ (rules)[0].invalidate[0]));
});

test('rules that never went through defineRules are checked by the client', (t) => {
  assert.throws(
    () => start(t, { rules: [{ on: 'a', invalidte: [] }] }),
    (error) => {
      assert.ok(error instanceof TidemarkError);
      assert.match(error.message, /rule 1.*invalidte/);
      return true;
    },
  );
});

describe('tags', () => {
  const posts = (ask) => ({
    queryKey: ['posts'],
    queryFn: ask,
    staleTime: Number.POSITIVE_INFINITY,
    tags: (data) => data.map((id) => ['Post', id]),
  });

  test('a change of a tag that an answer carries fetches it again, if somebody looks', async (t) => {
    const { client, advance } = start(t);
    const { ask, calls } = server();
    observe(t, client, posts(ask));
    await advance(0);
    calls[0].resolve([1, 2]);
    await advance(0);
    assert.equal(client.applyChange({ tags: [['Post', 2]] }), 1);
    await advance(0);
    assert.equal(calls.length, 2);
  });

  test('a change of a tag that the answer does not carry any more touches nothing', async (t) => {
    const { client } = start(t);
    client.setQueryDefaults(['posts'], posts());
    client.setQueryData(['posts'], [1]);
    client.setQueryData(['posts'], [2]);
    assert.equal(client.applyChange({ tags: [['Post', 1]] }), 0);
  });

  test('a change of a type touches every answer with a tag of it', (t) => {
    const { client } = start(t);
    client.setQueryDefaults(['posts'], posts());
    client.setQueryData(['posts', 'a'], [1]);
    client.setQueryData(['posts', 'b'], [2]);
    assert.equal(client.applyChange({ tags: ['Post'] }), 2);
  });

  test('are the same as text in an answer and in a change, whatever they hold', (t) => {
    const { client } = start(t);
    const tags = [
      ['Post', 10n],
      ['Post', { of: [11n] }],
      ['Post', 'half \ud83d'],
    ];
    tags.forEach((tag, index) => {
      client.setQueryDefaults(['posts', index], { tags: [tag] });
      client.setQueryData(['posts', index], 'data');
    });
    assert.deepEqual(
      tags.map((tag) => client.applyChange({ tags: [tag] })),
      [1, 1, 1],
    );
    assert.equal(client.applyChange({ tags: [['Post', '10']] }), 1);
  });

  test('tags that are no list are reported, and the answer stands', (t) => {
    const reports = catchReports(t);
    const { client } = start(t);
    client.setQueryDefaults(['posts'], { tags: 'Post' });
    client.setQueryData(['posts'], [1]);
    assert.match(String(reports[0]), /the tags of \["posts"\] are wrong/);
    assert.deepEqual(client.getQueryData(['posts']), [1]);
  });

  test('a change whose tags are no list is refused', (t) => {
    const { client } = start(t);
    assert.throws(() => client.applyChange({ tags: 'Post' }), /no resource and no tags; allowed/);
  });
});
