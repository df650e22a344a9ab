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
  /** A change has touched it later than it was asked for. */
  isInvalidated: boolean;
  status: QueryStatus;
}

/** One query of the cache. It is made by the client's verbs. */
export interface Query<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  readonly queryKey: TQueryKey;
  /** The key as text: equal for equal keys. */
  readonly queryHash: string;
  readonly state: QueryState<TData, TError>;
  // biome-ignore lint/suspicious/noExplicitAny: a query of a tagged key is one of the plain key, too
  readonly options: QueryOptions<TQueryFnData, TError, TData, any>;
  readonly meta: QueryMeta | undefined;
  /** ms that it is kept for when nobody observes it. */
  readonly gcTime: number;
  /** How the fetch that is under way ends; undefined if none is. */
  readonly promise: Promise<TData> | undefined;
  /** Those with listeners, in the order they came. */
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
   * Asks the server, or joins the fetch in flight; with `cancelRefetch` that is aborted. With options the query goes
   * by these from now on.
   */
  fetch(
    options?: QueryOptions<TQueryFnData, TError, TData, TQueryKey>,
    fetchOptions?: { cancelRefetch?: boolean },
  ): Promise<TData>;
  cancel(options?: CancelOptions): Promise<void>;
  /** Marks it as `invalidateQueries` does; fetches nothing. */
  invalidate(): void;
  /** As if never fetched; fetches nothing. */
  reset(): void;
  /** Puts an answer in, as `setQueryData` does. Returns what is shown. */
  setData(data: TData, options?: SetDataOptions): TData | undefined;
  setOptions(options: QueryOptions<TQueryFnData, TError, TData, TQueryKey>): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a query of any data
export type AnyQuery = Query<any, any, any, any>;

/** Filters are ANDed. */
export interface QueryFilters<TQueryKey extends QueryKey = QueryKey> {
  /**
   * Arrays match as prefixes, objects as subsets, at every depth. A member that is undefined matches
   * keys without it.
   */
  queryKey?: TQueryKey | readonly unknown[];
  /** The very key. Default false. */
  exact?: boolean;
  /** Default `'all'`. */
  type?: 'active' | 'inactive' | 'all';
  stale?: boolean;
  fetchStatus?: FetchStatus;
  /** Asked last. */
  predicate?: (query: AnyQuery) => boolean;
}

export interface InvalidateQueryFilters<TQueryKey extends QueryKey = QueryKey>
  extends QueryFilters<TQueryKey> {
  /** Which of them are fetched again. Default `type`, or `'active'`. */
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

/** All queries of one client. Belongs to the one client it was given to. */
export declare class QueryCache {
  constructor(config?: QueryCacheConfig);
  readonly config: QueryCacheConfig;
  /** Exact unless the filters say otherwise. */
  find<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData>(
    filters: QueryFilters & { queryKey: readonly unknown[] },
  ): Query<TQueryFnData, TError, TData> | undefined;
  /** In the order they were made. */
  findAll(filters?: QueryFilters): Query[];
  /** The query of a key, made if there is none. The options get their defaults. */
  build(client: QueryClient, options: QueryOptions, state?: Partial<QueryState>): Query;
  getAll(): Query[];
  get<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData>(
    queryHash: string,
  ): Query<TQueryFnData, TError, TData> | undefined;
  /** Forgets it; one that is observed lives on, found by nobody. */
  remove(query: AnyQuery): void;
  /** Listeners are called at the end of the turn. Returns how to stop. */
  subscribe(listener: (event: QueryCacheNotifyEvent) => void): () => void;
  clear(): void;
}
