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
    throw new TypeError('optimistic is not a list; allowed: [{ queryKey: […], update: fn }, …]');
  }
  return optimistic.map((target, index) => {
    const { queryKey, exact = true, update } = target ?? {};
    if (!Array.isArray(queryKey) || typeof exact !== 'boolean' || typeof update !== 'function') {
      throw new TypeError(
        `optimistic ${index + 1} is wrong; allowed: ` +
          '{ queryKey: […], exact?: boolean, update: (value, variables, queryKey) => … }',
      );
    }
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
