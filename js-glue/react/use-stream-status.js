import { useQuery } from './use-query.js';

/** @import { QueryClient } from '../client/query-client.js' */

/**
 * @param {{ queryKey: readonly unknown[] }} query
 * @param {QueryClient} [queryClient]
 * @returns {string} whether what is cached of that query is live; fetches nothing
 */
export function useStreamStatus({ queryKey }, queryClient) {
  return useQuery({ queryKey, enabled: false }, queryClient).streamStatus;
}
