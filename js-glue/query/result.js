import { RefetchOn, STATIC } from '../engine/codes.js';
import { onlineManager } from '../runtime/online-manager.js';
import { isEnabled, staleTimeOf } from './observer-options.js';
import { streamStatusOf } from './query-state.js';

/** @import { Query } from './query.js' */
/** @import { Selection } from './selection.js' */
/** @import { AnyBaseResult, AnyQueryResult, AnyQueryState, FullQueryOptions } from '../types/internal.js' */
/** @import { RefetchOptions } from '../types/query-options.js' */

/**
 * @typedef {object} ResultContext
 * @property {Selection} selection the observer's
 * @property {AnyQueryResult | undefined} shown the result before this one, or undefined
 * @property {Query | undefined} previousQuery the last one with data
 * @property {{ data: number, error: number }} counts of updates when the observer came to the query
 * @property {boolean} willFetch it is about to fetch: shown as if it did already
 * @property {(options?: RefetchOptions) => Promise<AnyQueryResult>} refetch
 */

/**
 * What an observer shows of a query: the fields of the public result.
 *
 * @param {Query} query
 * @param {FullQueryOptions} options with defaults
 * @param {ResultContext} context
 * @returns {AnyQueryResult}
 */
export function createResult(query, options, context) {
  const state = context.willFetch ? fetchingState(query.state, options) : query.state;
  const { data, status, error, errorUpdatedAt, isPlaceholderData } = shownData(
    query,
    state,
    options,
    context,
  );
  const { fetchStatus } = state;
  const isFetching = fetchStatus === 'fetching';
  const isPending = status === 'pending';
  const isError = status === 'error';
  const isLoading = isFetching && isPending;
  const hasData = data !== undefined;
  /** @type {AnyBaseResult} */
  const result = {
    status,
    fetchStatus,
    isPending,
    isSuccess: status === 'success',
    isError,
    isInitialLoading: isLoading,
    isLoading,
    data,
    dataUpdatedAt: state.dataUpdatedAt,
    error,
    errorUpdatedAt,
    failureCount: state.fetchFailureCount,
    failureReason: state.fetchFailureReason,
    errorUpdateCount: state.errorUpdateCount,
    isFetched: query.isFetched(),
    isFetchedAfterMount:
      state.dataUpdateCount > context.counts.data || state.errorUpdateCount > context.counts.error,
    isFetching,
    isRefetching: isFetching && !isPending,
    isLoadingError: isError && !hasData,
    isPaused: fetchStatus === 'paused',
    isPlaceholderData,
    isRefetchError: isError && hasData,
    isStale: isStale(query, options),
    isEnabled: isEnabled(options, query),
    streamStatus: streamStatusOf(query.bits),
    refetch: context.refetch,
  };
  return /** @type {AnyQueryResult} */ (result); // its flags say which of them
}

/**
 * @param {Query} query
 * @param {AnyQueryState} state
 * @param {FullQueryOptions} options
 * @param {ResultContext} context
 */
function shownData(query, state, options, { selection, shown, previousQuery }) {
  let { data, status, error, errorUpdatedAt } = state;
  let isPlaceholderData = false;
  if (data === undefined && status === 'pending') {
    data = selection.placeholder(options.placeholderData, previousQuery);
    isPlaceholderData = data !== undefined;
    if (isPlaceholderData) status = 'success';
  }
  if (data !== undefined) {
    const source = isPlaceholderData ? undefined : query;
    const now = query.client.driver.now();
    const selected = selection.select(options, data, shown?.data, source, now);
    data = selected.data;
    if (selected.failure) {
      status = 'error';
      error = selected.failure.error;
      errorUpdatedAt = selected.failure.at;
      isPlaceholderData = false;
    }
  }
  return { data, status, error, errorUpdatedAt, isPlaceholderData };
}

/** @param {Query} query @param {FullQueryOptions} options */
function isStale(query, options) {
  if (!isEnabled(options, query)) return false;
  if (query.dropped) return true;
  const staleTime = staleTimeOf(options, query);
  return query.client.driver.ask((engine, now) => engine.isStale(query.entry, staleTime, now));
}

/**
 * A query's state as it will be once the fetch that is about to come has started.
 *
 * @param {AnyQueryState} state
 * @param {FullQueryOptions} options
 * @returns {AnyQueryState}
 */
function fetchingState(state, { networkMode = 'online' }) {
  const paused = networkMode === 'online' && !onlineManager.isOnline();
  return {
    ...state,
    fetchStatus: paused ? 'paused' : 'fetching',
    fetchFailureCount: 0,
    fetchFailureReason: null,
    ...(state.data === undefined && { status: 'pending', error: null }),
  };
}

/**
 * Whether the core will fetch when this observer comes. The core decides it again when the time
 * comes; this is for the render before.
 *
 * @param {Query} query
 * @param {ReturnType<typeof import('./observer-options.js').coreOptions>} core
 */
export function fetchesOnMount(query, core) {
  if (!core.enabled) return false;
  const { data, status } = query.state;
  if (data === undefined) return status !== 'error' || core.retryOnMount;
  if (core.staleTime === STATIC) return false;
  if (core.refetchOnMount === RefetchOn.ALWAYS) return true;
  return core.refetchOnMount === RefetchOn.IF_STALE && isStaleFor(query, core);
}

/**
 * Whether the core will fetch when an observer that is there already comes to this query, or is
 * enabled on it.
 *
 * @param {Query} query
 * @param {ReturnType<typeof import('./observer-options.js').coreOptions>} core
 */
export function fetchesOnArrival(query, core) {
  return core.enabled && isStaleFor(query, core);
}

/** @param {Query} query @param {{ staleTime: number }} core */
function isStaleFor(query, { staleTime }) {
  if (query.dropped) return true;
  return query.client.driver.ask((engine, now) => engine.isStale(query.entry, staleTime, now));
}
