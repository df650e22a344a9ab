import { startFetch } from '../query/fetcher.js';
import { coreStaleTime, resolveOption } from '../query/options.js';

/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from '../query/query.js' */
/** @import { AnyEnsureOptions, AnyFetchOptions, FullQueryOptions } from '../types/internal.js' */

/**
 * @param {QueryClient} client
 * @param {AnyFetchOptions} options
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
 * @param {AnyFetchOptions} options
 * @returns {Promise<void>}
 */
export async function prefetchQuery(client, options) {
  const full = client.defaultQueryOptions(options); // a mistake in them is no failure of the fetch
  await fetchQuery(client, full).catch(() => {});
}

/**
 * @param {QueryClient} client
 * @param {AnyEnsureOptions} options
 */
export async function ensureQueryData(client, options) {
  const full = client.defaultQueryOptions(options);
  const query = client.getQueryCache().build(client, full);
  if (!query.view.hasBase) return fetchQuery(client, options);
  if (options.revalidateIfStale && isStale(query, full)) prefetchQuery(client, options);
  return query.data;
}

/** @param {Query} query @param {FullQueryOptions} options */
function isStale(query, options) {
  return query.isStaleByTime(resolveOption(options.staleTime, query));
}
