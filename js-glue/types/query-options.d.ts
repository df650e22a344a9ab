import type { Query } from './cache.js';
import type { QueryClient } from './client.js';
import type {
  DefaultError,
  NetworkMode,
  NonFunctionGuard,
  QueryKey,
  QueryMeta,
  RetryDelayValue,
  RetryValue,
  SkipToken,
  StaleTime,
} from './common.js';
import type { QueryObserverResult } from './query-result.js';
import type { Tag } from './rules.js';

/** What a {@link QueryFunction} is called with. */
export interface QueryFunctionContext<TQueryKey extends QueryKey = QueryKey> {
  client: QueryClient;
  queryKey: TQueryKey;
  /** Aborted when the answer is no longer needed. Accessing `signal` opts in to cancellation. */
  signal: AbortSignal;
  meta: QueryMeta | undefined;
  /**
   * Reports the position of the answer: pass the `Tidemark-As-Of` header, `"<epoch>:<seq>"`, which the
   * server took before it read its database. An answer older than a known change is shown and refetched.
   */
  asOf(position: string | null | undefined): void;
}

/**
 * Fetches the data. Resolves with anything but `undefined`; rejects or throws if it fails. If the error
 * has a `retryAfter`, in ms, the next try waits at least that long.
 */
export type QueryFunction<T = unknown, TQueryKey extends QueryKey = QueryKey> = (
  context: QueryFunctionContext<TQueryKey>,
) => T | Promise<T>;

export interface QueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  queryKey?: TQueryKey;
  queryFn?: QueryFunction<TQueryFnData, TQueryKey> | SkipToken;
  /**
   * Called instead of `queryFn`, which it receives: to read the answer from a storage, or to fetch and store it. The
   * answer counts as new, unless it reports an older position with `context.asOf`.
   */
  persister?: (
    queryFn: QueryFunction<TQueryFnData, TQueryKey>,
    context: QueryFunctionContext<TQueryKey>,
    query: Query<TQueryFnData, TError, TData, TQueryKey>,
  ) => TQueryFnData | Promise<TQueryFnData>;
  /** Default 3, 0 on a server; false for `fetchQuery`. */
  retry?: RetryValue<TError>;
  /** Default `min(1000 * 2 ** n, 30000)` ms, n from 0. */
  retryDelay?: RetryDelayValue<TError>;
  /** Default `'online'`. */
  networkMode?: NetworkMode;
  /** ms to keep unobserved data; the largest value requested wins. Default 5 min, Infinity on a server. */
  gcTime?: number;
  /** Data known before the first fetch. It is stored in the cache if the query has no data yet. */
  initialData?: TData | (() => TData | undefined);
  /** When `initialData` was fetched, in ms since 1970. Default now. */
  initialDataUpdatedAt?: number | (() => number | undefined);
  /** Equal parts of a new answer keep their references. Default true. */
  structuralSharing?: boolean | ((oldData: unknown, newData: unknown) => unknown);
  /**
   * Tags of the answer, in addition to its key. A change can name them: `applyChange({ tags })`, or a
   * message of the stream. Not in TanStack Query.
   */
  tags?: readonly Tag[] | ((data: TQueryFnData, queryKey: TQueryKey) => readonly Tag[]);
  /**
   * The scopes that the answer depends on, such as `'project:9'`; those of all callers are combined.
   * Without any, the query depends on all scopes of the channel: a reset of one scope marks it as stale,
   * and so does an added scope. Not in TanStack Query.
   */
  scopes?: readonly string[];
  /** Not used by tidemark. */
  meta?: QueryMeta;
}

/** An option that is a value, or a function of the query. */
export type QueryDependent<
  T,
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = T | ((query: Query<TQueryFnData, TError, TData, TQueryKey>) => T);

export type PlaceholderDataFunction<
  TQueryFnData = unknown,
  TError = DefaultError,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = (
  previousData: TQueryData | undefined,
  previousQuery: Query<TQueryFnData, TError, TQueryData, TQueryKey> | undefined,
) => TQueryData | undefined;

export type NotifyOnChangeProps =
  | Array<keyof QueryObserverResult>
  | 'all'
  | undefined
  | (() => Array<keyof QueryObserverResult> | 'all' | undefined);

export type ThrowOnError<
  TQueryFnData = unknown,
  TError = DefaultError,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> =
  | boolean
  | ((error: TError, query: Query<TQueryFnData, TError, TQueryData, TQueryKey>) => boolean);

export interface QueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends QueryOptions<TQueryFnData, TError, TQueryData, TQueryKey> {
  queryKey: TQueryKey;
  /** False: fetches only on `refetch()`. Default true. */
  enabled?: QueryDependent<boolean, TQueryFnData, TError, TQueryData, TQueryKey>;
  /** ms until the answer is stale. Default 0. */
  staleTime?: QueryDependent<StaleTime, TQueryFnData, TError, TQueryData, TQueryKey>;
  /** ms between fetches while observed; false or 0 for none. Default false. */
  refetchInterval?: QueryDependent<
    number | false | undefined,
    TQueryFnData,
    TError,
    TQueryData,
    TQueryKey
  >;
  /** Continues `refetchInterval` while the page is hidden. Default false. */
  refetchIntervalInBackground?: boolean;
  /** True: refetches stale data. `'always'`: refetches unless static. Default true, also for the next two. */
  refetchOnMount?: QueryDependent<boolean | 'always', TQueryFnData, TError, TQueryData, TQueryKey>;
  refetchOnWindowFocus?: QueryDependent<
    boolean | 'always',
    TQueryFnData,
    TError,
    TQueryData,
    TQueryKey
  >;
  /** Default true unless `networkMode` is `'always'`. */
  refetchOnReconnect?: QueryDependent<
    boolean | 'always',
    TQueryFnData,
    TError,
    TQueryData,
    TQueryKey
  >;
  /** Fetches on mount even if the last fetch failed and there is no data. Default true. */
  retryOnMount?: QueryDependent<boolean, TQueryFnData, TError, TQueryData, TQueryKey>;
  /** The fields whose changes notify listeners. Default: the fields that were read from a tracked result. */
  notifyOnChangeProps?: NotifyOnChangeProps;
  /** For hooks: throws the error to the nearest error boundary. Default false. */
  throwOnError?: ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey>;
  /** Derives the result's data. Runs again when the data or the function changes. */
  select?: (data: TQueryData) => TData;
  /** Shown while there is no data; never stored in the cache. */
  placeholderData?:
    | NonFunctionGuard<NoInfer<TQueryData>>
    | PlaceholderDataFunction<
        NonFunctionGuard<NoInfer<TQueryData>>,
        TError,
        NonFunctionGuard<NoInfer<TQueryData>>,
        TQueryKey
      >;
}

export type DefaultedQueryObserverOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey> &
  Required<
    Pick<
      QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
      'gcTime' | 'refetchOnReconnect' | 'throwOnError'
    >
  >;

export interface FetchQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends QueryOptions<TQueryFnData, TError, TData, TQueryKey> {
  queryKey: TQueryKey;
  /** A cached answer younger than this, in ms, is returned without a fetch. Default 0. */
  staleTime?: QueryDependent<StaleTime, TQueryFnData, TError, TData, TQueryKey>;
}

export interface EnsureQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey> {
  /** Returns stale data and refetches it in the background. Default false. */
  revalidateIfStale?: boolean;
}

export interface ResultOptions {
  /** Rejects if a fetch fails. Default false. */
  throwOnError?: boolean;
}

export interface RefetchOptions extends ResultOptions {
  /** True aborts an in-flight fetch and starts a new one; false reuses it. Default true. */
  cancelRefetch?: boolean;
}
export interface InvalidateOptions extends ResultOptions {
  /**
   * A fetch in flight may miss the change. True aborts it and starts a new one. False lets it finish, shows its
   * answer and starts one more fetch. Default true.
   */
  cancelRefetch?: boolean;
}
export type ResetOptions = ResultOptions;

export interface CancelOptions {
  /** True restores the state from before the fetch; false sets an error. Default true. */
  revert?: boolean;
  silent?: boolean;
}

export interface SetDataOptions {
  /** ms since 1970. Default now. */
  updatedAt?: number;
}
