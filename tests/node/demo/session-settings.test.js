import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '../../../demo/server/database.js';
import { READS } from '../../../demo/server/reads.js';

/** Settings that decide how PostgreSQL writes a value as text. */
const SETTINGS = [
  ['TimeZone', 'Asia/Kathmandu'],
  ['DateStyle', 'German, DMY'],
  ['IntervalStyle', 'iso_8601'],
  ['extra_float_digits', '-15'],
  ['bytea_output', 'escape'],
  ['quote_all_identifiers', 'on'],
  ['search_path', 'pg_catalog'],
];

/** @type {import('../../../demo/server/database.js').Database} */
let database;
/** @type {import('tidemark/hub').HubSource} */
let source;
/** @type {string[]} */
const heard = [];

before(async () => {
  database = await openDatabase();
  source = database.source();
  await source.start({ change: (text) => void heard.push(text), lost() {}, restored() {} });
});
after(async () => {
  await source.close();
  await database.close();
});

/** What every page shows of the clinic, and what is told of a change in each of its tables. */
async function seen() {
  heard.length = 0;
  const user = /** @type {any} */ ({ id: 1, clinicId: 1, role: 'operator' });
  const shown = [];
  for (const { read } of Object.values(READS)) shown.push(await read(database, user));
  for (const table of ['people', 'appointments', 'payments', 'journeys']) {
    await database.query(`update clinic.${table} set clinic_id = clinic_id where id = 1`);
  }
  const told = heard.map((text) => ({ ...JSON.parse(text), notify_id: null }));
  // Each update is one more version, which is not what this is about.
  return JSON.parse(JSON.stringify({ shown, told }), (name, value) =>
    /version/i.test(name) ? undefined : value,
  );
}

test('what pages show and what is told does not depend on what the session has set', async () => {
  await seen();
  const usual = await seen();
  assert.deepEqual(
    usual.shown.map((/** @type {unknown[]} */ rows) => rows.length > 0),
    [true, true, true, true],
  );
  assert.equal(usual.told.length, 4);
  for (const [setting, value] of SETTINGS) {
    await database.query(`set ${setting} = '${value}'`);
    assert.deepEqual(await seen(), usual, setting);
    await database.query(`reset ${setting}`);
  }
});
