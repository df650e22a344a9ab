import type { StreamStatus } from './channel.js';
import type { DefaultError, FetchStatus, QueryStatus } from './common.js';
import type { RefetchOptions } from './query-options.js';

export interface QueryObserverBaseResult<TData = unknown, TError = DefaultError> {
  /** The last answer with pending mutations applied, passed through `select`. */
  data: TData | undefined;
  /** ms since 1970; 0 for never. */
  dataUpdatedAt: number;
  error: TError | null;
  /** ms since 1970; 0 for never. */
  errorUpdatedAt: number;
  /** Failed tries of the fetch in flight, or of the last fetch if it failed. */
  failureCount: number;
  failureReason: TError | null;
  /** Number of failed fetches since the query was created. */
  errorUpdateCount: number;
  isError: boolean;
  /** At least one fetch has ended. */
  isFetched: boolean;
  /** At least one fetch has ended since this observer subscribed. */
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
   * Whether the data shown is live. `'live'`: the channel covers all scopes of the query, and the answer includes
   * every change received. `'catching-up'`: the answer misses a change, or there is no answer yet. `'stopped'`:
   * there is no channel, or the server refused a scope of the query. Otherwise the status of the channel. Not in
   * TanStack Query.
   */
  streamStatus: StreamStatus;
  /** Fetches now, even if disabled. Resolves with the result; rejects only with `throwOnError`. */
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

/** The result of an observer. `status` and the `is…` flags narrow its type. */
export type QueryObserverResult<TData = unknown, TError = DefaultError> =
  | DefinedQueryObserverResult<TData, TError>
  | QueryObserverLoadingErrorResult<TData, TError>
  | QueryObserverLoadingResult<TData, TError>
  | QueryObserverPendingResult<TData, TError>
  | QueryObserverPlaceholderResult<TData, TError>;
