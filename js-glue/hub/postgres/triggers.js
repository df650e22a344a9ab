import { createHash } from 'node:crypto';
import { checkOptions } from './options.js';
import { quoteBody, quoteIdentifier, quoteLiteral } from './quote.js';

/** @typedef {import('./options.js').Options} Options */

/** NOTIFY refuses a payload of this many bytes, and with it the statement. */
const PAYLOAD_BYTES = 8000;
/** PostgreSQL cuts longer names off. */
const NAME_BYTES = 63;
/** A function takes at most 100 arguments, two for each member of an object. */
const MEMBERS = 50;
/** The hub lets nobody subscribe to a longer one; a NULL in a scope makes it no scope. */
const IS_SCOPE = 'char_length(scope) BETWEEN 1 AND 128';
const RESET = "jsonb_build_object('reset', true, 'scope', scope)::text";

/** More of the shortest changes do not fit into a payload. */
const CHANGES = 800;
/** Nor does a change of this size as PostgreSQL holds it, which is known without writing it out. */
const CHANGE_BYTES = 8 * PAYLOAD_BYTES;

/** @param {'lean' | 'whole'} what @returns {string} the changes of a scope, those that may fit */
const list = (what) =>
  `jsonb_agg(${what}) FILTER (WHERE place <= ${CHANGES} AND pg_column_size(${what}) < ${CHANGE_BYTES})`;

/** @param {'lean' | 'whole'} what @returns {string} text, NULL if a change is not in the list */
const message = (what) => `(common || jsonb_build_object('scope', scope) || CASE total
                 WHEN 1 THEN ${what} -> 0
                 WHEN jsonb_array_length(${what}) THEN jsonb_build_object('changes', ${what})
               END)::text`;

/**
 * From `changes` to one payload for each scope: with rows, else without, else "anything may have
 * changed". What is too large is left out before it is put together: PostgreSQL refuses a jsonb of
 * 256 MB, and with it the statement.
 */
const PAYLOADS = `lists AS (
        SELECT scope, count(*) AS total,
               ${list('whole')} AS whole,
               ${list('lean')} AS lean
          FROM (SELECT *, row_number() OVER (PARTITION BY scope) AS place
                  FROM changes WHERE ${IS_SCOPE}) AS placed
         GROUP BY scope),
      messages AS (
        SELECT scope,
               ${message('whole')} AS whole,
               ${message('lean')} AS lean
          FROM lists)
      SELECT CASE
               WHEN octet_length(whole) < ${PAYLOAD_BYTES} THEN whole
               WHEN octet_length(lean) < ${PAYLOAD_BYTES} THEN lean
               ELSE ${RESET}
             END AS payload FROM messages`;

const EVENTS = /** @type {const} */ (['insert', 'update', 'delete', 'truncate']);
const TRANSITION_TABLES = {
  insert: 'NEW TABLE AS new_rows',
  update: 'OLD TABLE AS old_rows NEW TABLE AS new_rows',
  delete: 'OLD TABLE AS old_rows',
};

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
  const teller = inSchema(fittingName(`${options.name}_tell_${options.table}`));
  const triggers = EVENTS.map((event) => ({
    event,
    name: quoteIdentifier(fittingName(`${options.name}_${event}`)),
  }));

  const up = [
    // Its owner's rights, so that it sees all rows of a TRUNCATE by a role that may not read them.
    // Nobody else may put it on a table: that table's types would run code with these rights.
    `CREATE OR REPLACE FUNCTION ${teller}() RETURNS trigger LANGUAGE plpgsql\n` +
      `  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ` +
      quoteBody(functionBody(options)),
    `REVOKE ALL ON FUNCTION ${teller}() FROM PUBLIC`,
    ...triggers.map(({ event, name }) => createTrigger(event, name, table, teller)),
  ];
  const down = [
    ...triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${name} ON ${table}`),
    `DROP FUNCTION IF EXISTS ${teller}()`,
  ];
  const script = (/** @type {string[]} */ statements) => `${statements.join(';\n')};\n`;
  return { up: script(up), down: script(down) };
}

/** @param {string} name @returns {string} itself, or a shorter one that no other name becomes */
function fittingName(name) {
  if (Buffer.byteLength(name) <= NAME_BYTES) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  let head = name;
  while (Buffer.byteLength(head) > NAME_BYTES - hash.length - 1)
    head = [...head].slice(0, -1).join('');
  return `${head}_${hash}`;
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

/** @param {Options} options */
function functionBody(options) {
  const { resource, channel, row } = options;
  const before = changesOf(options, 'old_rows', { withRow: false });
  const after = changesOf(options, 'new_rows', { withRow: true });
  const notify = (/** @type {string} */ payloads) =>
    `PERFORM pg_notify(${quoteLiteral(channel)}, payload) FROM (${payloads}) AS told;`;
  return `#variable_conflict use_variable
DECLARE
  common jsonb := jsonb_strip_nulls(jsonb_build_object(
    'resource', ${quoteLiteral(resource)},
    'action', tg_op,
    'mutation', nullif(current_setting('tidemark.mutation', true), ''),
    -- PostgreSQL tells equal notifications of a transaction once. The hub takes this out.
    'notify_id', gen_random_uuid()));
  detail text;
BEGIN
  IF tg_op = 'TRUNCATE' THEN
    ${tellTruncate(options)}
    RETURN NULL;
  END IF;
  -- A value may be none that jsonb can hold: a NUL in a json column, a text of 256 MB.
  FOREACH detail IN ARRAY ARRAY[${row.length > 0 ? "'row', " : ''}'fields', 'scope'] LOOP
    BEGIN
      IF tg_op = 'INSERT' THEN
        ${notify(`
          WITH changes AS (${after}),
          ${PAYLOADS}`)}
      ELSIF tg_op = 'UPDATE' THEN
        -- What a row was is told as well, where it left a scope or one of its fields changed.
        ${notify(`
          WITH after AS (${after}),
          before AS (${before}),
          changes AS (
            SELECT scope, lean, whole FROM after UNION ALL
            (SELECT scope, lean, lean FROM before EXCEPT SELECT scope, lean, lean FROM after)),
          ${PAYLOADS}`)}
      ELSE
        ${notify(`
          WITH changes AS (${before}),
          ${PAYLOADS}`)}
      END IF;
      RETURN NULL;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
      IF detail = 'scope' THEN RAISE; END IF;
    END;
  END LOOP;
END`;
}

/**
 * The table is the one that is truncated, under the name it has by then.
 *
 * @param {Options} options
 */
function tellTruncate({ channel, scopes }) {
  const names = scopes.map(scopeName).join(', ');
  const select = `SELECT pg_notify(${quoteLiteral(channel)}, ${RESET})
    FROM (SELECT DISTINCT scope FROM `;
  const where = ` AS r CROSS JOIN LATERAL (VALUES ${names}) AS s (scope)
    WHERE ${IS_SCOPE}) AS told`;
  const table = "format('%I.%I', tg_table_schema, tg_table_name)";
  return `EXECUTE ${quoteLiteral(select)} || ${table} || ${quoteLiteral(where)};`;
}

/**
 * A SELECT with one row for each changed row and each scope that hears of it. `lean` is what rules
 * need; `whole` has the row besides. NULL is what `detail` leaves out.
 *
 * @param {Options} options
 * @param {'old_rows' | 'new_rows'} source
 * @param {{ withRow: boolean }} what
 */
function changesOf({ id, fields, row, scopes }, source, { withRow }) {
  const key =
    id.length === 1 ? asText(id[0]) : `jsonb_build_array(${id.map(asText).join(', ')})::text`;
  const named = new Set([...(id.length > 1 ? id : []), ...fields].filter((name) => name !== 'id'));
  const lean = jsonObject([['id', key], ...[...named].map((name) => [name, asText(name)])]);
  const values = jsonObject(row.map((name) => [name, column(name)]));
  const whole =
    withRow && row.length > 0 ? `${lean} || jsonb_build_object('row', ${values})` : lean;
  return `
        SELECT s.scope,
               CASE WHEN detail <> 'scope' THEN ${lean} END AS lean,
               CASE WHEN detail = 'row' THEN ${whole} END AS whole
          FROM ${source} AS r
         CROSS JOIN LATERAL (VALUES ${scopes.map(scopeName).join(', ')}) AS s (scope)`;
}

/** @param {string} name */
function column(name) {
  return `r.${quoteIdentifier(name)}`;
}

/** @param {string} name */
function asText(name) {
  return `${column(name)}::text`;
}

/** @param {Options['scopes'][number]} parts @returns {string} SQL of a row with the scope's name */
function scopeName(parts) {
  const terms = parts.map((one) => ('text' in one ? quoteLiteral(one.text) : asText(one.column)));
  return `(${terms.join(' || ')})`;
}

/** @param {string[][]} members name and SQL of the value */
function jsonObject(members) {
  const parts = [];
  for (let start = 0; start < members.length; start += MEMBERS) {
    const some = members.slice(start, start + MEMBERS);
    const args = some.map(([name, value]) => `${quoteLiteral(name)}, ${value}`);
    parts.push(`jsonb_build_object(${args.join(', ')})`);
  }
  return parts.join(' || ');
}
