import { IS_SCOPE, PAYLOADS, RESET } from './payloads.js';
import { quoteLiteral } from './quote.js';
import {
  changesOf,
  columnsOf,
  columnsOfScope,
  missingColumns,
  scopeName,
  textArray,
} from './rows.js';

/** @typedef {import('./options.js').Options} Options */

/**
 * The function tells what it can, and never fails the statement that it tells of: changes with their
 * rows, else without, else resets of the scopes.
 *
 * Every name of the statements in it is qualified, or is a name that no column of the table's can be
 * taken for: those are only ever read as `r.…`.
 *
 * @param {Options} options
 */
export function functionBody(options) {
  const { resource, row, scopes } = options;
  return `#variable_conflict use_variable
DECLARE
  common jsonb := jsonb_strip_nulls(jsonb_build_object(
    'resource', ${quoteLiteral(resource)},
    'action', tg_op,
    -- From a client: one so long that it would leave no room for the rows is left out.
    'mutation', substring(current_setting('tidemark.mutation', true), '^.{1,128}$'),
    -- PostgreSQL tells equal notifications of a transaction once. The hub takes this out.
    'notify_id', gen_random_uuid()));
  missing text[] := ${missingColumns(columnsOf(options), 'tg_relid')};
  detail text;
  problem text;
  source text := CASE tg_op
    WHEN 'INSERT' THEN 'new_rows'
    WHEN 'UPDATE' THEN '(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows)'
    WHEN 'DELETE' THEN 'old_rows'
    -- The one that is truncated, under the name it has by then.
    ELSE format('%I.%I', tg_table_schema, tg_table_name) END;
BEGIN
  IF missing <> '{}' THEN
    problem := format('it has no column %s; run "up" of triggers with the columns it has',
      array_to_string(missing, ', '));
  ELSIF tg_op <> 'TRUNCATE' THEN
    -- A value may be none that jsonb can hold: a NUL in a json column, a text of 256 MB.
    FOREACH detail IN ARRAY ARRAY[${row.length > 0 ? "'row', " : ''}'fields'] LOOP
      BEGIN
        ${tellChanges(options)}
        RETURN NULL;
      EXCEPTION WHEN OTHERS THEN
        problem := sqlerrm;
      END;
    END LOOP;
  END IF;
  IF problem IS NOT NULL THEN
    RAISE WARNING 'tidemark: % of %.% is reported as resets: %',
      tg_op, tg_table_schema, tg_table_name, problem;
  END IF;
  ${scopes.map((scope) => tellResets(options, scope)).join('\n  ')}
  RETURN NULL;
END`;
}

/** @param {Options} options */
function tellChanges(options) {
  const before = changesOf(options, 'old_rows', { withRow: false });
  const after = changesOf(options, 'new_rows', { withRow: true });
  const notify = (/** @type {string} */ payloads) =>
    `PERFORM pg_notify(${quoteLiteral(options.channel)}, payload) FROM (${payloads}) AS told;`;
  return `IF tg_op = 'INSERT' THEN
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
      END IF;`;
}

/**
 * One scope that cannot be named takes no other along. The hub warns of a reset without a scope, or
 * resets its default scope.
 *
 * @param {Options} options
 * @param {Options['scopes'][number]} scope
 */
function tellResets({ channel }, { template, parts }) {
  const columns = columnsOfScope(parts);
  const told = quoteLiteral(channel);
  const select = `SELECT pg_notify(${told}, ${RESET}) FROM (SELECT ${scopeName(parts)} FROM `;
  const where = ` AS r) AS s (scope) WHERE ${IS_SCOPE} GROUP BY s.scope`;
  const check =
    columns.length === 0
      ? ''
      : `IF missing && ${textArray(columns)} THEN
      RAISE undefined_column USING MESSAGE = problem;
    END IF;
    `;
  return `BEGIN
    ${check}EXECUTE ${quoteLiteral(select)} || source || ${quoteLiteral(where)};
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'tidemark: % of %.% is not reported to %: %',
      tg_op, tg_table_schema, tg_table_name, ${quoteLiteral(template)}, sqlerrm;
    PERFORM pg_notify(${told}, '{"reset": true}');
  END;`;
}
