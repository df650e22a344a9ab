/**
 * Throws for an argument in the form of older versions of TanStack Query, a key or a function first,
 * which would otherwise be taken for an object that says nothing.
 *
 * @param {string} name of the argument
 * @param {unknown} value undefined is allowed
 * @param {string} example of what is allowed
 */
export function checkObject(name, value, example) {
  if (value === undefined) return;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new TypeError(
    `${name} must be an object, such as ${example}: only the object form is allowed; got ${kindOf(value)}`,
  );
}

/** @param {unknown} value */
function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'function' ? 'a function' : `a ${typeof value}`;
}
