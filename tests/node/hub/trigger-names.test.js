import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { changeTriggers } from '../../../js-glue/hub/postgres/index.js';
import { openers } from './databases.js';

/** @param {string} name */
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
/** @param {string} column as a template of scopes has it */
const part = (column) => `$\{${column}}`;

/** Every word that the triggers' SQL has: keywords, variables, aliases, functions, settings. */
const WORDS = [
  ...new Set(
    changeTriggers({ table: 't', row: ['c'], fields: ['c'], scopes: 'a' }).up.match(/\w+/g),
  ),
].filter((word) => word !== 'id');
/** Not as the name of a field: a change has these itself. */
const TAKEN = /^(resource|action|scopes?|row|mutation|changes|reset|notify_id)$/;
const SYSTEM_COLUMN = /^(tableoid|[cx]m(in|ax)|ctid)$/;

const hostile = fc.oneof(
  fc.constantFrom(...WORDS, ...WORDS.map((word) => word.toUpperCase())),
  fc.constantFrom('r', 's', 'new', 'old', 'tg_name', 'found', 'concat', 'count', 'quote_literal'),
  fc.constantFrom(`o'k"; --\\ $$`, '$tidemark$', '$1', ':x', '%I', '%', 'ü𝄞', ' ', '.', '"', '\\'),
  fc.constantFrom('long_'.repeat(20), 'ü'.repeat(40), '𝄞'.repeat(16)),
  fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }),
);
/** As the catalog has it: cut off after 63 bytes. Names that are cut off to the same are one. */
const inCatalog = (/** @type {string} */ name) => {
  const characters = [...name];
  while (Buffer.byteLength(characters.join('')) > 63) characters.pop();
  return characters.join('');
};
const column = hostile.filter(
  (name) => !TAKEN.test(name) && !SYSTEM_COLUMN.test(name) && !/[}\0]/.test(name) && name !== 'id',
);
const identifier = hostile.filter((name) => !name.includes('\0'));
const names = fc.record({
  schema: identifier.filter((name) => !/^(pg_|public$|information_schema$)/i.test(name)),
  table: identifier,
  resource: identifier,
  name: identifier,
  literal: identifier.map((text) => text.slice(0, 20).replaceAll('$', '$$$$')),
  columns: fc.uniqueArray(column, { minLength: 4, maxLength: 4, selector: inCatalog }),
});

for (const [name, open] of Object.entries(openers)) {
  describe(`names in ${name}`, () => {
    /** @type {import('./databases.js').Database} */
    let db;
    before(async () => {
      db = await open();
    });
    afterEach(async () => {
      await db.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      db.warnings = [];
    });
    after(() => db.close());

    /** What each kind of statement tells, of a table with one row before and after it. */
    async function tell(/** @type {string} */ table, /** @type {string} */ column) {
      db.warnings = [];
      const insert = await db.changesOf(`INSERT INTO ${table} DEFAULT VALUES`);
      const update = await db.changesOf(`UPDATE ${table} SET ${column} = ${column}`);
      const remove = await db.changesOf(`DELETE FROM ${table}`);
      await db.run(`INSERT INTO ${table} DEFAULT VALUES`);
      const truncate = await db.changesOf(`TRUNCATE ${table}`);
      return { insert, update, remove, truncate };
    }

    test('of columns may be every word that the SQL of the triggers has', async () => {
      const columns = WORDS.filter((word) => !SYSTEM_COLUMN.test(word));
      const fields = columns.filter((word) => !TAKEN.test(word));
      const list = columns.map((word) => `${quoted(word)} text DEFAULT 'v'`).join();
      await db.run(`CREATE TABLE t (id int DEFAULT 1, ${list})`);
      const scopes = columns.map((word) => `${word}:${part(word)}`);
      await db.run(changeTriggers({ table: 't', scopes: ['all', ...scopes], fields: ['id'] }).up);
      const told = await tell('t', 'id');
      const all = ['all', ...columns.map((word) => `${word}:v`)].sort();
      for (const changes of Object.values(told)) {
        assert.deepEqual(changes.map(({ scope }) => scope).sort(), all);
      }

      await db.run(changeTriggers({ table: 't', scopes: 'all', fields, row: columns }).up);
      const [{ row, ...change }] = await db.changesOf('INSERT INTO t DEFAULT VALUES');
      assert.deepEqual(row, Object.fromEntries(columns.map((word) => [word, 'v'])));
      assert.deepEqual(change, {
        resource: 't',
        action: 'INSERT',
        scope: 'all',
        id: '1',
        ...Object.fromEntries(fields.map((word) => [word, 'v'])),
      });
      assert.deepEqual(db.warnings, []);
    });

    test('of all kinds may be anything, and a column may lose its name', async () => {
      await fc.assert(
        fc.asyncProperty(names, async ({ schema, table, columns, literal, ...rest }) => {
          const [id, field, rowColumn, scoped] = columns;
          const place = `${quoted(schema)}.${quoted(table)}`;
          const list = columns.map((one) => `${quoted(one)} text DEFAULT 'v'`).join();
          const scopes = [literal, `of:${part(scoped)}`];
          const options = { ...rest, schema, table, id, fields: [field], row: [rowColumn], scopes };
          await db.run(`CREATE SCHEMA ${quoted(schema)}; CREATE TABLE ${place} (${list})`);
          try {
            await db.run(changeTriggers(options).up);
            const told = await tell(place, quoted(id));
            for (const changes of Object.values(told)) {
              assert.equal(changes.length, 2);
              assert.equal(
                changes.some(({ scope }) => scope === 'of:v'),
                true,
              );
            }
            assert.deepEqual(told.insert[0].row, { [rowColumn]: 'v' });
            assert.deepEqual([told.insert[0].id, told.insert[0][field]], ['v', 'v']);
            assert.deepEqual(db.warnings, []);

            for (const lost of columns) {
              const rename = `ALTER TABLE ${place} RENAME COLUMN`;
              await db.run(`${rename} ${quoted(lost)} TO "another name"`);
              const { truncate, ...less } = await tell(place, '"another name"');
              for (const changes of Object.values(less)) {
                assert.equal(
                  changes.every(({ reset }) => reset === true),
                  true,
                );
              }
              assert.equal(truncate.length, 2);
              await db.run(`${rename} "another name" TO ${quoted(lost)}`);
            }
          } finally {
            await db.run(`DROP SCHEMA ${quoted(schema)} CASCADE`);
          }
        }),
        { numRuns: 20 },
      );
    });

    describe('that a table no longer has', () => {
      const TABLE = `CREATE TABLE t (id int DEFAULT 1, at int DEFAULT 9, "by" int DEFAULT 8,
        note text DEFAULT 'n', body text DEFAULT 'b')`;
      const OPTIONS = {
        table: 't',
        scopes: ['at:$at', 'by:$by'],
        fields: ['note'],
        row: ['body'],
      };
      const RESETS = [
        { reset: true, scope: 'at:9' },
        { reset: true, scope: 'by:8' },
      ];
      const create = async (options = {}) => {
        await db.run(TABLE);
        await db.run(changeTriggers({ ...OPTIONS, ...options }).up);
      };

      for (const [what, column] of [
        ['the id', 'id'],
        ['a field', 'note'],
        ['a column of the row', 'body'],
      ]) {
        for (const change of [`RENAME ${column} TO other`, `DROP ${column}`]) {
          test(`have ${what} told as resets, with a warning: ${change}`, async () => {
            await create();
            await db.run('INSERT INTO t DEFAULT VALUES'); // plans are kept with the session
            await db.run(`DELETE FROM t; ALTER TABLE t ${change}`);
            const told = await tell('t', 'at');
            for (const changes of Object.values(told)) {
              assert.deepEqual(
                changes.sort((a, b) => a.scope.localeCompare(b.scope)),
                RESETS,
              );
            }
            assert.equal(
              db.warnings[0],
              `tidemark: INSERT of public.t is reported as resets: it has no column ${column}; ` +
                'run "up" of triggers with the columns it has',
            );
          });
        }
      }

      test('have a scope that nobody can name told without it, and the others as ever', async () => {
        await create();
        await db.run('ALTER TABLE t DROP at');
        const told = await tell('t', 'note');
        for (const changes of Object.values(told)) {
          assert.deepEqual(changes, [{ reset: true }, RESETS[1]]);
        }
        assert.match(
          db.warnings[1],
          /^tidemark: INSERT of public.t is not reported to at:\$at: it has/,
        );
      });

      test('tell of an update both scopes of a row that moves', async () => {
        await create();
        await db.run('INSERT INTO t DEFAULT VALUES; ALTER TABLE t DROP note');
        const changes = await db.changesOf('UPDATE t SET at = 10');
        assert.deepEqual(changes.map(({ scope }) => scope).sort(), ['at:10', 'at:9', 'by:8']);
      });

      test('are as if never gone once they are back', async () => {
        await create();
        await db.run('ALTER TABLE t RENAME note TO other');
        await db.run('INSERT INTO t DEFAULT VALUES');
        await db.run('ALTER TABLE t RENAME other TO note');
        const [change] = await db.changesOf('INSERT INTO t DEFAULT VALUES');
        assert.equal(change.note, 'n');
      });

      // A missing r.count would be read as count(r), a missing r.concat as the text of the row.
      for (const name of ['count', 'concat', 'quote_literal', 'to_jsonb', 'ctid', 'tableoid']) {
        test(`are not taken for a function or a column of the system: ${name}`, async () => {
          const isSystem = SYSTEM_COLUMN.test(name);
          await db.run(TABLE);
          if (!isSystem) await db.run(`ALTER TABLE t ADD ${name} text DEFAULT 'v'`);
          const { up } = changeTriggers({ ...OPTIONS, fields: [name] });
          if (isSystem) return assert.rejects(db.run(up), /must name columns of "t"; got/);
          await db.run(up);
          await db.run(`ALTER TABLE t DROP ${name}`);
          const changes = await db.changesOf('INSERT INTO t DEFAULT VALUES');
          assert.deepEqual(changes, RESETS);
        });
      }

      test('are named by the migration that would create the triggers', async () => {
        await db.run(TABLE);
        await assert.rejects(
          db.run(changeTriggers({ ...OPTIONS, id: 'uuid', fields: ['note', 'nöte'] }).up),
          /id, scopes, fields and row must name columns of "t"; got uuid, nöte/,
        );
        assert.deepEqual(await db.changesOf('INSERT INTO t DEFAULT VALUES'), []);
      });
    });

    test('of options and tables make functions of their own', async () => {
      await db.run('CREATE TABLE b (id int); CREATE TABLE a_tell_b (id int)');
      await db.run(changeTriggers({ name: 'x', table: 'a_tell_b', scopes: 'one' }).up);
      await db.run(changeTriggers({ name: 'x_tell_a', table: 'b', scopes: 'two' }).up);
      const changes = await db.changesOf(
        'INSERT INTO a_tell_b VALUES (1); INSERT INTO b VALUES (1)',
      );
      assert.deepEqual(
        changes.map(({ scope }) => scope),
        ['one', 'two'],
      );
    });

    test('aside, a type whose text cannot be had fails no statement', async () => {
      await db.run(`CREATE TYPE odd AS ENUM ('x');
        CREATE FUNCTION fail(odd) RETURNS text LANGUAGE plpgsql AS
          $$ BEGIN RAISE 'never'; END $$;
        CREATE CAST (odd AS text) WITH FUNCTION fail(odd);
        CREATE TABLE t (id int DEFAULT 1, o odd DEFAULT 'x')`);
      await db.run(changeTriggers({ table: 't', scopes: 'all', fields: ['o'] }).up);
      const told = await tell('t', 'id');
      assert.deepEqual(told.insert, [{ reset: true, scope: 'all' }]);
      assert.match(db.warnings[0], /^tidemark: INSERT of public.t is reported as resets: never$/);
    });

    test('aside, a TRUNCATE that the function may not read goes through', async () => {
      await db.run('CREATE TABLE t (id int); INSERT INTO t VALUES (1)');
      await db.run(changeTriggers({ table: 't', scopes: 'all' }).up);
      await db.run(`CREATE ROLE weak; GRANT CREATE ON SCHEMA public TO weak;
        ALTER FUNCTION tidemark_tell_t() OWNER TO weak`);
      db.warnings = [];
      const changes = await db.changesOf('TRUNCATE t');
      await db.run('DROP OWNED BY weak CASCADE; DROP ROLE weak');
      assert.deepEqual(changes, [{ reset: true }]);
      assert.match(
        db.warnings[0],
        /TRUNCATE of public.t is not reported to all: permission denied/,
      );
    });
  });
}
