import type { QueryClient } from './client.js';
import type {
  DefaultError,
  FetchStatus,
  QueryKey,
  QueryMeta,
  QueryStatus,
  StaleTime,
} from './common.js';
import type { AnyMutation } from './mutation.js';
import type { QueryObserver } from './observer.js';
import type { CancelOptions, QueryOptions, SetDataOptions } from './query-options.js';

export interface QueryState<TData = unknown, TError = DefaultError> {
  data: TData | undefined;
  dataUpdateCount: number;
  /** ms since 1970; 0 for never. */
  dataUpdatedAt: number;
  error: TError | null;
  errorUpdateCount: number;
  /** ms since 1970; 0 for never. */
  errorUpdatedAt: number;
  fetchFailureCount: number;
  fetchFailureReason: TError | null;
  fetchStatus: FetchStatus;
  /** A change came after the fetch of this answer started. */
  isInvalidated: boolean;
  status: QueryStatus;
}

/** One query of the cache. The client's methods create it. */
export interface Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  readonly queryKey: TQueryKey;
  /** The key as a string; equal keys have equal strings. */
  readonly queryHash: string;
  readonly state: QueryState<TData, TError>;
  // biome-ignore lint/suspicious/noExplicitAny: a query of a tagged key is one of the plain key, too
  readonly options: QueryOptions<TQueryFnData, TError, TData, any>;
  readonly meta: QueryMeta | undefined;
  /** ms for which the query is kept while it has no observer. */
  readonly gcTime: number;
  /** The promise of the fetch in flight; undefined if there is none. */
  readonly promise: Promise<TData> | undefined;
  /** The observers with listeners, in the order of their subscription. */
  readonly observers: readonly QueryObserver[];
  getObserversCount(): number;
  isActive(): boolean;
  isDisabled(): boolean;
  isFetched(): boolean;
  isStale(): boolean;
  isStaleByTime(staleTime?: StaleTime): boolean;
  /** Somebody observes it with `staleTime: 'static'`. */
  isStatic(): boolean;
  /**
   * Starts a fetch, or joins the one in flight; with `cancelRefetch`, aborts that one first. If options are passed,
   * the query uses them from now on.
   */
  fetch(
    options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>,
    fetchOptions?: { cancelRefetch?: boolean },
  ): Promise<TData>;
  cancel(options?: CancelOptions): Promise<void>;
  /** Marks the query as stale, as `invalidateQueries` does, without a fetch. */
  invalidate(): void;
  /** Restores the initial state, without a fetch. */
  reset(): void;
  /** Sets the data, as `setQueryData` does. Returns the data shown. */
  setData(data: TData, options?: SetDataOptions): TData | undefined;
  setOptions(options: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a query of any data
export type AnyQuery = Query<any, any, any, any>;

/** Filters are ANDed. */
export interface QueryFilters<TQueryKey extends QueryKey = QueryKey> {
  /**
   * Arrays match as prefixes and objects as subsets, at every depth. A member that is undefined matches
   * keys without that member.
   */
  queryKey?: TQueryKey | readonly unknown[];
  /** Matches equal keys only. Default false. */
  exact?: boolean;
  /** Default `'all'`. */
  type?: 'active' | 'inactive' | 'all';
  stale?: boolean;
  fetchStatus?: FetchStatus;
  /** Called last, for the queries that match the other filters. */
  predicate?: (query: AnyQuery) => boolean;
}

export interface InvalidateQueryFilters<TQueryKey extends QueryKey = QueryKey>
  extends QueryFilters<TQueryKey> {
  /** Which of the matching queries are refetched. Default `type`, or `'active'`. */
  refetchType?: 'active' | 'inactive' | 'all' | 'none';
}
export type RefetchQueryFilters<TQueryKey extends QueryKey = QueryKey> = QueryFilters<TQueryKey>;

export interface MutationFilters {
  mutationKey?: readonly unknown[];
  exact?: boolean;
  status?: 'idle' | 'pending' | 'success' | 'error';
  predicate?: (mutation: AnyMutation) => boolean;
}

export interface QueryCacheConfig {
  onError?: (error: DefaultError, query: Query) => void;
  onSuccess?: (data: unknown, query: Query) => void;
  onSettled?: (data: unknown, error: DefaultError | null, query: Query) => void;
}

export interface QueryCacheNotifyEvent {
  type:
    | 'added'
    | 'removed'
    | 'updated'
    | 'observerAdded'
    | 'observerRemoved'
    | 'observerResultsUpdated'
    | 'observerOptionsUpdated';
  query: Query;
  /** With the types that begin with `observer`. */
  observer?: QueryObserver;
}

/** All queries of one client. A cache must not be shared by several clients. */
export declare class QueryCache {
  constructor(config?: QueryCacheConfig);
  readonly config: QueryCacheConfig;
  /** `exact` is true by default. */
  find<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData>(
    filters: QueryFilters & { queryKey: readonly unknown[] },
  ): Query<TQueryFnData, TError, TData> | undefined;
  /** In the order of their creation. */
  findAll(filters?: QueryFilters): Query[];
  /** The query of a key; creates it if needed. Applies the default options. */
  build(client: QueryClient, options: QueryOptions, state?: Partial<QueryState>): Query;
  getAll(): Query[];
  get<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData>(
    queryHash: string,
  ): Query<TQueryFnData, TError, TData> | undefined;
  /** Removes the query. An observed one stays with its observers, but its key no longer finds it. */
  remove(query: AnyQuery): void;
  /** Calls the listener at the end of the turn. Returns a function that unsubscribes. */
  subscribe(listener: (event: QueryCacheNotifyEvent) => void): () => void;
  clear(): void;
}
