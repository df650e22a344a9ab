/** What TypeScript must infer of the hooks. Compiled, never run. */
import { type ChannelStatus, queryOptions, type StreamStatus } from 'tidemark';
import {
  type useChannelStatus,
  type useIsMutating,
  useMutation,
  useMutationState,
  useQuery,
  type useStreamStatus,
} from 'tidemark/react';
import { claim, type Same } from './assert.js';

const getName = async () => 'name';

export function useThings() {
  const plain = useQuery({ queryKey: ['name'], queryFn: getName });
  claim<Same<typeof plain.data, string | undefined>>(true);
  const withInitial = useQuery({ queryKey: ['name'], queryFn: getName, initialData: 'first' });
  claim<Same<typeof withInitial.data, string>>(true);

  const selected = useQuery({
    ...queryOptions({ queryKey: ['name'], queryFn: getName }),
    select: (name: string) => name.length,
    subscribed: false,
  });
  claim<Same<typeof selected.data, number | undefined>>(true);

  const known = useQuery(
    queryOptions({ queryKey: ['name'], queryFn: getName, initialData: 'first' }),
  );
  claim<Same<typeof known.data, string>>(true);
  const decided = useQuery({
    ...queryOptions({ queryKey: ['name'], queryFn: getName }),
    select: (name) => name.length,
    refetchInterval: (query) => (query.state.data === '' ? 1000 : false),
    placeholderData: (previous) => previous,
  });
  claim<Same<typeof decided.data, number | undefined>>(true);

  const { mutate, mutateAsync, variables } = useMutation({
    mutationFn: async (name: string) => name.length,
  });
  claim<Same<ReturnType<typeof mutate>, void>>(true);
  claim<Same<ReturnType<typeof mutateAsync>, Promise<number>>>(true);
  claim<Same<typeof variables, string | undefined>>(true);
  // @ts-expect-error the variables are a string
  mutate(1);

  const pending = useMutationState({
    filters: { status: 'pending' },
    select: ({ state }) => String(state.variables),
  });
  claim<Same<typeof pending, string[]>>(true);
  claim<Same<ReturnType<typeof useIsMutating>, number>>(true);
  claim<Same<ReturnType<typeof useChannelStatus>, ChannelStatus>>(true);

  claim<Same<ReturnType<typeof useStreamStatus>, StreamStatus>>(true);
  claim<Same<typeof plain.streamStatus, StreamStatus>>(true);

  if (plain.isPending) return null;
  claim<Same<typeof plain.data, string | undefined>>(true);
  if (plain.isError) return plain.error.message;
  claim<Same<typeof plain.data, string>>(true);
  return plain.data;
}
