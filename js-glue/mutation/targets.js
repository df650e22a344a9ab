import { argumentError } from '../runtime/argument-error.js';
import { copyKey, hashKey, partialMatchKey } from '../runtime/hash-key.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { Query } from '../query/query.js' */

/** @import { OptimisticUpdate } from '../types/mutation.js' */

/** @typedef {Required<OptimisticUpdate> & { hash: string }} Target */

/**
 * The `optimistic` option as it is meant.
 *
 * @param {unknown} optimistic
 * @returns {Target[]}
 * @throws {TypeError} that says what is allowed
 */
export function targetsOf(optimistic) {
  if (!Array.isArray(optimistic)) {
    throw argumentError('optimistic', 'an array, such as [{ queryKey, update }]', optimistic);
  }
  return optimistic.map((target, index) => {
    const { queryKey, exact = true, update } = target ?? {};
    const place = `optimistic[${index}]`;
    if (!Array.isArray(queryKey)) throw argumentError(`${place}.queryKey`, 'an array', queryKey);
    if (typeof exact !== 'boolean') throw argumentError(`${place}.exact`, 'a boolean', exact);
    if (typeof update !== 'function') throw argumentError(`${place}.update`, 'a function', update);
    const hash = hashKey(queryKey);
    return { queryKey: copyKey(queryKey), hash, exact, update };
  });
}

/**
 * True if the target changes that query.
 *
 * @param {Target} target
 * @param {Query} query
 */
export function isAbout({ queryKey, hash, exact }, query) {
  return exact ? hash === query.queryHash : partialMatchKey(query.queryKey, queryKey);
}

/**
 * The handles of the entries that there are for some targets, each once.
 *
 * @param {readonly Target[]} targets
 * @param {Engine} engine
 * @param {number} now
 */
export function entriesOf(targets, engine, now) {
  const entries = targets.flatMap(({ queryKey, exact }) =>
    exact ? [engine.find(queryKey)] : engine.match(queryKey, 0, now),
  );
  return new Set(entries);
}
