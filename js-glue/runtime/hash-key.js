import { keyPart } from '../engine/key-part.js';
import { Pairs } from './pairs.js';

/** @import { KeyPart } from '../engine/key-part.js' */

/**
 * True for objects whose members are data: literals and objects without a prototype. Class
 * instances, maps and dates are leaves.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isPlainObject(value) {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    // An object literal of another realm, such as a frame or a test sandbox.
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Nesting beyond which a key is a mistake: the core takes less, and the stack is finite. */
const DEEPEST = 500;

/**
 * A key as text: equal texts mean one identity. JSON with the members of every object sorted.
 *
 * @param {readonly unknown[]} key
 * @throws {TypeError} for a BigInt or a circle
 */
export function hashKey(key) {
  return JSON.stringify(sorted(keyPart(key, ''), 0));
}

/** @param {KeyPart} part @param {number} depth @returns {unknown} */
function sorted(part, depth) {
  if (typeof part !== 'object' || part === null) return part;
  if (depth > DEEPEST) throw new TypeError('a key must not be nested too deeply or contain itself');
  // A hole counts as undefined: map would leave it out.
  if (Array.isArray(part)) return Array.from(part, (v, i) => sorted(keyPart(v, i), depth + 1));
  // fromEntries defines own members, so that a member called __proto__ stays one.
  return Object.fromEntries(
    Object.entries(part)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sorted(keyPart(value, name), depth + 1)]),
  );
}

/**
 * True if `filter` selects `key`: arrays as prefixes and objects as subsets at every depth, leaves
 * by value and type. A member that is undefined asks for keys without it.
 *
 * @param {readonly unknown[]} key
 * @param {readonly unknown[]} filter
 * @returns {boolean}
 */
export function partialMatchKey(key, filter) {
  return matches(keyPart(key, ''), keyPart(filter, ''), 0, new Pairs());
}

/**
 * @param {KeyPart} key
 * @param {KeyPart} filter
 * @param {number} depth
 * @param {Pairs} pairs
 * @returns {boolean}
 */
function matches(key, filter, depth, pairs) {
  if (key === filter) return true;
  if (typeof key !== 'object' || typeof filter !== 'object' || !key || !filter) return false;
  if (depth > DEEPEST) return false;
  // A pair met again has matched, or its parts still do: one that does not ends it all.
  if (Array.isArray(key) && Array.isArray(filter)) {
    return pairs.once(key, filter, true, () => itemsMatch(key, filter, depth + 1, pairs));
  }
  if (Array.isArray(key) || Array.isArray(filter)) return false;
  return pairs.once(key, filter, true, () => membersMatch(key, filter, depth + 1, pairs));
}

/** @param {unknown[]} key @param {unknown[]} filter @param {number} depth @param {Pairs} pairs */
function itemsMatch(key, filter, depth, pairs) {
  if (filter.length > key.length) return false;
  for (let i = 0; i < filter.length; i++) {
    const item = keyPart(key[i], i) ?? null;
    if (!matches(item, keyPart(filter[i], i) ?? null, depth, pairs)) return false;
  }
  return true;
}

/**
 * @param {Record<string, unknown>} key
 * @param {Record<string, unknown>} filter
 * @param {number} depth
 * @param {Pairs} pairs
 */
function membersMatch(key, filter, depth, pairs) {
  return Object.keys(filter).every((name) => {
    const member = Object.prototype.propertyIsEnumerable.call(key, name) ? key[name] : undefined;
    return matches(keyPart(member, name), keyPart(filter[name], name), depth, pairs);
  });
}

/**
 * True if a filter key asks for what a key lacks. The core cannot be asked that: for it, a member that
 * is undefined is none.
 *
 * @param {readonly unknown[]} filter
 * @returns {boolean}
 */
export function asksForAbsence(filter) {
  return lacks(keyPart(filter, ''), new Set());
}

/** @param {KeyPart} part @param {Set<object>} seen @returns {boolean} */
function lacks(part, seen) {
  if (typeof part !== 'object' || part === null || seen.has(part)) return false;
  seen.add(part);
  if (Array.isArray(part)) return part.some((item, i) => lacks(keyPart(item, i), seen));
  return Object.entries(part).some(([name, value]) => {
    const member = keyPart(value, name);
    return member === undefined || lacks(member, seen);
  });
}

/**
 * A key as it is now: who made it may go on to change it, and the core's copy would not follow. A Date
 * stays one for the queryFn. For keys that have been hashed or that the core took: those are finite.
 *
 * @template T
 * @param {T} part
 * @returns {T}
 */
export function copyKey(part) {
  return /** @type {T} */ (copied(part));
}

/** @param {unknown} part @returns {unknown} */
function copied(part) {
  if (Array.isArray(part)) return Array.from(part, (item) => copied(item));
  if (part instanceof Date) return new Date(part);
  if (!isPlainObject(part)) return part;
  const members = Object.entries(part).map(([name, value]) => [name, copied(value)]);
  return Object.fromEntries(members);
}
