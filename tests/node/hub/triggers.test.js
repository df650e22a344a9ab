import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { changeTriggers } from '../../../js-glue/hub/postgres/index.js';
import { openers, openPostgres } from './databases.js';

const TASKS = `CREATE TABLE tasks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint, list text, title text)`;
const TRIGGERS = {
  table: 'tasks',
  resource: 'task',
  scopes: 'project:$project_id',
  fields: ['project_id', 'list'],
};

for (const [name, open] of Object.entries(openers)) {
  describe(`the triggers in ${name}`, () => {
    /** @type {import('./databases.js').Database} */
    let db;
    const textsOf = (/** @type {string} */ sql) => db.textsOf(sql);
    const changesOf = (/** @type {string} */ sql) => db.changesOf(sql);

    before(async () => {
      db = await open();
    });
    afterEach(async () => {
      await db.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    });
    after(() => db.close());

    /** @param {Partial<import('../../../js-glue/hub/postgres/index.js').ChangeTriggerOptions>} [options] */
    async function createTasks(options = {}) {
      await db.run(TASKS);
      await db.run(changeTriggers({ ...TRIGGERS, ...options }).up);
    }

    test('tell a single row as a change with its fields as text', async () => {
      await createTasks();
      const changes = await changesOf("INSERT INTO tasks (project_id, list) VALUES (9, 'todo')");
      assert.deepEqual(changes, [
        {
          resource: 'task',
          action: 'INSERT',
          scope: 'project:9',
          id: '1',
          project_id: '9',
          list: 'todo',
        },
      ]);
    });

    test('tell the rows of a statement together, by scope', async () => {
      await createTasks({ fields: [] });
      const changes = await changesOf('INSERT INTO tasks (project_id) VALUES (8), (9), (8)');
      assert.deepEqual(
        changes.sort((a, b) => a.scope.localeCompare(b.scope)),
        [
          {
            resource: 'task',
            action: 'INSERT',
            scope: 'project:8',
            changes: [{ id: '1' }, { id: '3' }],
          },
          { resource: 'task', action: 'INSERT', scope: 'project:9', id: '2' },
        ],
      );
    });

    test('tell of a delete what the row was', async () => {
      await createTasks();
      await db.run('INSERT INTO tasks (project_id) VALUES (9)');
      const [change] = await changesOf('DELETE FROM tasks');
      assert.deepEqual([change.action, change.id, change.scope], ['DELETE', '1', 'project:9']);
    });

    test('tell the old and the new scope of a row that moves', async () => {
      await createTasks();
      await db.run('INSERT INTO tasks (project_id) VALUES (8)');
      const changes = await changesOf('UPDATE tasks SET project_id = 9');
      assert.deepEqual(changes.map(({ scope, project_id }) => [scope, project_id]).sort(), [
        ['project:8', '8'],
        ['project:9', '9'],
      ]);
    });

    test('tell the old and the new value of a field that rules need', async () => {
      await createTasks();
      await db.run("INSERT INTO tasks (project_id, list) VALUES (9, 'todo')");
      const [{ changes }] = await changesOf("UPDATE tasks SET list = 'done'");
      assert.deepEqual(
        changes.map((/** @type {{ list: string }} */ { list }) => list),
        ['done', 'todo'],
      );
    });

    test('tell an update that moves nothing once', async () => {
      await createTasks();
      await db.run('INSERT INTO tasks (project_id) VALUES (9)');
      const changes = await changesOf("UPDATE tasks SET title = 'new'");
      assert.deepEqual(
        changes.map(({ action, id }) => [action, id]),
        [['UPDATE', '1']],
      );
    });

    test('tell a row whose key changes under both', async () => {
      await db.run('CREATE TABLE tasks (id int PRIMARY KEY, project_id int)');
      await db.run(changeTriggers({ ...TRIGGERS, fields: [] }).up);
      await db.run('INSERT INTO tasks VALUES (1, 9)');
      const [{ changes }] = await changesOf('UPDATE tasks SET id = 2');
      assert.deepEqual(changes, [{ id: '2' }, { id: '1' }]);
    });

    test('say nothing of a statement that changes no row', async () => {
      await createTasks();
      assert.deepEqual(await changesOf('DELETE FROM tasks'), []);
    });

    test('say nothing of a row whose scope is NULL, and null for another field', async () => {
      await createTasks();
      const changes = await changesOf('INSERT INTO tasks (project_id) VALUES (NULL), (9)');
      assert.deepEqual(
        changes.map(({ id, list }) => [id, list]),
        [['2', null]],
      );
    });

    test('tell each scope of a row that several hear of', async () => {
      const braced = '{list}';
      await createTasks({ scopes: ['project:$project_id', `list:$${braced}`, 'costs:$$'] });
      const changes = await changesOf("INSERT INTO tasks (project_id, list) VALUES (9, 'todo')");
      assert.deepEqual(changes.map(({ scope }) => scope).sort(), [
        'costs:$',
        'list:todo',
        'project:9',
      ]);
    });

    test('carry the row with the columns named, and only these', async () => {
      await createTasks({ row: ['id', 'title'] });
      const [change] = await changesOf("INSERT INTO tasks (project_id, title) VALUES (9, 'Ebbe')");
      assert.deepEqual(change.row, { id: 1, title: 'Ebbe' });
    });

    test('leave rows out where they do not fit, measured in bytes', async () => {
      await createTasks({ row: ['title'] });
      const insert = (/** @type {number} */ length) =>
        changesOf(`INSERT INTO tasks (project_id, title) VALUES (9, repeat('é', ${length}))`);
      const [fits] = await insert(3_900);
      const [wide] = await insert(4_000);
      assert.deepEqual(['row' in fits, 'row' in wide, wide.id], [true, false, '2']);
    });

    test('make no payload of 8000 bytes or more, and one of 7999', async () => {
      await createTasks({ row: ['title'] });
      const lengths = [];
      for (let length = 3_900; length < 4_000; length += 1) {
        const title = `repeat('é', ${length}) || repeat('x', ${length % 2})`;
        const [text] = await textsOf(`INSERT INTO tasks (project_id, title) VALUES (9, ${title})`);
        lengths.push(Buffer.byteLength(text));
      }
      const most = Math.max(...lengths);
      assert.equal(most < 8_000 && most > 7_995, true, `the longest is ${most}`);
    });

    test('tell 5,000 rows of three scopes in three notifications', async () => {
      await createTasks();
      const changes = await changesOf(
        'INSERT INTO tasks (project_id) SELECT n % 3 FROM generate_series(1, 5000) AS n',
      );
      assert.deepEqual(
        changes.sort((a, b) => a.scope.localeCompare(b.scope)),
        [0, 1, 2].map((id) => ({ reset: true, scope: `project:${id}` })),
      );
    });

    test('tell nobody of a scope that is too long to subscribe to', async () => {
      await createTasks({ scopes: 'list:$list' });
      const changes = await changesOf(
        "INSERT INTO tasks (list) VALUES (repeat('x', 9000)), (repeat('x', 123))",
      );
      assert.deepEqual(
        changes.map(({ id }) => id),
        ['2'],
      );
    });

    test('tell a TRUNCATE to the scopes that had rows', async () => {
      await createTasks();
      await db.run('INSERT INTO tasks (project_id) VALUES (8), (9), (9)');
      const changes = await changesOf('TRUNCATE tasks');
      assert.deepEqual(
        changes.sort((a, b) => a.scope.localeCompare(b.scope)),
        [8, 9].map((id) => ({ reset: true, scope: `project:${id}` })),
      );
    });

    test('tell rows that go with a row they refer to', async () => {
      await createTasks();
      await db.run(`CREATE TABLE notes (id int PRIMARY KEY, project_id int DEFAULT 9,
        task_id bigint REFERENCES tasks ON DELETE CASCADE)`);
      await db.run(changeTriggers({ table: 'notes', scopes: 'project:$project_id' }).up);
      await db.run('INSERT INTO tasks (project_id) VALUES (9)');
      await db.run('INSERT INTO notes (id, task_id) VALUES (1, 1), (2, 1)');
      const changes = await changesOf('DELETE FROM tasks');
      const notes = changes.find(({ resource }) => resource === 'notes');
      assert.equal(notes.changes.length, 2);
    });

    test('name a key of several columns as a JSON array, and each column besides', async () => {
      await db.run('CREATE TABLE members (a text, b text, at int, PRIMARY KEY (a, b))');
      await db.run(changeTriggers({ table: 'members', id: ['a', 'b'], scopes: 'at:$at' }).up);
      const [change] = await changesOf(`INSERT INTO members VALUES ('x,"', 'y', 1)`);
      assert.deepEqual(change, {
        resource: 'members',
        action: 'INSERT',
        scope: 'at:1',
        id: '["x,\\"", "y"]',
        a: 'x,"',
        b: 'y',
      });
    });

    test('carry the mutation of the transaction', async () => {
      await createTasks();
      const [change] = await changesOf(`BEGIN; SET LOCAL tidemark.mutation = 'm1';
        INSERT INTO tasks (project_id) VALUES (9); COMMIT`);
      const [next] = await changesOf('INSERT INTO tasks (project_id) VALUES (9)');
      assert.deepEqual([change.mutation, 'mutation' in next], ['m1', false]);
    });

    test('leave out a mutation longer than 128 characters, and tell the rows', async () => {
      await createTasks();
      for (const [length, told] of /** @type {[number, boolean][]} */ ([
        [128, true],
        [129, false],
        [20_000, false],
      ])) {
        const [change] = await changesOf(`BEGIN; SELECT set_config('tidemark.mutation',
          repeat('m', ${length}), true); INSERT INTO tasks (project_id) VALUES (9); COMMIT`);
        assert.deepEqual(['mutation' in change, 'id' in change], [told, true]);
      }
    });

    test('tell all that a transaction did, also where it did the same twice', async () => {
      await createTasks({ row: ['title'] });
      await db.run("INSERT INTO tasks (project_id, title) VALUES (9, 'first')");
      const set = (/** @type {string} */ title) => `UPDATE tasks SET title = '${title}'`;
      const changes = await changesOf(`BEGIN; ${set('A')}; ${set('B')}; ${set('A')}; COMMIT`);
      assert.deepEqual(
        changes.map(({ row }) => row.title),
        ['A', 'B', 'A'],
      );
    });

    test('tell a row without its values where jsonb cannot hold one of them', async () => {
      await db.run('CREATE TABLE docs (id int PRIMARY KEY, at int, body json)');
      await db.run(changeTriggers({ table: 'docs', scopes: 'at:$at', row: ['body'] }).up);
      const body = (/** @type {string} */ text) => `'{"text": "${text}"}'`;
      const changes = await changesOf(`INSERT INTO docs VALUES (1, 9, ${body('\\u0000')});
        UPDATE docs SET at = 8;
        INSERT INTO docs VALUES (2, 9, ${body('fine')})`);
      assert.deepEqual(
        changes.map(({ action, id, scope, row }) => [action, id, scope, row]).sort(),
        [
          ['INSERT', '1', 'at:9', undefined],
          ['INSERT', '2', 'at:9', { body: { text: 'fine' } }],
          ['UPDATE', '1', 'at:8', undefined],
          ['UPDATE', '1', 'at:9', undefined],
        ],
      );
    });

    test('tell the TRUNCATE of the table they are on, whatever the search path finds', async () => {
      await createTasks();
      await db.run(`INSERT INTO tasks (project_id) VALUES (8);
        CREATE SCHEMA other; CREATE TABLE other.tasks (project_id int);
        INSERT INTO other.tasks VALUES (9); SET search_path = other, public`);
      const changes = await changesOf('TRUNCATE public.tasks');
      await db.run('RESET search_path; DROP SCHEMA other CASCADE');
      assert.deepEqual(changes, [{ reset: true, scope: 'project:8' }]);
    });

    test('tell the TRUNCATE of a role that may read no row, or not all', async () => {
      await createTasks();
      await db.run(`CREATE ROLE cleaner; GRANT USAGE ON SCHEMA public TO cleaner;
        GRANT TRUNCATE ON tasks TO cleaner;
        INSERT INTO tasks (project_id) VALUES (8), (9)`);
      const truncate = async () => {
        const changes = await changesOf('SET ROLE cleaner; TRUNCATE tasks; RESET ROLE');
        return changes.map(({ scope }) => scope).sort();
      };
      const blind = await truncate();
      await db.run(`GRANT SELECT ON tasks TO cleaner;
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY half ON tasks USING (project_id = 8);
        INSERT INTO tasks (project_id) VALUES (8), (9)`);
      const half = await truncate();
      await db.run('DROP TABLE tasks; DROP OWNED BY cleaner; DROP ROLE cleaner');
      assert.deepEqual(
        [blind, half],
        [
          ['project:8', 'project:9'],
          ['project:8', 'project:9'],
        ],
      );
    });

    test('lend nobody the rights of the role that made them', async () => {
      await createTasks();
      await db.run('CREATE ROLE stranger; GRANT ALL ON SCHEMA public TO stranger');
      const borrow = db.run(`BEGIN; SET ROLE stranger; CREATE TABLE mine (id int, project_id int);
        CREATE TRIGGER t BEFORE TRUNCATE ON mine EXECUTE FUNCTION tidemark_tell_tasks(); COMMIT`);
      await assert.rejects(borrow, /permission denied for function tidemark_tell_tasks/);
      await db.run('ROLLBACK; DROP OWNED BY stranger; DROP ROLE stranger');
    });

    test('say nothing of what is rolled back', async () => {
      await createTasks();
      const changes = await changesOf('BEGIN; INSERT INTO tasks (project_id) VALUES (9); ROLLBACK');
      assert.deepEqual(changes, []);
    });

    test('quote names and texts, whatever they hold', async () => {
      const evil = `o'k"; DROP SCHEMA public CASCADE; --\\ $$ $tidemark$ ü`;
      const quoted = `"${evil.replaceAll('"', '""')}"`;
      await db.run(`CREATE TABLE ${quoted} (${quoted} text PRIMARY KEY)`);
      const options = { table: evil, id: evil, resource: evil, fields: [evil], row: [evil] };
      await db.run(changeTriggers({ ...options, scopes: [`$\{${evil}}`, "it's $$\\"] }).up);
      const changes = await changesOf(`INSERT INTO ${quoted} VALUES ('v')`);
      const what = { resource: evil, action: 'INSERT', id: 'v', [evil]: 'v', row: { [evil]: 'v' } };
      assert.deepEqual(
        changes.sort((a, b) => b.scope.localeCompare(a.scope)),
        [
          { ...what, scope: 'v' },
          { ...what, scope: "it's $\\" },
        ],
      );
    });

    test('tell the TRUNCATE of a table whose names hold anything', async () => {
      const evil = `o'k"; DROP SCHEMA public CASCADE; --\\ $$ $tidemark$ %s %I ü`;
      const quoted = `"${evil.replaceAll('"', '""')}"`;
      await db.run(`CREATE TABLE ${quoted} (id int, ${quoted} text)`);
      await db.run(changeTriggers({ table: evil, scopes: `it's \\%s:$\{${evil}}` }).up);
      await db.run(`INSERT INTO ${quoted} VALUES (1, 'v')`);
      const changes = await changesOf(`TRUNCATE ${quoted}`);
      assert.deepEqual(changes, [{ reset: true, scope: "it's \\%s:v" }]);
    });

    test('tell apart tables whose long names begin alike', async () => {
      const names = ['a', 'b'].map((end) => `${'long_'.repeat(12)}${end}`);
      for (const table of names) {
        await db.run(`CREATE TABLE ${table} (id int, at int)`);
        await db.run(changeTriggers({ table, scopes: 'at:$at', resource: table.slice(-1) }).up);
      }
      const changes = await changesOf(
        names.map((table) => `INSERT INTO ${table} VALUES (1, 1)`).join(';'),
      );
      assert.deepEqual(
        changes.map(({ resource }) => resource),
        ['a', 'b'],
      );
    });

    test('take more columns than a function takes arguments', async () => {
      const columns = Array.from({ length: 120 }, (_, index) => `c${index}`);
      await db.run(
        `CREATE TABLE wide (id int, ${columns.map((c) => `${c} int DEFAULT 1`).join()})`,
      );
      await db.run(changeTriggers({ table: 'wide', scopes: 'all', fields: columns }).up);
      const [change] = await changesOf('INSERT INTO wide (id) VALUES (1)');
      assert.equal(
        columns.every((name) => change[name] === '1'),
        true,
      );
    });

    test('are found in a schema outside the search path', async () => {
      await db.run('CREATE SCHEMA "Other"; CREATE TABLE "Other".t (id int)');
      await db.run(changeTriggers({ schema: 'Other', table: 't', scopes: 'all' }).up);
      const changes = await changesOf('INSERT INTO "Other".t VALUES (1)');
      await db.run('DROP SCHEMA "Other" CASCADE');
      assert.equal(changes.length, 1);
    });

    test('are the same when created twice, and tell what they were created for last', async () => {
      await createTasks();
      await db.run(changeTriggers({ ...TRIGGERS, resource: 'todo' }).up);
      const changes = await changesOf('INSERT INTO tasks (project_id) VALUES (9)');
      assert.deepEqual(
        changes.map(({ resource }) => resource),
        ['todo'],
      );
    });

    test('are gone after down, which may run twice and without the table', async () => {
      await createTasks();
      const { down } = changeTriggers(TRIGGERS);
      await db.run(down);
      assert.deepEqual(await changesOf('INSERT INTO tasks (project_id) VALUES (9)'), []);
      await db.run('DROP TABLE tasks');
      await db.run(down);
    });

    test('of two names tell one table in two ways', async () => {
      await createTasks();
      await db.run(changeTriggers({ ...TRIGGERS, name: 'audit', resource: 'audit' }).up);
      const changes = await changesOf('INSERT INTO tasks (project_id) VALUES (9)');
      assert.deepEqual(changes.map(({ resource }) => resource).sort(), ['audit', 'task']);
    });
  });
}

test('the triggers never refuse a statement, however large what it changes is', async () => {
  const db = await openPostgres();
  try {
    await db.run(TASKS);
    await db.run(changeTriggers(TRIGGERS).up);
    // More than PostgreSQL puts into one jsonb, of many values and of one.
    await db.run(`INSERT INTO tasks (project_id, list)
      SELECT 9, repeat('l', 1000000) FROM generate_series(1, 270)`);
    await db.run("INSERT INTO tasks (project_id, list) SELECT 9, repeat('l', 270000000)");
  } finally {
    await db.close();
  }
});

for (const [what, options, message] of /** @type {[string, any, RegExp][]} */ ([
  ['no table', { scopes: 'a' }, /table must be a string/],
  ['a NUL in a name', { table: 'a\0', scopes: 'a' }, /table must be a string/],
  ['no scopes', { table: 't', scopes: [] }, /scopes must have at least one scope/],
  ['scopes left out', { table: 't' }, /scopes must be a string or an array of strings/],
  ['no id', { table: 't', scopes: 'a', id: [] }, /id must name at least one column/],
  ['a $ that names no column', { table: 't', scopes: 'a:$1' }, /each \$ in scopes must be/],
  ['a brace that does not end', { table: 't', scopes: `a:$${'{b'}` }, /each \$ in scopes must be/],
  [
    'a channel that cannot be',
    { table: 't', scopes: 'a', channel: 'a-b' },
    /channel must be .*; got a-b/,
  ],
  [
    'a field called scope',
    { table: 't', scopes: 'a', fields: ['scope'] },
    /fields must not be .*; got scope/,
  ],
  ['an always of another kind', { table: 't', scopes: 'a', always: 1 }, /always must be true or/],
  [
    'two ids',
    { table: 't', scopes: 'a', id: 'uuid', fields: ['id'] },
    /the id of a change is uuid; got id/,
  ],
])) {
  test(`triggers with ${what} are refused`, () => {
    assert.throws(() => changeTriggers(options), message);
  });
}
