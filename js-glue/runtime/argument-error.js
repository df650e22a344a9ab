const LENGTH = 64;
const ITEMS = 5;

/**
 * The one form of errors for a wrong argument.
 *
 * @param {string} name of the argument or option
 * @param {string} allowed what it must be
 * @param {unknown} value what it is
 */
export function argumentError(name, allowed, value) {
  return new TypeError(`${name} must be ${allowed}; got ${describeValue(value)}`);
}

/** @param {unknown} value @returns {string} */
export function describeValue(value) {
  if (!Array.isArray(value)) return describeItem(value);
  const items = value.slice(0, ITEMS).map(describeItem);
  return `[${items.join(', ')}${value.length > ITEMS ? ', …' : ''}]`;
}

/** @param {unknown} value */
function describeItem(value) {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return `the BigInt ${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** @param {string} text */
function quote(text) {
  return JSON.stringify(text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text);
}
