import { functionBody } from './function-body.js';
import { fittingName, functionName } from './names.js';
import { checkOptions } from './options.js';
import { quoteBody, quoteIdentifier, quoteLiteral } from './quote.js';
import { columnsOf, missingColumns } from './rows.js';

/** @typedef {import('./options.js').Options} Options */

const EVENTS = /** @type {const} */ (['insert', 'update', 'delete', 'truncate']);
const TRANSITION_TABLES = {
  insert: 'NEW TABLE AS new_rows',
  update: 'OLD TABLE AS old_rows NEW TABLE AS new_rows',
  delete: 'OLD TABLE AS old_rows',
};

/**
 * What decides how a value is written as text, and which rows a TRUNCATE sees: the same for every
 * session, or two that write would tell one row under two names.
 */
const SETTINGS = [
  'search_path = pg_catalog, pg_temp',
  'row_security = on',
  "TimeZone = 'UTC'",
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = 'postgres'",
  'extra_float_digits = 1',
  "bytea_output = 'hex'",
  "lc_monetary = 'C'",
  'quote_all_identifiers = off',
];

/**
 * SQL for triggers that tell the hub of a table's changes. Documented in index.d.ts.
 *
 * @param {import('./index.js').ChangeTriggerOptions} given
 * @returns {{ up: string, down: string }}
 */
export function changeTriggers(given) {
  const options = checkOptions(given);
  const inSchema = (/** @type {string} */ name) =>
    [...(options.schema === null ? [] : [options.schema]), name].map(quoteIdentifier).join('.');
  const table = inSchema(options.table);
  const teller = inSchema(functionName(options.name, options.table));
  const triggers = EVENTS.map((event) => ({
    event,
    name: quoteIdentifier(fittingName(`${options.name}_${event}`)),
  }));

  const up = [
    checkColumns(options, table),
    // Its owner's rights, so that it sees all rows of a TRUNCATE by a role that may not read them.
    // Nobody else may put it on a table: that table's types would run code with these rights.
    `CREATE OR REPLACE FUNCTION ${teller}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER\n` +
      `${SETTINGS.map((setting) => `  SET ${setting}\n`).join('')}  AS ` +
      quoteBody(functionBody(options)),
    `REVOKE ALL ON FUNCTION ${teller}() FROM PUBLIC`,
    ...triggers.map(({ event, name }) => createTrigger(event, name, table, teller)),
    // ONLY: the partitions have no trigger of that name.
    ...(options.always ? triggers : []).map(
      ({ name }) => `ALTER TABLE ONLY ${table} ENABLE ALWAYS TRIGGER ${name}`,
    ),
  ];
  const down = [
    ...triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${name} ON ${table}`),
    `DROP FUNCTION IF EXISTS ${teller}()`,
  ];
  const script = (/** @type {string[]} */ statements) => `${statements.join(';\n')};\n`;
  return { up: script(up), down: script(down) };
}

/**
 * A column that is not there is a mistake where the migration runs; for a write it is too late.
 *
 * @param {Options} options
 * @param {string} table
 */
function checkColumns(options, table) {
  const message = `id, scopes, fields and row must name columns of ${table}; got `;
  const body = `DECLARE
  missing text[] := ${missingColumns(columnsOf(options), `${quoteLiteral(table)}::regclass`)};
BEGIN
  IF missing <> '{}' THEN
    RAISE undefined_column
      USING MESSAGE = ${quoteLiteral(message)} || array_to_string(missing, ', ');
  END IF;
END`;
  return `DO ${quoteBody(body)}`;
}

/**
 * @param {(typeof EVENTS)[number]} event
 * @param {string} name
 * @param {string} table
 * @param {string} teller
 */
function createTrigger(event, name, table, teller) {
  const when = event === 'truncate' ? 'BEFORE TRUNCATE' : `AFTER ${event.toUpperCase()}`;
  const rows = event === 'truncate' ? '' : ` REFERENCING ${TRANSITION_TABLES[event]}`;
  return (
    `CREATE OR REPLACE TRIGGER ${name} ${when} ON ${table}${rows}\n` +
    `  FOR EACH STATEMENT EXECUTE FUNCTION ${teller}()`
  );
}
