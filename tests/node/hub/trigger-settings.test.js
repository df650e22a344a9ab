import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { changeTriggers } from '../../../js-glue/hub/postgres/index.js';
import { openers } from './databases.js';

/** @type {Record<string, [sql: string, text: string]>} values whose text a setting decides, or might */
const VALUES = {
  day: ["date '2026-12-01'", '2026-12-01'],
  at: ["timestamptz '2026-12-01 10:00+00'", '2026-12-01 10:00:00+00'],
  plain: ["timestamp '2026-12-01 10:00'", '2026-12-01 10:00:00'],
  clock: ["timetz '10:00+02'", '10:00:00+02'],
  took: ["interval '1 day 2 hours'", '1 day 02:00:00'],
  price: ['0.1::float8 + 0.2', '0.30000000000000004'],
  single: ['0.1::float4', '0.1'],
  place: ['point(0.1::float8 + 0.2, 1)', '(0.30000000000000004,1)'],
  hash: ["bytea '\\xdead'", '\\xdead'],
  fee: ['12.5::numeric::money', '$12.50'],
  during: ["tstzrange('2026-12-01 10:00+00', NULL)", '["2026-12-01 10:00:00+00",)'],
  days: ["ARRAY[date '2026-12-01']", '{2026-12-01}'],
  tuple: ["ROW(0.1::float8 + 0.2, '2026-12-01')::pair", '(0.30000000000000004,2026-12-01)'],
  source: ["'pair'::regclass", 'public.pair'],
  kind: ["'timestamptz'::regtype", 'timestamp with time zone'],
  truth: ['true', 'true'],
  words: ["'a fat cat'::tsvector", "'a' 'cat' 'fat'"],
  address: ["'10.0.0.1'::inet", '10.0.0.1/32'],
  body: [`'{"a": [1.50, "é"]}'::json`, '{"a": [1.50, "é"]}'],
};
const COLUMNS = Object.keys(VALUES);
const TEXTS = Object.fromEntries(COLUMNS.map((name) => [name, VALUES[name][1]]));
const OPTIONS = {
  schema: 'public',
  table: 'visit',
  scopes: COLUMNS.map((name) => `${name}:$${name}`),
  fields: COLUMNS,
  row: COLUMNS,
};

/** Settings that are no on and off, and have no list of what they may be. */
const OTHERS = {
  TimeZone: ['Europe/Berlin', 'Asia/Kathmandu', '<+03>-3'],
  DateStyle: ['German, DMY', 'SQL, MDY', 'Postgres, YMD'],
  extra_float_digits: ['-15', '0', '3'],
  search_path: ['public', '""', 'other, pg_catalog'],
  timezone_abbreviations: ['Australia'],
  default_text_search_config: ['pg_catalog.german'],
  'plpgsql.extra_errors': ['all'],
  'plpgsql.variable_conflict': ['use_column'],
};
/** They refuse the write, end the session, or have triggers not run at all. */
const NOT_OURS = [
  'default_transaction_read_only',
  'transaction_read_only',
  'exit_on_error',
  'session_replication_role',
];

for (const [name, open] of Object.entries(openers)) {
  describe(`what a session that writes has set, in ${name}`, () => {
    /** @type {import('./databases.js').Database} */
    let db;
    before(async () => {
      db = await open();
    });
    beforeEach(async () => {
      const values = COLUMNS.map((column) => `${VALUES[column][0]} AS ${column}`);
      await db.run(`CREATE SCHEMA other; CREATE TYPE pair AS (price float8, day date);
        CREATE TABLE visit AS SELECT 1 AS id, ${values.join()}`);
    });
    afterEach(async () => {
      await db.run('RESET ALL; DROP SCHEMA public, other CASCADE; CREATE SCHEMA public');
    });
    after(() => db.close());

    /** What an update tells, in an order of its own. */
    const update = async () => {
      const changes = await db.changesOf('UPDATE public.visit SET id = 1');
      return changes.sort((a, b) => (a.scope < b.scope ? -1 : 1));
    };

    /** Each setting that a session may have, with each value worth trying. */
    async function settings() {
      const told = await db.changesOf(`SELECT pg_notify('tidemark', jsonb_build_object(
          'name', name, 'values', CASE vartype WHEN 'bool' THEN ARRAY['on', 'off'] ELSE enumvals END
        )::text) FROM pg_settings
        WHERE context IN ('user', 'superuser') AND vartype IN ('bool', 'enum')`);
      const listed = told.flatMap(({ name, values }) =>
        values.map((/** @type {string} */ value) => [name, value]),
      );
      const others = Object.entries(OTHERS).flatMap(([name, values]) =>
        values.map((value) => [name, value]),
      );
      return [...listed, ...others];
    }

    test('does not decide what the text of a value is', async () => {
      await db.run(changeTriggers(OPTIONS).up);
      const [{ resource, action, scope, id, row, ...texts }] = await update();
      assert.deepEqual(texts, TEXTS);
    });

    test('does not decide what is told, setting by setting', async () => {
      const { up } = changeTriggers(OPTIONS);
      await db.run(up);
      const usual = await update();
      assert.equal(usual.length, COLUMNS.length);
      const tried = [];
      for (const [setting, value] of await settings()) {
        if (NOT_OURS.includes(setting)) continue;
        const set = `SET ${setting} = '${value.replaceAll("'", "''")}'`;
        // Those that the server lets nobody set now decide nothing either.
        if (
          !(await db.run(set).then(
            () => true,
            () => false,
          ))
        )
          continue;
        await db.run(up);
        assert.deepEqual(await update(), usual, set);
        await db.run('RESET ALL');
        tried.push(setting);
      }
      for (const setting of Object.keys(OTHERS))
        assert.equal(tried.includes(setting), true, setting);
    });

    test('does not decide which rows a TRUNCATE is told of', async () => {
      await db.run(`CREATE ROLE owner; GRANT ALL ON SCHEMA public TO owner;
        SET ROLE owner; CREATE TABLE rows (id int, at int);
        ${changeTriggers({ table: 'rows', scopes: 'at:$at' }).up}
        ALTER TABLE rows ENABLE ROW LEVEL SECURITY; ALTER TABLE rows FORCE ROW LEVEL SECURITY;
        CREATE POLICY every ON rows USING (true);
        INSERT INTO rows VALUES (1, 9); SET row_security = off`);
      const changes = await db.changesOf('TRUNCATE rows');
      await db.run('RESET ROLE; DROP OWNED BY owner; DROP ROLE owner');
      assert.deepEqual(changes, [{ reset: true, scope: 'at:9' }]);
    });

    test('decides with session_replication_role whether it is told, unless always is asked for', async () => {
      const REPLICA = `SET session_replication_role = replica;
        INSERT INTO places DEFAULT VALUES; TRUNCATE places; RESET session_replication_role`;
      await db.run(`CREATE TABLE places (id int DEFAULT 1) PARTITION BY LIST (id);
        CREATE TABLE places_1 PARTITION OF places FOR VALUES IN (1)`);
      const tellings = [];
      for (const always of [false, true, false]) {
        await db.run(changeTriggers({ table: 'places', scopes: 'all', always }).up);
        tellings.push((await db.changesOf(REPLICA)).length);
      }
      assert.deepEqual(tellings, [0, 2, 0]);
    });
  });
}
