import { putData } from '../query/initial-data.js';

/** @import { QueryClient } from './query-client.js' */
/** @import { SetDataOptions } from '../types/query-options.js' */
/** @import { Query } from '../query/query.js' */

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
 * @param {unknown} updater the data or a function of the data; undefined changes nothing
 * @param {SetDataOptions} [options]
 * @returns what is shown from now on
 */
export function setQueryData(client, queryKey, updater, options) {
  const base = find(client, queryKey)?.view.base;
  const data = typeof updater === 'function' ? updater(base) : updater;
  if (data === undefined) return undefined;
  const query = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
  putData(query, data, options?.updatedAt);
  return query.data;
}
