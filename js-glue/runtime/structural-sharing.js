import { isPlainObject } from './hash-key.js';
import { Pairs } from './pairs.js';

/**
 * New data as the `structuralSharing` option wants it shown.
 *
 * @param {boolean | ((previous: unknown, next: unknown) => unknown) | undefined} option default true
 * @param {unknown} previous
 * @param {unknown} next
 * @returns {unknown}
 * @throws what the function throws, or reading a member of the data
 */
export function shareAs(option, previous, next) {
  if (option === false || next === undefined) return next;
  return typeof option === 'function' ? option(previous, next) : replaceEqualDeep(previous, next);
}

/**
 * Returns `next`, or as much of `previous` as equals it: an equal part keeps its old reference, so
 * that a reader that compares references sees no change where there is none. Looks into plain
 * arrays and plain objects only.
 *
 * @template T
 * @param {unknown} previous
 * @param {T} next
 * @returns {T}
 */
export function replaceEqualDeep(previous, next) {
  return /** @type {T} */ (share(previous, next, 0, new Pairs()));
}

/** Deeper values are compared by reference: nobody shows them, and the stack is finite. */
const DEEPEST = 500;

/**
 * @param {unknown} previous
 * @param {unknown} next
 * @param {number} depth
 * @param {Pairs} pairs
 * @returns {unknown}
 */
function share(previous, next, depth, pairs) {
  if (Object.is(previous, next) || depth > DEEPEST) return next;
  if (isPlainArray(previous) && isPlainArray(next)) {
    return pairs.once(previous, next, next, () => shareArray(previous, next, depth, pairs));
  }
  if (isPlainObject(previous) && isPlainObject(next)) {
    return pairs.once(previous, next, next, () => shareObject(previous, next, depth, pairs));
  }
  return next;
}

/**
 * Copies only what takes a part of `previous`: what is all new is kept as it is, and costs nothing to
 * compare the next time.
 *
 * @param {unknown[]} previous
 * @param {unknown[]} next
 * @param {number} depth
 * @param {Pairs} pairs
 */
function shareArray(previous, next, depth, pairs) {
  let equal = previous.length === next.length;
  let own = true;
  const copy = next.map((item, index) => {
    const known = index < previous.length;
    const shared = known ? share(previous[index], item, depth + 1, pairs) : item;
    if (!known || !Object.is(shared, previous[index])) equal = false;
    if (!Object.is(shared, item)) own = false;
    return shared;
  });
  if (equal) return previous;
  return own ? next : copy;
}

/**
 * @param {Record<string, unknown>} previous
 * @param {Record<string, unknown>} next
 * @param {number} depth
 * @param {Pairs} pairs
 */
function shareObject(previous, next, depth, pairs) {
  const names = Object.keys(next);
  let equal = names.length === Object.keys(previous).length;
  let own = true;
  const members = names.map((name) => {
    const known = Object.hasOwn(previous, name);
    const shared = known ? share(previous[name], next[name], depth + 1, pairs) : next[name];
    if (!known || !Object.is(shared, previous[name])) equal = false;
    if (!Object.is(shared, next[name])) own = false;
    return [name, shared];
  });
  if (equal) return previous;
  return own ? next : Object.fromEntries(members);
}

/**
 * An array with holes or named members is not data that JSON could carry.
 *
 * @param {unknown} value
 * @returns {value is unknown[]}
 */
function isPlainArray(value) {
  return Array.isArray(value) && value.length === Object.keys(value).length;
}

/**
 * True if both have the same members by reference.
 *
 * @template {object} T
 * @param {T | undefined} a
 * @param {T | undefined} b
 */
export function shallowEqual(a, b) {
  if (!a || !b) return a === b;
  const names = /** @type {(keyof T)[]} */ (Object.keys(a));
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]))
  );
}
