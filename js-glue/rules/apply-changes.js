import { isPlainObject } from '../query/hash-key.js';

/** @import { QueryClient } from '../query/query-client.js' */

/**
 * A list of changes as the core reads them.
 *
 * @param {readonly unknown[]} changes
 * @returns {string}
 * @throws {TypeError} for one that is no object with a `resource`
 */
export function encodeChanges(changes) {
  changes.forEach((change, index) => {
    const resource = isPlainObject(change) ? change.resource : undefined;
    if (typeof resource === 'string' && resource !== '') return;
    const place = changes.length > 1 ? `change ${index + 1}` : 'the change';
    throw new TypeError(
      `${place} names no resource; allowed: { resource: 'task', id: 42, action: 'UPDATE', … }`,
    );
  });
  return JSON.stringify(changes);
}

/**
 * Runs the rules for changes that the app knows of.
 *
 * @param {QueryClient} client
 * @param {readonly unknown[]} changes
 * @returns {number} how many entries they touched
 */
export function applyChanges(client, changes) {
  if (!Array.isArray(changes)) {
    throw new TypeError("applyChanges takes an array: [{ resource: 'task', id: 42 }, …]");
  }
  if (changes.length === 0) return 0;
  const json = encodeChanges(changes);
  return client.driver.apply((engine, now) => engine.change(json, now));
}
