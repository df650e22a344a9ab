import { ENVELOPE_BYTES, ENVELOPE_DEPTH, isScope, MAX_DEPTH, MAX_MEMBERS } from './protocol.js';
import { parseStrict } from './strict-json.js';

/**
 * A change as the log keeps it.
 *
 * @typedef {object} RoutedChange
 * @property {string[]} scopes without duplicates, never empty
 * @property {string | null} data JSON text of what clients get; null if anything in these scopes
 *   may have changed, and their subscribers have to be told to look for themselves
 */

/** @typedef {{ defaultScope: string | null, frameBytes: number, withRow: boolean }} Routing */

const SCOPES_PER_CHANGE = 100;

/**
 * Reads what a trigger notifies or the application publishes: one change, several with fields in
 * common (`changes`), or "anything in these scopes may have changed" (`reset`). The scopes are taken
 * out: they are for routing, and one subscriber need not learn who else hears of the change.
 *
 * @param {string} text
 * @param {Routing} routing
 * @returns {{ changes: RoutedChange[] } | { problem: string }}
 */
export function readChanges(text, { defaultScope, frameBytes, withRow }) {
  const parsed = parseShallow(text);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  if (!isObject(value)) return { problem: 'not an object' };
  const taken = takeScopes(value, defaultScope);
  if ('problem' in taken) return taken;
  const { scopes } = taken;
  if (value.reset === true) return { changes: [{ scopes, data: null }] };
  if (typeof value.resource !== 'string' || value.resource === '') {
    return { problem: 'resource must be a string that is not empty' };
  }
  const each = takeEach(value);
  if ('problem' in each) return each;
  return {
    changes: each.list.map((change) => ({
      scopes,
      data: encodeData(withRow ? change : withoutRow(change), frameBytes - ENVELOPE_BYTES),
    })),
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
  const { row: _, ...value } = JSON.parse(text);
  if (Array.isArray(value.changes)) {
    value.changes = value.changes.map((/** @type {any} */ change) => ({
      ...change,
      row: undefined,
    }));
  }
  return parseStrict(JSON.stringify(value), maxDepth, MAX_MEMBERS);
}

/** @param {Record<string, unknown>} change @returns {Record<string, unknown>} */
function withoutRow({ row: _, ...rest }) {
  return rest;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {Record<string, unknown>} change loses `changes`
 * @returns {{ list: Record<string, unknown>[] } | { problem: string }}
 */
function takeEach(change) {
  const { changes, ...common } = change;
  if (changes === undefined) return { list: [change] };
  if (!Array.isArray(changes) || !changes.every(isObject)) {
    return { problem: 'changes must be a list of objects' };
  }
  return { list: changes.map((one) => ({ ...common, ...one })) };
}

/**
 * @param {Record<string, unknown>} change loses `scope` and `scopes`
 * @param {string | null} defaultScope
 * @returns {{ scopes: string[] } | { problem: string }}
 */
function takeScopes(change, defaultScope) {
  const { scope, scopes = [] } = change;
  delete change.scope;
  delete change.scopes;
  if (!Array.isArray(scopes)) return { problem: 'scopes must be a list of strings' };
  const found = [...new Set(scope === undefined ? scopes : [scope, ...scopes])];
  if (found.length === 0 && defaultScope !== null) found.push(defaultScope);
  if (found.length === 0) {
    return { problem: 'no scope, and createHub was given no defaultScope' };
  }
  if (found.length > SCOPES_PER_CHANGE) return { problem: `over ${SCOPES_PER_CHANGE} scopes` };
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
