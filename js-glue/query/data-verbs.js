import { resolveOption } from './options.js';
import { giveTags } from './tags.js';

/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from './query.js' */

/**
 * @typedef {object} SetDataOptions
 * @property {number} [updatedAt] ms since 1970; default now
 */

/**
 * The query of a key, or undefined; makes none.
 *
 * @param {QueryClient} client
 * @param {readonly unknown[]} queryKey
 */
export function find(client, queryKey) {
  return client.getQueryCache().of(client.driver.ask((engine) => engine.find(queryKey)));
}

/**
 * An updater function gets the base, without the layers of pending mutations: they are replayed
 * over what it returns, so it must not return them as well.
 *
 * @param {QueryClient} client
 * @param {readonly unknown[]} queryKey
 * @param {any} updater the data or a function of the data; undefined changes nothing
 * @param {SetDataOptions} [options]
 * @returns {any} what is shown from now on
 */
export function setQueryData(client, queryKey, updater, options) {
  const base = find(client, queryKey)?.view.base;
  const data = typeof updater === 'function' ? updater(base) : updater;
  if (data === undefined) return undefined;
  const query = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
  const shared = query.view.share(data);
  client.driver.apply((engine, now) => {
    const at = options?.updatedAt ?? now;
    engine.setData(query.entry, { age: age('updatedAt', at, now), keepChanges: false }, now);
    query.accept(shared, at);
    giveTags(query, query.options, engine, now);
  });
  return query.data;
}

/**
 * Puts an `initialData` option in, if the query has no data.
 *
 * @param {Query} query
 * @param {any} options
 */
export function restoreInitialData(query, options) {
  if (options.initialData === undefined || query.view.hasBase) return;
  const data = resolveOption(options.initialData);
  if (data === undefined) return;
  const updatedAt = resolveOption(options.initialDataUpdatedAt);
  query.client.driver.apply((engine, now) => {
    const at = updatedAt ?? now;
    engine.setData(
      query.entry,
      { age: age('initialDataUpdatedAt', at, now), keepChanges: true },
      now,
    );
    query.restore(data, at);
    giveTags(query, options, engine, now);
  });
}

/**
 * @param {string} option that says `at`
 * @param {number} at ms since 1970
 * @param {number} now
 * @returns {number} ms
 */
function age(option, at, now) {
  if (Number.isNaN(Number(at))) {
    throw new TypeError(`${option} is ${at}; it must be a number of ms since 1970.`);
  }
  return Math.max(0, now - at);
}
