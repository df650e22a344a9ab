import { RefetchType } from '../engine/codes.js';
import { startFetch } from './fetcher.js';
import { putData } from './initial-data.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { Query } from './query.js' */
/** @import { AnyQueryOptions } from '../types/internal.js' */
/** @import { CancelOptions, SetDataOptions } from '../types/query-options.js' */

/** What can be done with one query: the client's verbs for a query that one has in hand. */

/**
 * @param {Query} query
 * @param {Partial<AnyQueryOptions> | undefined} options of the app's, for this fetch and from now on; default those of the query
 * @param {{ cancelRefetch?: boolean }} how true: what is in flight is aborted and asked for again
 * @returns the data
 */
export function fetch(query, options, { cancelRefetch = false }) {
  const { client, queryKey } = query;
  if (query.dropped) return client.fetchQuery({ ...query.options, ...options, queryKey });
  if (options) setOptions(query, options);
  const full = options ? query.options : query.optionsToFetchWith();
  return startFetch(query, full, { restart: cancelRefetch });
}

/** @param {Query} query @param {CancelOptions} options */
export async function cancel(query, { revert = true }) {
  onEntry(query, (engine, entries, now) => engine.cancel(entries, { revert }, now));
}

/** Marks it; fetches nothing. @param {Query} query */
export function invalidate(query) {
  const how = { refetchType: RefetchType.NONE, trail: false };
  onEntry(query, (engine, entries, now) => engine.invalidate(entries, how, now));
}

/** As if never fetched; fetches nothing. @param {Query} query */
export function reset(query) {
  onEntry(query, (engine, entries, now) => {
    engine.reset(entries, now);
    engine.cancel(entries, { revert: true }, now);
  });
}

/** @param {Query} query @param {unknown} data @param {SetDataOptions} options */
export function setData(query, data, { updatedAt }) {
  if (!query.dropped && data !== undefined) putData(query, data, updatedAt);
  return query.data;
}

/** @param {Query} query @param {Partial<AnyQueryOptions>} options of the app's */
export function setOptions(query, options) {
  query.options = query.client.defaultQueryOptions({ ...options, queryKey: query.queryKey });
}

/** @param {Query} query @param {(engine: Engine, entries: number[], now: number) => unknown} step */
function onEntry(query, step) {
  if (query.dropped) return;
  query.client.driver.apply((engine, now) => step(engine, [query.entry], now));
}
