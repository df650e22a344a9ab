/** @typedef {string | number | boolean | unknown[] | Record<string, unknown> | null | undefined} KeyPart */

/**
 * What a part of a key counts as: what JSON carries of it. The one place that says so, one level deep;
 * the encoder, `hashKey` and `partialMatchKey` all look at keys through it, so that they agree on which
 * keys are one.
 *
 * @param {unknown} value
 * @param {string | number} name of the member or index of the item, for `toJSON`
 * @returns {KeyPart} undefined for what JSON leaves out of an object; in an array that counts as null
 * @throws {TypeError} for a BigInt
 */
export function keyPart(value, name) {
  // The common ones first: this runs for each part of each key of a render.
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  // NaN and infinities are null, and -0 + 0 is 0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (value === undefined || typeof value === 'symbol') return undefined;
  const { toJSON } = /** @type {{ toJSON?: unknown }} */ (value);
  // JSON asks once: what toJSON returns is taken as it is.
  if (typeof toJSON === 'function') return withoutToJson(toJSON.call(value, String(name)));
  return withoutToJson(value);
}

/** @param {unknown} value @returns {KeyPart} */
function withoutToJson(value) {
  if (typeof value === 'object' && value !== null) return unboxed(value);
  if (typeof value === 'bigint') {
    throw new TypeError('a query key must not contain a BigInt: use a string or a number');
  }
  return typeof value === 'function' ? undefined : keyPart(value, '');
}

/** @param {object} value @returns {KeyPart} */
function unboxed(value) {
  // By the slot that makes it one, as JSON does: an object may be of another realm, or only look so.
  switch (Object.prototype.toString.call(value)) {
    case '[object Number]':
      return keyPart(Number(value), '');
    case '[object String]':
      return String(value);
    case '[object Boolean]':
    case '[object BigInt]':
      return withoutToJson(value.valueOf());
    default:
      return /** @type {KeyPart} */ (value);
  }
}
