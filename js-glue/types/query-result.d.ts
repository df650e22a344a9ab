import type { StreamStatus } from './channel.js';
import type { DefaultError, FetchStatus, QueryStatus } from './common.js';
import type { RefetchOptions } from './query-options.js';

export interface QueryObserverBaseResult<TData = unknown, TError = DefaultError> {
  /** The last answer, with pending mutations shown in it, as `select` made it. */
  data: TData | undefined;
  /** ms since 1970; 0 for never. */
  dataUpdatedAt: number;
  error: TError | null;
  /** ms since 1970; 0 for never. */
  errorUpdatedAt: number;
  /** Failed tries of the fetch in flight, or of the last one that failed. */
  failureCount: number;
  failureReason: TError | null;
  /** Fetches that failed, all in all. */
  errorUpdateCount: number;
  isError: boolean;
  /** A fetch has ended. */
  isFetched: boolean;
  /** A fetch has ended since this observer came. */
  isFetchedAfterMount: boolean;
  isFetching: boolean;
  /** `isFetching && isPending` */
  isLoading: boolean;
  isPending: boolean;
  isLoadingError: boolean;
  /** @deprecated `isLoading` */
  isInitialLoading: boolean;
  isPaused: boolean;
  isPlaceholderData: boolean;
  isRefetchError: boolean;
  /** `isFetching && !isPending` */
  isRefetching: boolean;
  isStale: boolean;
  isSuccess: boolean;
  isEnabled: boolean;
  /**
   * Whether what is shown is live. `'live'`: the channel tells of all that the query depends on, and
   * the answer lacks nothing that it told. `'catching-up'`: it lacks something, or there is no answer
   * yet. `'stopped'`: there is no channel, or a scope of the query is not to be had. Else as the
   * channel is. tidemark's own.
   */
  streamStatus: StreamStatus;
  /** Fetches now, even if disabled; resolves with the result, rejects only with `throwOnError`. */
  refetch: (options?: RefetchOptions) => Promise<QueryObserverResult<TData, TError>>;
  status: QueryStatus;
  fetchStatus: FetchStatus;
}

export interface QueryObserverPendingResult<TData = unknown, TError = DefaultError>
  extends QueryObserverBaseResult<TData, TError> {
  data: undefined;
  error: null;
  isError: false;
  isPending: true;
  isLoadingError: false;
  isRefetchError: false;
  isSuccess: false;
  isPlaceholderData: false;
  status: 'pending';
}

export interface QueryObserverLoadingResult<TData = unknown, TError = DefaultError>
  extends QueryObserverPendingResult<TData, TError> {
  isLoading: true;
}

export interface QueryObserverLoadingErrorResult<TData = unknown, TError = DefaultError>
  extends QueryObserverBaseResult<TData, TError> {
  data: undefined;
  error: TError;
  isError: true;
  isPending: false;
  isLoading: false;
  isLoadingError: true;
  isRefetchError: false;
  isSuccess: false;
  isPlaceholderData: false;
  status: 'error';
}

export interface QueryObserverRefetchErrorResult<TData = unknown, TError = DefaultError>
  extends QueryObserverBaseResult<TData, TError> {
  data: TData;
  error: TError;
  isError: true;
  isPending: false;
  isLoading: false;
  isLoadingError: false;
  isRefetchError: true;
  isSuccess: false;
  isPlaceholderData: false;
  status: 'error';
}

export interface QueryObserverSuccessResult<TData = unknown, TError = DefaultError>
  extends QueryObserverBaseResult<TData, TError> {
  data: TData;
  error: null;
  isError: false;
  isPending: false;
  isLoading: false;
  isLoadingError: false;
  isRefetchError: false;
  isSuccess: true;
  isPlaceholderData: false;
  status: 'success';
}

export interface QueryObserverPlaceholderResult<TData = unknown, TError = DefaultError>
  extends QueryObserverBaseResult<TData, TError> {
  data: TData;
  error: null;
  isError: false;
  isPending: false;
  isLoading: false;
  isLoadingError: false;
  isRefetchError: false;
  isSuccess: true;
  isPlaceholderData: true;
  status: 'success';
}

export type DefinedQueryObserverResult<TData = unknown, TError = DefaultError> =
  | QueryObserverRefetchErrorResult<TData, TError>
  | QueryObserverSuccessResult<TData, TError>;

/** What an observer shows. `status` and the `is…` flags narrow it. */
export type QueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedQueryObserverResult<TData, TError>
  | QueryObserverLoadingErrorResult<TData, TError>
  | QueryObserverLoadingResult<TData, TError>
  | QueryObserverPendingResult<TData, TError>
  | QueryObserverPlaceholderResult<TData, TError>;
