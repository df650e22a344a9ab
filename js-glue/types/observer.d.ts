import type { Query } from './cache.js';
import type { QueryClient } from './client.js';
import type { DataTag, DefaultError, QueryKey } from './common.js';
import type {
  DefaultedQueryObserverOptions,
  QueryObserverOptions,
  RefetchOptions,
} from './query-options.js';
import type { QueryObserverResult } from './query-result.js';

/** Looks at one query: while it has listeners, the query is active and is kept up to date. */
export declare class QueryObserver<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> {
  /** @throws TypeError for a key that is no array, or a wrong option */
  constructor(
    client: QueryClient,
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  );
  options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>;
  /**
   * Listeners are called at the end of a turn in which the result changed, at most once, and never
   * after they were taken off. Returns how to stop.
   */
  subscribe(listener: (result: QueryObserverResult<TData, TError>) => void): () => void;
  hasListeners(): boolean;
  getCurrentResult(): QueryObserverResult<TData, TError>;
  /** What these options will show once they are set: for a render that comes before its effects. */
  getOptimisticResult(
    options: DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): QueryObserverResult<TData, TError>;
  /** The result, noting which fields are read: listeners hear of changes of those only. */
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
  /** Takes all listeners off. */
  destroy(): void;
}

/** Options whose `queryKey` knows the type of its data. Returns its argument. */
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
