// One import is the whole move for those who come from @tanstack/react-query.
export * from '../index.js';
export { QueryClientProvider, useQueryClient } from './provider.js';
export { useChannelStatus } from './use-channel-status.js';
export { useIsFetching, useIsMutating } from './use-counts.js';
export { useMutation } from './use-mutation.js';
export { useMutationState } from './use-mutation-state.js';
export { useQuery } from './use-query.js';
export { useStreamStatus } from './use-stream-status.js';
