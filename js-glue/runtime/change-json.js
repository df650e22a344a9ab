/**
 * JSON of what is told of a change, and of the tags it is compared with: equal values have equal text.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function changeJson(value) {
  return JSON.stringify(value, asTold);
}

/**
 * A BigInt is told as its digits, as a hub tells the 64-bit ids of a database. What somebody typed may
 * hold half a character: the core takes no text of that kind, and the rest of the change is as true.
 *
 * @param {string} _name
 * @param {unknown} value
 */
function asTold(_name, value) {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? value.replace(/[\0\p{Cs}]/gu, '\ufffd') : value;
}
