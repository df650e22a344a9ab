import {
  ENVELOPE_BYTES,
  ENVELOPE_DEPTH,
  isScope,
  MAX_DEPTH,
  MAX_MEMBERS,
} from '../base/protocol.js';
import { parseStrict } from '../base/strict-json.js';

/**
 * A change as the log keeps it.
 *
 * @typedef {object} RoutedChange
 * @property {string[]} scopes without duplicates, never empty
 * @property {string | null} data JSON text of what clients get; null if anything in these scopes
 *   may have changed, and their subscribers have to be told to look for themselves
 */

/** @typedef {{ defaultScope: string | null, frameBytes: number }} Routing */

const SCOPES_PER_CHANGE = 100;

/** UTF-16 code units. A client's are at most 96 bytes of its own id, a dot and a number. */
const MUTATION_LENGTH = 128;

/**
 * @param {unknown} change as the application publishes it
 * @returns {string} JSON; a BigInt is told as its digits, as a trigger tells a bigint
 * @throws {TypeError} for what JSON cannot say
 */
export function encodeChange(change) {
  return JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

/**
 * Reads what a trigger notifies or the application publishes: one change, several with fields in
 * common (`changes`), or "anything in these scopes may have changed" (`reset`). The scopes are taken
 * out: they are for routing, and one subscriber need not learn who else hears of the change. So is
 * `notify_id`, by which a trigger keeps PostgreSQL from telling equal notifications once.
 *
 * @param {string} text
 * @param {Routing} routing
 * @param {{ withRow: boolean }} what
 * @returns {{ changes: RoutedChange[] } | { problem: string }}
 */
export function readChanges(text, { defaultScope, frameBytes }, { withRow }) {
  const parsed = parseShallow(text);
  if ('problem' in parsed) return parsed;
  if (!isObject(parsed.value)) return { problem: 'it must be an object' };
  const { scope, scopes: more, changes, notify_id: _, ...change } = parsed.value;
  dropLongMutation(change);
  const routed = findScopes(scope, more, defaultScope);
  if ('problem' in routed) return routed;
  const { scopes } = routed;
  if (change.reset === true) return { changes: [{ scopes, data: null }] };
  if (typeof change.resource !== 'string' || change.resource === '') {
    return { problem: 'resource must be a string that is not empty' };
  }
  const encode = (/** @type {Record<string, unknown>} */ one) =>
    encodeData(withRow ? one : withoutRow(one), frameBytes - ENVELOPE_BYTES);
  if (changes === undefined) return { changes: [{ scopes, data: encode(change) }] };
  if (!Array.isArray(changes) || !changes.every(isObject)) {
    return { problem: 'changes must be an array of objects' };
  }
  return {
    changes: changes.map(({ scope: _, scopes: __, ...one }) => {
      dropLongMutation(one);
      return { scopes, data: encode({ ...change, ...one }) };
    }),
  };
}

/**
 * A row may hold JSON of any depth and width. One that is too large to be told is left out, like one
 * that is too long: that the row changed must not be lost with it.
 *
 * @param {string} text
 */
function parseShallow(text) {
  const maxDepth = MAX_DEPTH - ENVELOPE_DEPTH;
  const parsed = parseStrict(text, maxDepth, MAX_MEMBERS);
  if (!('tooLarge' in parsed)) return parsed;
  const value = withoutRow(JSON.parse(text));
  if (Array.isArray(value.changes)) {
    value.changes = value.changes.map((one) => (isObject(one) ? withoutRow(one) : one));
  }
  return parseStrict(JSON.stringify(value), maxDepth, MAX_MEMBERS);
}

/** @param {Record<string, unknown>} change @returns {Record<string, unknown>} */
function withoutRow({ row: _, ...rest }) {
  return rest;
}

/**
 * The id comes from a client, by way of the application, and goes to all others. One that no client
 * of ours makes is left out: it must not make of a change one that is too large to be told.
 *
 * @param {Record<string, unknown>} change
 */
function dropLongMutation(change) {
  const { mutation } = change;
  if (typeof mutation !== 'string' || mutation.length > MUTATION_LENGTH) delete change.mutation;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} scope
 * @param {unknown} more
 * @param {string | null} defaultScope
 * @returns {{ scopes: string[] } | { problem: string }}
 */
function findScopes(scope, more = [], defaultScope) {
  if (!Array.isArray(more)) return { problem: 'scopes must be an array of strings' };
  const found = [...new Set(scope === undefined ? more : [scope, ...more])];
  if (found.length === 0 && defaultScope !== null) found.push(defaultScope);
  if (found.length === 0) {
    return { problem: 'it must have a scope, since createHub got no defaultScope' };
  }
  if (found.length > SCOPES_PER_CHANGE)
    return { problem: `it must have at most ${SCOPES_PER_CHANGE} scopes` };
  if (!found.every(isScope)) return { problem: 'a scope must be 1 to 128 printable characters' };
  return { scopes: found };
}

/**
 * A row that is too big for a frame is left out: without it clients fetch instead of patching.
 *
 * @param {Record<string, unknown>} change
 * @param {number} maxBytes
 */
function encodeData(change, maxBytes) {
  const whole = JSON.stringify(change);
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  const rest = JSON.stringify(withoutRow(change));
  return Buffer.byteLength(rest) <= maxBytes ? rest : null;
}
