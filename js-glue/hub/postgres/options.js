import { quoteChannel } from '../sources/channel.js';
import { parseScope } from './scope-template.js';

/**
 * @typedef {object} Options
 * @property {string | null} schema
 * @property {string} table
 * @property {string} resource
 * @property {string[]} id columns
 * @property {{ template: string, parts: ReturnType<typeof parseScope> }[]} scopes
 * @property {string[]} fields columns
 * @property {string[]} row columns
 * @property {string} channel
 * @property {string} name
 * @property {boolean} always
 */

const ONE_OR_MORE = 'a string or an array of strings';

/** What a change says of itself; a column of that name cannot be a field beside it. */
const TAKEN = [
  'resource',
  'action',
  'scope',
  'scopes',
  'row',
  'mutation',
  'changes',
  'reset',
  'notify_id',
];

/**
 * @param {import('./index.js').ChangeTriggerOptions} given
 * @returns {Options}
 * @throws {TypeError} naming the option that is wrong and what is allowed
 */
export function checkOptions(given) {
  const { table, schema, id = 'id', scopes, fields = [], row = [] } = given;
  const { resource = table, channel = 'tidemark', name = 'tidemark', always = false } = given;
  for (const [option, value] of Object.entries({ table, resource, name, schema: schema ?? 'x' })) {
    if (!isName(value))
      throw new TypeError(`${option} must be a string that is not empty; got ${String(value)}`);
  }
  if (typeof always !== 'boolean') {
    throw new TypeError(`always must be true or false; got ${String(always)}`);
  }
  quoteChannel(channel);
  const templates = listOf('scopes', [scopes].flat(), ONE_OR_MORE);
  const ids = listOf('id', [id].flat(), ONE_OR_MORE);
  if (templates.length === 0) throw new TypeError('scopes must have at least one scope; got none');
  if (ids.length === 0) throw new TypeError('id must name at least one column; got none');
  const columns = listOf('fields', fields);
  const taken = [...columns, ...(ids.length > 1 ? ids : [])].find((name) => TAKEN.includes(name));
  if (taken !== undefined) {
    throw new TypeError(
      `fields must not be ${TAKEN.join(', ')}, which every change has; got ${taken}`,
    );
  }
  if (columns.includes('id') && !ids.includes('id')) {
    throw new TypeError(
      `fields must not have id, since the id of a change is ${ids.join(', ')}; got id`,
    );
  }
  return {
    schema: schema ?? null,
    table,
    resource,
    id: ids,
    scopes: templates.map((template) => ({ template, parts: parseScope(template) })),
    fields: columns,
    row: listOf('row', row),
    channel,
    name,
    always,
  };
}

/** @param {unknown} value @returns {value is string} PostgreSQL has no NUL in text */
function isName(value) {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

/** @param {string} option @param {unknown} value @param {string} [allowed] @returns {string[]} */
function listOf(option, value, allowed = 'an array of strings') {
  if (Array.isArray(value) && value.every(isName)) return [...new Set(value)];
  throw new TypeError(`${option} must be ${allowed}, none of them empty; got ${String(value)}`);
}
