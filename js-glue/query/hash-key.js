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

/**
 * A key as text: equal texts mean one identity. JSON with the members of plain objects sorted at
 * every depth.
 *
 * @param {readonly unknown[]} key
 * @throws {TypeError} for a BigInt or a cycle
 */
export function hashKey(key) {
  return JSON.stringify(key, (_, value) => (isPlainObject(value) ? sorted(value) : value));
}

/** @param {Record<string, unknown>} object */
function sorted(object) {
  // fromEntries defines own members, so that a member called __proto__ stays one.
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((name) => [name, object[name]]),
  );
}

/**
 * True if `filter` selects `key`: arrays as prefixes and objects as subsets at every depth, leaves
 * by value and type. A member that is undefined asks for keys without it.
 *
 * @param {any} key
 * @param {any} filter
 * @returns {boolean}
 */
export function partialMatchKey(key, filter) {
  if (Object.is(key, filter)) return true;
  if (typeof key !== 'object' || typeof filter !== 'object' || !key || !filter) return false;
  if (Array.isArray(key) !== Array.isArray(filter)) return false;
  return Object.keys(filter).every((name) =>
    partialMatchKey(Object.hasOwn(key, name) ? key[name] : undefined, filter[name]),
  );
}

/**
 * True if a filter key asks for what a key lacks. The core cannot be asked that: for it, a member that
 * is undefined is none.
 *
 * @param {unknown} filter
 * @returns {boolean}
 */
export function asksForAbsence(filter) {
  if (Array.isArray(filter)) return filter.some(asksForAbsence);
  return (
    isPlainObject(filter) && Object.values(filter).some((v) => v === undefined || asksForAbsence(v))
  );
}
