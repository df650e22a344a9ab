import { argumentError } from '../runtime/argument-error.js';
import { resolveOption } from './options.js';
import { giveTags } from './tags.js';

/** @import { Query } from './query.js' */
/** @import { FullQueryOptions } from '../types/internal.js' */

/**
 * Puts an `initialData` option in, if the query has no data.
 *
 * @param {Query} query
 * @param {FullQueryOptions} options
 */
export function restoreInitialData(query, options) {
  if (options.initialData === undefined || query.view.hasBase) return;
  const data = resolveOption(options.initialData);
  if (data === undefined) return;
  restore(query, options, data, resolveOption(options.initialDataUpdatedAt));
}

/**
 * Puts the data of a state in that was kept somewhere.
 *
 * @param {Query} query
 * @param {{ data?: unknown, dataUpdatedAt?: number }} state
 */
export function restoreState(query, { data, dataUpdatedAt }) {
  if (data !== undefined) restore(query, query.options, data, dataUpdatedAt);
}

/**
 * @param {Query} query
 * @param {FullQueryOptions} options
 * @param {unknown} data
 * @param {number} [updatedAt] ms since 1970; default now
 */
function restore(query, options, data, updatedAt) {
  query.client.driver.apply((engine, now) => {
    const at = updatedAt ?? now;
    const age = ageOf('initialDataUpdatedAt', at, now);
    engine.setData(query.entry, { age, keepChanges: true }, now);
    query.restore(data, at);
    giveTags(query, options, engine, now);
  });
}

/**
 * Puts an answer in, as if the server had just given it.
 *
 * @param {Query} query
 * @param {unknown} data not undefined
 * @param {number} [updatedAt] ms since 1970; default now
 */
export function putData(query, data, updatedAt) {
  const shared = query.view.share(data);
  query.client.driver.apply((engine, now) => {
    const at = updatedAt ?? now;
    engine.setData(query.entry, { age: ageOf('updatedAt', at, now), keepChanges: false }, now);
    query.accept(shared, at);
    giveTags(query, query.options, engine, now);
  });
}

/**
 * @param {string} option that says `at`
 * @param {number} at ms since 1970
 * @param {number} now
 * @returns {number} ms
 */
function ageOf(option, at, now) {
  if (Number.isNaN(Number(at))) {
    throw argumentError(option, 'a number of ms since 1970', at);
  }
  return Math.max(0, now - at);
}
