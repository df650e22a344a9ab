import { ENVELOPE_BYTES, ENVELOPE_DEPTH, isScope, MAX_DEPTH } from './protocol.js';
import { parseStrict } from './strict-json.js';

/**
 * A change as the log keeps it.
 *
 * @typedef {object} RoutedChange
 * @property {string[]} scopes without duplicates, never empty
 * @property {string | null} data JSON text of what clients get; null if it cannot be sent in one
 *   frame, and subscribers of these scopes have to be told to look for themselves
 */

const SCOPES_PER_CHANGE = 100;

/**
 * Reads a change as a trigger notifies it or as the application publishes it, and takes the scopes
 * out of it: they are for routing, and one subscriber need not learn who else hears of the change.
 *
 * @param {string} text
 * @param {{ defaultScope: string | null, frameBytes: number }} options
 * @returns {RoutedChange | { problem: string }}
 */
export function routeChange(text, { defaultScope, frameBytes }) {
  const parsed = parseStrict(text, MAX_DEPTH - ENVELOPE_DEPTH);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'not an object' };
  }
  const change = /** @type {Record<string, unknown>} */ (value);
  if (typeof change.resource !== 'string' || change.resource === '') {
    return { problem: 'resource must be a string that is not empty' };
  }
  const scopes = takeScopes(change, defaultScope);
  if ('problem' in scopes) return scopes;
  return { scopes: scopes.found, data: encodeData(change, frameBytes - ENVELOPE_BYTES) };
}

/**
 * @param {Record<string, unknown>} change loses `scope` and `scopes`
 * @param {string | null} defaultScope
 * @returns {{ found: string[] } | { problem: string }}
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
  return { found };
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
  delete change.row;
  const rest = JSON.stringify(change);
  return Buffer.byteLength(rest) <= maxBytes ? rest : null;
}
