import { createHash } from 'node:crypto';

/** PostgreSQL cuts longer names off. */
const NAME_BYTES = 63;
const HASH_LENGTH = 16;
const TELL = '_tell_';

/**
 * @param {string} name the option
 * @param {string} table
 * @returns {string} of the function; no other name and table have the same
 */
export function functionName(name, table) {
  const text = `${name}${TELL}${table}`;
  const isOnlyOne = text.indexOf(TELL) === name.length;
  return isOnlyOne ? fittingName(text) : hashedName(text, JSON.stringify([name, table]));
}

/** @param {string} name @returns {string} itself, or a shorter one that no other name becomes */
export function fittingName(name) {
  return Buffer.byteLength(name) <= NAME_BYTES ? name : hashedName(name, name);
}

/** @param {string} name @param {string} identity @returns {string} the name's beginning and a hash */
function hashedName(name, identity) {
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_LENGTH);
  const characters = [...name];
  while (Buffer.byteLength(characters.join('')) > NAME_BYTES - HASH_LENGTH - 1) characters.pop();
  return `${characters.join('')}_${hash}`;
}
