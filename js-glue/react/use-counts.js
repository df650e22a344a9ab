import { useQueryClient } from './provider.js';
import { useStore } from './use-observer.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { MutationFilters, QueryFilters } from '../types/cache.js' */

/**
 * @param {QueryFilters} [filters]
 * @param {QueryClient} [queryClient]
 * @returns {number} queries that are being fetched
 */
export function useIsFetching(filters, queryClient) {
  const client = useQueryClient(queryClient);
  return useStore(client.getQueryCache(), () => client.isFetching(filters));
}

/**
 * @param {MutationFilters} [filters]
 * @param {QueryClient} [queryClient]
 * @returns {number} mutations that are pending
 */
export function useIsMutating(filters, queryClient) {
  const client = useQueryClient(queryClient);
  return useStore(client.getMutationCache(), () => client.isMutating(filters));
}
