import { argumentError } from './argument-error.js';

/**
 * Throws for an argument in the form of older versions of TanStack Query, a key or a function first.
 * Unchecked, it would count as an object without members.
 *
 * @param {string} name of the argument
 * @param {unknown} value undefined is allowed
 * @param {string} example of what is allowed
 */
export function checkObject(name, value, example) {
  if (value === undefined) return;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw argumentError(
    name,
    `an object, such as ${example} (only the object form is supported)`,
    value,
  );
}
