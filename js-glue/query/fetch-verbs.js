import { Fetching, State } from '../engine/codes.js';
import { coreStaleTime, networkMode, resolveOption } from './options.js';

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
  const staleTime = coreStaleTime(resolveOption(once.staleTime, query));
  return startFetch(query, once, { staleTime });
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
 * @param {{ restart?: boolean, staleTime?: number }} how restart: abort what is in flight and ask
 *   again; without it, an answer that is fresh for staleTime (ms, Infinity or STATIC) is enough
 * @returns {Promise<any>} the data, or how the fetch ends
 */
export function startFetch(query, options, { restart = false, staleTime = 0 }) {
  const busy = (query.bits & State.FETCH_STATUS_MASK) !== State.FETCH_STATUS_IDLE;
  const how = { restart, staleTime, networkMode: networkMode(options), refetch: false };
  const end = query.client.driver.apply((engine, now) => {
    if (engine.fetch(query.entry, how, now) === Fetching.FRESH) return null;
    if (restart || !busy) {
      query.options = options;
      query.wanted = options;
    }
    // Asked for in the step: a function of the app's that is called after it may end the fetch.
    return query.wait();
  });
  return end ?? Promise.resolve(query.data);
}

/** @param {Query} query @param {any} options */
function isStale(query, options) {
  return query.isStaleByTime(resolveOption(options.staleTime, query));
}
