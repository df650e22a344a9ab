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
  /** Aborted when nobody wants the answer any more. Reading it says that it will be obeyed. */
  signal: AbortSignal;
  meta: QueryMeta | undefined;
  /**
   * Says how new the answer is: the `Tidemark-As-Of` header, `"<epoch>:<seq>"`, which the server
   * sampled before it read. An answer older than a known change is shown but asked for again.
   */
  asOf(position: string | null | undefined): void;
}

/**
 * Asks the server. Resolves with anything but `undefined`; rejects or throws for a failure. An
 * error may carry `retryAfter`, in ms: the next try waits at least that long.
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
   * Called in place of `queryFn`, which it gets: to answer from a storage, or to ask and store. What it answers
   * counts as new: it says how old that is with `context.asOf`.
   */
  persister?: (
    queryFn: QueryFunction<TQueryFnData, TQueryKey>,
    context: QueryFunctionContext<TQueryKey>,
    query: Query<TQueryFnData, TError, TData, TQueryKey>,
  ) => TQueryFnData | Promise<TQueryFnData>;
  /** Default 3, on a server 0; for `fetchQuery` false. */
  retry?: RetryValue<TError>;
  /** Default `min(1000 * 2 ** n, 30000)` ms, n from 0. */
  retryDelay?: RetryDelayValue<TError>;
  /** Default `'online'`. */
  networkMode?: NetworkMode;
  /** ms to keep an answer nobody looks at; the largest asked for. Default 5 min, on a server Infinity. */
  gcTime?: number;
  /** An answer known beforehand; goes into the cache if that has none. */
  initialData?: TData | (() => TData | undefined);
  /** ms since 1970 when `initialData` was true. Default now. */
  initialDataUpdatedAt?: number | (() => number | undefined);
  /** Equal parts of a new answer keep their references. Default true. */
  structuralSharing?: boolean | ((oldData: unknown, newData: unknown) => unknown);
  /**
   * Tags that the answer carries beside its key; a change may name them: `applyChange({ tags })`, or
   * a message of the stream. tidemark's own.
   */
  tags?: readonly Tag[] | ((data: TQueryFnData, queryKey: TQueryKey) => readonly Tag[]);
  /**
   * Parts of the stream that the answer depends on, such as `'project:9'`; with those that others who
   * asked for it named. Without any it depends on whatever the channel tells: a reset of one scope
   * marks it, and so does a scope that is added. tidemark's own.
   */
  scopes?: readonly string[];
  /** For the app's own use. */
  meta?: QueryMeta;
}

/** An option that may be decided by the query. */
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
  /** False: fetches only when told to. Default true. */
  enabled?: QueryDependent<boolean, TQueryFnData, TError, TQueryData, TQueryKey>;
  /** ms until the answer counts as old. Default 0. */
  staleTime?: QueryDependent<StaleTime, TQueryFnData, TError, TQueryData, TQueryKey>;
  /** ms between fetches while observed; false or 0 for none. Default false. */
  refetchInterval?: QueryDependent<
    number | false | undefined,
    TQueryFnData,
    TError,
    TQueryData,
    TQueryKey
  >;
  /** The interval goes on while nobody sees the page. Default false. */
  refetchIntervalInBackground?: boolean;
  /** True: if stale. `'always'`: unless static. Default true, as for the next two. */
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
  /** Fetches on mount although the last fetch failed and there is no data. Default true. */
  retryOnMount?: QueryDependent<boolean, TQueryFnData, TError, TQueryData, TQueryKey>;
  /** Fields whose changes listeners hear of. Default: those that were read of a tracked result. */
  notifyOnChangeProps?: NotifyOnChangeProps;
  /** For hooks: throw the error at the nearest boundary. Default false. */
  throwOnError?: ThrowOnError<TQueryFnData, TError, TQueryData, TQueryKey>;
  /** What to show of the data. Runs again when the data or the function is another one. */
  select?: (data: TQueryData) => TData;
  /** Shown while there is no data; never goes into the cache. */
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
  /** An answer younger than this, in ms, is taken from the cache. Default 0. */
  staleTime?: QueryDependent<StaleTime, TQueryFnData, TError, TData, TQueryKey>;
}

export interface EnsureQueryDataOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> extends FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey> {
  /** Stale data is returned and fetched again in the background. Default false. */
  revalidateIfStale?: boolean;
}

export interface ResultOptions {
  /** Rejects if a fetch fails. Default false. */
  throwOnError?: boolean;
}

export interface RefetchOptions extends ResultOptions {
  /** What is in flight: true, it is aborted and asked for again; false, it is enough. Default true. */
  cancelRefetch?: boolean;
}
export interface InvalidateOptions extends ResultOptions {
  /**
   * What is in flight may lack the change. True: it is aborted and asked for again. False: it lands and
   * is shown, and one more fetch follows. Default true.
   */
  cancelRefetch?: boolean;
}
export type ResetOptions = ResultOptions;

export interface CancelOptions {
  /** True, the default: the query is as it was before the fetch. False: it is in error. */
  revert?: boolean;
  silent?: boolean;
}

export interface SetDataOptions {
  /** ms since 1970. Default now. */
  updatedAt?: number;
}
