import { useQuery } from './use-query.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { StreamStatus } from '../types/channel.js' */

/**
 * @param {{ queryKey: readonly unknown[] }} query
 * @param {QueryClient} [queryClient]
 * @returns {StreamStatus} whether what is cached of that query is live; fetches nothing
 */
export function useStreamStatus({ queryKey }, queryClient) {
  return useQuery({ queryKey, enabled: false }, queryClient).streamStatus;
}
