import { State } from '../engine/codes.js';
import { networkMode, resolveOption } from './options.js';

/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from './query.js' */

/**
 * @param {QueryClient} client
 * @param {any} options
 * @returns {Promise<any>}
 */
export async function fetchQuery(client, options) {
  const full = client.defaultQueryOptions(options);
  const once = full.retry === undefined ? { ...full, retry: false } : full;
  const query = client.getQueryCache().build(client, once);
  if (!isStale(query, once)) return query.data;
  return startFetch(query, once, false);
}

/**
 * @param {QueryClient} client
 * @param {any} options
 * @returns {Promise<void>}
 */
export async function prefetchQuery(client, options) {
  await fetchQuery(client, options).catch(() => {});
}

/**
 * @param {QueryClient} client
 * @param {any} options
 * @returns {Promise<any>}
 */
export async function ensureQueryData(client, options) {
  const full = client.defaultQueryOptions(options);
  const query = client.getQueryCache().build(client, full);
  if (!query.view.hasBase) return fetchQuery(client, options);
  if (options.revalidateIfStale && isStale(query, full)) prefetchQuery(client, options);
  return query.data;
}

/**
 * Starts a fetch that somebody waits for, or joins the one in flight.
 *
 * @param {Query} query
 * @param {any} options with defaults; this fetch goes by them
 * @param {boolean} restart abort what is in flight and ask again
 * @returns {Promise<any>} how it ends
 */
export function startFetch(query, options, restart) {
  const busy = (query.bits & State.FETCH_STATUS_MASK) !== State.FETCH_STATUS_IDLE;
  if (restart || !busy) {
    query.options = options;
    query.wanted = options;
  }
  const how = { restart, networkMode: networkMode(options), refetch: false };
  const result = query.wait();
  query.client.driver.apply((engine, now) => engine.fetch(query.entry, how, now));
  return result;
}

/** @param {Query} query @param {any} options */
function isStale(query, options) {
  return query.isStaleByTime(resolveOption(options.staleTime, query));
}
