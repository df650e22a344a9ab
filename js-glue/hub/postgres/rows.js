import { quoteIdentifier, quoteLiteral } from './quote.js';

/** @typedef {import('./options.js').Options} Options */

/** A function takes at most 100 arguments, two for each member of an object. */
const MEMBERS = 50;

/**
 * A SELECT with one row for each changed row and each scope that hears of it. `lean` is what rules
 * need; `whole` has the row besides, where `detail` asks for it.
 *
 * @param {Options} options
 * @param {'old_rows' | 'new_rows'} source
 * @param {{ withRow: boolean }} what
 */
export function changesOf({ id, fields, row, scopes }, source, { withRow }) {
  const key =
    id.length === 1 ? asText(id[0]) : `jsonb_build_array(${id.map(asText).join(', ')})::text`;
  const named = new Set([...(id.length > 1 ? id : []), ...fields].filter((name) => name !== 'id'));
  const lean = jsonObject([['id', key], ...[...named].map((name) => [name, asText(name)])]);
  const values = jsonObject(row.map((name) => [name, column(name)]));
  const whole =
    withRow && row.length > 0 ? `${lean} || jsonb_build_object('row', ${values})` : lean;
  const names = scopes.map(({ parts }) => `(${scopeName(parts)})`).join(', ');
  return `
        SELECT s.scope,
               ${lean} AS lean,
               CASE WHEN detail = 'row' THEN ${whole} END AS whole
          FROM ${source} AS r
         CROSS JOIN LATERAL (VALUES ${names}) AS s (scope)`;
}

/** @param {Options['scopes'][number]['parts']} parts @returns {string} SQL of the scope's name */
export function scopeName(parts) {
  return parts
    .map((one) => ('text' in one ? quoteLiteral(one.text) : asText(one.column)))
    .join(' || ');
}

/** @param {Options['scopes'][number]['parts']} parts @returns {string[]} the columns it names */
export function columnsOfScope(parts) {
  return parts.flatMap((one) => ('column' in one ? [one.column] : []));
}

/** @param {Options} options @returns {string[]} every column that the triggers name */
export function columnsOf({ id, fields, row, scopes }) {
  const ofScopes = scopes.flatMap(({ parts }) => columnsOfScope(parts));
  return [...new Set([...id, ...fields, ...row, ...ofScopes])];
}

/**
 * `r.gone` may be read as a call of a function `gone`, so it takes the catalog to say what is there.
 *
 * @param {string[]} columns
 * @param {string} table SQL of its oid
 * @returns {string} SQL of an array with those that the table does not have
 */
export function missingColumns(columns, table) {
  // The type `name` cuts a long one off where an identifier is cut off.
  return `ARRAY(
    SELECT c.name FROM unnest(${textArray(columns)}) AS c (name)
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
       WHERE a.attrelid = ${table} AND a.attname = c.name::pg_catalog.name
         AND a.attnum > 0 AND NOT a.attisdropped))`;
}

/** @param {string[]} texts */
export function textArray(texts) {
  return `ARRAY[${texts.map(quoteLiteral).join(', ')}]`;
}

/** @param {string} name */
function column(name) {
  return `r.${quoteIdentifier(name)}`;
}

/** @param {string} name */
function asText(name) {
  return `${column(name)}::text`;
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
