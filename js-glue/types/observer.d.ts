import type { Query } from './cache.js';
import type { QueryClient } from './client.js';
import type { DataTag, DefaultError, QueryKey } from './common.js';
import type {
  DefaultedQueryObserverOptions,
  QueryObserverOptions,
  RefetchOptions,
} from './query-options.js';
import type { QueryObserverResult } from './query-result.js';

/** Observes one query. While the observer has listeners, the query is active and kept up to date. */
export declare class QueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  /** @throws TypeError if the key is not an array or an option is invalid */
  constructor(
    client: QueryClient,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  );
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>;
  /**
   * Calls the listener once at the end of each turn in which the result changed. Returns a function that
   * unsubscribes; the listener is never called after that.
   */
  subscribe(listener: (result: QueryObserverResult<TData, TError>) => void): () => void;
  hasListeners(): boolean;
  getCurrentResult(): QueryObserverResult<TData, TError>;
  /** The result that these options will give once they are set; for a render that precedes its effects. */
  getOptimisticResult(
    options: DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError>;
  /** The result, tracking which fields are read: only their changes notify listeners. */
  trackResult(
    result: QueryObserverResult<TData, TError>,
    onPropTracked?: (key: keyof QueryObserverResult) => void,
  ): QueryObserverResult<TData, TError>;
  trackProp(key: keyof QueryObserverResult): void;
  setOptions(
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): void;
  getCurrentQuery(): Query<TQueryFnData, TError, TQueryData, TQueryKey>;
  refetch(options?: RefetchOptions): Promise<QueryObserverResult<TData, TError>>;
  /** Fetches what these options ask for, whatever the observer looks at, and gives what they show then. */
  fetchOptimistic(
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): Promise<QueryObserverResult<TData, TError>>;
  updateResult(): void;
  /** Removes all listeners. */
  destroy(): void;
}

/** Returns its argument, with a `queryKey` that carries the type of its data. */
export declare function queryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  const TQueryKey extends QueryKey = QueryKey,
>(
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TQueryKey> & {
    initialData: TQueryFnData | (() => TQueryFnData);
  },
): QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TQueryKey> & {
  initialData: TQueryFnData | (() => TQueryFnData);
  queryKey: DataTag<TQueryKey, TQueryFnData, TError>;
};
export declare function queryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  const TQueryKey extends QueryKey = QueryKey,
>(
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TQueryKey>,
): QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TQueryKey> & {
  queryKey: DataTag<TQueryKey, TQueryFnData, TError>;
};
