import { useQueryClient } from './provider.js';
import { useStore } from './use-observer.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { ChannelStatus } from '../types/channel.js' */

/**
 * @param {QueryClient} [queryClient]
 * @returns {ChannelStatus} the status of the client's channel; 'stopped' while it has none
 */
export function useChannelStatus(queryClient) {
  const { stream } = useQueryClient(queryClient);
  return useStore(stream, () => stream.status);
}
