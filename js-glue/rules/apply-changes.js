import { isTag } from '../query/tags.js';
import { argumentError } from '../runtime/argument-error.js';
import { changeJson } from '../runtime/change-json.js';
import { isPlainObject } from '../runtime/hash-key.js';

/** @import { QueryClient } from '../client/query-client.js' */

/**
 * Changes as the core reads them: JSON, in as many texts as it takes for none to be too long.
 *
 * @param {readonly unknown[]} changes
 * @param {number} limit bytes of one text
 * @param {string} [mutation] the name on the wire of the mutation that caused them
 * @returns {string[]}
 * @throws {TypeError} for a change that has no `resource`, or is too long by itself
 */
export function encodeChanges(changes, limit, mutation) {
  const texts = changes.map((change, index) => {
    const place = changes.length > 1 ? `change ${index + 1}` : 'the change';
    checkChange(change, place);
    return encodeChange(mutation ? { ...change, mutation } : change, place, limit);
  });
  /** @type {string[][]} */
  const batches = [];
  let size = Infinity;
  for (const text of texts) {
    const bytes = byteLength(text) + 1;
    if (size + bytes > limit) {
      batches.push([]);
      size = 2;
    }
    batches.at(-1)?.push(text);
    size += bytes;
  }
  return batches.map((batch) => `[${batch.join()}]`);
}

/**
 * @param {unknown} change
 * @param {string} place
 * @param {number} limit
 */
function encodeChange(change, place, limit) {
  const text = changeJson(change);
  const bytes = byteLength(text);
  if (bytes + 3 > limit) {
    throw new TypeError(
      `${place} must be at most ${limit - 3} bytes long (limits.messageBytes); got ${bytes}`,
    );
  }
  return text;
}

/**
 * @param {unknown} change
 * @param {string} place
 * @returns {asserts change is Record<string, unknown>}
 */
function checkChange(change, place) {
  const { resource, tags } = isPlainObject(change) ? change : {};
  if (tags !== undefined && !(Array.isArray(tags) && tags.every(isTag))) {
    throw argumentError(
      `tags of ${place}`,
      "an array of tags, such as ['Post', ['Post', 1]]",
      tags,
    );
  }
  if (typeof resource === 'string' && resource !== '') return;
  if (tags !== undefined && resource === undefined) return;
  throw argumentError(place, "{ resource: 'task', id: 42, … } or { tags: ['Post', …] }", change);
}

/** @param {string} text @returns {number} bytes as UTF-8 */
function byteLength(text) {
  return new TextEncoder().encode(text).length;
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
    throw argumentError('changes', "an array, such as [{ resource: 'task', id: 42 }]", changes);
  }
  const texts = encodeChanges(changes, client.messageBytes);
  client.optionFunctions.ask();
  return client.driver.apply((engine, now) =>
    texts.reduce((touched, text) => touched + engine.change(text, now), 0),
  );
}
