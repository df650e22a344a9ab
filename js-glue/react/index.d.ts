import type { ReactNode } from 'react';
import type {
  AnyMutation,
  ChannelStatus,
  DefaultError,
  DefinedQueryObserverResult,
  MutateFunctionRest,
  MutationFilters,
  MutationObserverOptions,
  MutationObserverResult,
  MutationState,
  QueryClient,
  QueryFilters,
  QueryKey,
  QueryObserverOptions,
  QueryObserverResult,
  StreamStatus,
} from '../index.js';

/** Everything that `@tanstack/react-query` users import comes from this one module. */
export * from '../index.js';

export interface QueryClientProviderProps {
  client: QueryClient;
  children?: ReactNode;
}
/** Provides the client to the hooks below it, and mounts it. */
export declare function QueryClientProvider(props: QueryClientProviderProps): ReactNode;

/** Returns the client that is passed, or the provider's. Throws if there is none. */
export declare function useQueryClient(queryClient?: QueryClient): QueryClient;

export type UseQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TQueryKey> & {
  /** False: shows cached data only, without fetching or receiving updates. Default true. */
  subscribed?: boolean;
};
export type UseQueryResult<TData = unknown, TError = DefaultError> = QueryObserverResult<
  TData,
  TError
>;
export type DefinedUseQueryResult<
  TData = unknown,
  TError = DefaultError,
> = DefinedQueryObserverResult<TData, TError>;

/** Observes a query. Renders again when a field that the component reads has changed. */
export declare function useQuery<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
>(
  options: UseQueryOptions<TQueryFnData, TError, TData, TQueryKey> & {
    initialData: TQueryFnData | (() => TQueryFnData);
  },
  queryClient?: QueryClient,
): DefinedUseQueryResult<TData, TError>;
export declare function useQuery<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
>(
  options: UseQueryOptions<TQueryFnData, TError, TData, TQueryKey>,
  queryClient?: QueryClient,
): UseQueryResult<TData, TError>;

export type UseMutationOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>;

/** Returns nothing; the error is in the result. */
export type UseMutateFunction<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = (...rest: MutateFunctionRest<TData, TError, TVariables, TOnMutateResult>) => void;

type WithMutate<TResult, TMutate> = TResult extends { mutate: infer TMutateAsync }
  ? Omit<TResult, 'mutate'> & {
      mutate: TMutate;
      /** Resolves with the result of `mutationFn`, or rejects with its error. */
      mutateAsync: TMutateAsync;
    }
  : never;

export type UseMutationResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> = WithMutate<
  MutationObserverResult<TData, TError, TVariables, TOnMutateResult>,
  UseMutateFunction<TData, TError, TVariables, TOnMutateResult>
>;

export declare function useMutation<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
>(
  options: UseMutationOptions<TData, TError, TVariables, TOnMutateResult>,
  queryClient?: QueryClient,
): UseMutationResult<TData, TError, TVariables, TOnMutateResult>;

/**
 * The result of `select` for each matching mutation of the client, oldest first; by default its state. Renders
 * again when a result changes.
 */
export declare function useMutationState<TResult = MutationState>(
  options?: { filters?: MutationFilters; select?: (mutation: AnyMutation) => TResult },
  queryClient?: QueryClient,
): TResult[];

/** The number of queries that are fetching. */
export declare function useIsFetching(filters?: QueryFilters, queryClient?: QueryClient): number;
/** The number of pending mutations. */
export declare function useIsMutating(filters?: MutationFilters, queryClient?: QueryClient): number;
/** The status of the client's channel; `'stopped'` while it has none. */
export declare function useChannelStatus(queryClient?: QueryClient): ChannelStatus;
/**
 * The `streamStatus` of a query that another component shows; it never fetches. A component with its own
 * `useQuery` reads `streamStatus` from the result instead.
 */
export declare function useStreamStatus(
  query: { queryKey: QueryKey },
  queryClient?: QueryClient,
): StreamStatus;
