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

/** One import is the whole move for those who come from `@tanstack/react-query`. */
export * from '../index.js';

export interface QueryClientProviderProps {
  client: QueryClient;
  children?: ReactNode;
}
/** Gives the client to the hooks below it, and mounts it. */
export declare function QueryClientProvider(props: QueryClientProviderProps): ReactNode;

/** The provider's client, or the one that is passed. Throws if there is none. */
export declare function useQueryClient(queryClient?: QueryClient): QueryClient;

export type UseQueryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TQueryKey extends QueryKey = QueryKey,
> = QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TQueryKey> & {
  /** False: only shows what is cached; it fetches nothing and hears of no change. Default true. */
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

/** Looks at a query; renders again when a field that the component reads has changed. */
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

/** Fire and forget: the error is in the result. */
export type UseMutateFunction<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = (...rest: MutateFunctionRest<TData, TError, TVariables, TOnMutateResult>) => void;

type WithMutate<TResult, TMutate> = TResult extends { mutate: infer TMutateAsync }
  ? Omit<TResult, 'mutate'> & {
      mutate: TMutate;
      /** Resolves with what `mutationFn` did, or rejects with its error. */
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
 * What `select` gives of each mutation of the client that matches, oldest first; its state unless
 * told otherwise. Renders again when that has changed.
 */
export declare function useMutationState<TResult = MutationState>(
  options?: { filters?: MutationFilters; select?: (mutation: AnyMutation) => TResult },
  queryClient?: QueryClient,
): TResult[];

/** How many queries are being fetched. */
export declare function useIsFetching(filters?: QueryFilters, queryClient?: QueryClient): number;
/** How many mutations are pending. */
export declare function useIsMutating(filters?: MutationFilters, queryClient?: QueryClient): number;
/** The status of the client's channel; `'stopped'` while it has none. */
export declare function useChannelStatus(queryClient?: QueryClient): ChannelStatus;
/**
 * Whether what is shown of a query is live, where it is shown by others: fetches nothing. A component
 * with a `useQuery` of its own reads `streamStatus` there.
 */
export declare function useStreamStatus(
  query: { queryKey: QueryKey },
  queryClient?: QueryClient,
): StreamStatus;
