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
    'tidemark: a rule for "task" matched no query because a cast is missing: the keys hold 42 and the change ' +
      "'42', or the reverse. Write $field:number or $field:string in the rule",
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
  assert.throws(
    () => client.applyChange(change),
    /the change must be at most 97 bytes long .*; got 1\d\d/,
  );
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
  assert.throws(() => client.applyChanges(changes), /change 2 must be \{ resource/);
  assert.equal(client.getQueryState(['tasks', 'detail', 1])?.isInvalidated, false);
});

for (const [wrong, message] of /** @type {[any, RegExp][]} */ ([
  ['task', /rules must be an array.*; got "task"/],
  [[[]], /rule 1 must be an object .*; got \[\]/],
  [[{ invalidate: [['a']] }], /rule 1: on must be 'task' or .*; got undefined/],
  [
    [{ on: { resource: 'a', actoin: 'X' }, invalidate: [] }],
    /rule 1: on: each member must be resource or action; got "actoin"/,
  ],
  [[{ on: { resource: 'a', action: 1 }, invalidate: [] }], /rule 1: on.action must be .*; got 1/],
  [
    [{ on: 'a' }],
    /rule 1 must be an object with invalidate, refetch, remove or reset; got \["on"\]/,
  ],
  [
    [
      { on: 'a', invalidate: [] },
      { on: 'b', invalidte: [] },
    ],
    /rule 2: each member must be on, .* or reset; got "invalidte"/,
  ],
  [[{ on: 'a', patch: [['a']] }], /rule 1: each member must be .* or reset; got "patch"/],
  [
    [{ on: 'a', invalidate: ['tasks'] }],
    /rule 1: invalidate\[0\] must be \['tasks', .*; got "tasks"/,
  ],
  [
    [{ on: 'a', refetch: [['a'], { key: 'b' }] }],
    /rule 1: refetch\[1\].key must be an array; got "b"/,
  ],
  [
    [{ on: 'a', remove: [{ key: ['b'], exact: 1 }] }],
    /remove\[0\].exact must be true or false; got 1/,
  ],
  [
    [{ on: 'a', reset: [{ key: ['b'], refetchType: 'x' }] }],
    /reset\[0\].refetchType must be active, inactive, all or none; got "x"/,
  ],
  [
    [{ on: 'a', invalidate: [['a', undefined]] }],
    /invalidate\[0\]: each part of a key must be a JSON value; got undefined/,
  ],
])) {
  test(`defineRules refuses ${JSON.stringify(wrong)}`, () => {
    assert.throws(() => defineRules(wrong), message);
  });
}

test('a BigInt in a rule is refused by name, as no query key holds one', (t) => {
  const rules = /** @type {any} */ ([{ on: 'a', invalidate: [['a', 10n]] }]);
  assert.throws(
    () => defineRules(rules),
    /each part of a key must be a JSON value; got the BigInt 10n/,
  );
  assert.throws(() => start(t, { rules }), /1 in rules must be a JSON value; got the BigInt 10n/);
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
    assert.match(String(reports[0]), /the query \["posts"\] has invalid tags/);
    assert.deepEqual(client.getQueryData(['posts']), [1]);
  });

  test('a change whose tags are no list is refused', (t) => {
    const { client } = start(t);
    assert.throws(
      () => client.applyChange({ tags: 'Post' }),
      /tags of the change must be an array of tags, .*; got "Post"/,
    );
  });
});
