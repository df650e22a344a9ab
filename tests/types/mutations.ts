/** What TypeScript must infer of mutations, and what it must refuse. Compiled, never run. */
import { MutationObserver, QueryClient } from 'tidemark';
import { claim, type Same } from './assert.js';

const client = new QueryClient();
const save = async (title: string) => ({ id: 1, title });

const observer = new MutationObserver(client, {
  mutationFn: save,
  onMutate: (title) => {
    claim<Same<typeof title, string>>(true);
    return { before: 1 };
  },
  onSuccess: (data, title, context) => {
    claim<Same<typeof data, { id: number; title: string }>>(true);
    claim<Same<typeof title, string>>(true);
    claim<Same<typeof context, { before: number }>>(true);
  },
  onError: (error, _title, context) => {
    claim<Same<typeof error, Error>>(true);
    claim<Same<typeof context, { before: number } | undefined>>(true);
  },
  optimistic: [{ queryKey: ['titles'], update: (titles, title) => [...titles, title.trim()] }],
  change: (data) => ({ resource: 'todo', id: data.id }),
});

const saved = observer.mutate('Write', { onSettled: (data) => data?.title });
claim<Same<typeof saved, Promise<{ id: number; title: string }>>>(true);
// @ts-expect-error the variables are a string
observer.mutate(1);
// @ts-expect-error the variables are needed
observer.mutate();

const result = observer.getCurrentResult();
if (result.status === 'success')
  claim<Same<typeof result.data, { id: number; title: string }>>(true);
if (result.isIdle) claim<Same<typeof result.variables, undefined>>(true);
if (result.isPending) claim<Same<typeof result.variables, string>>(true);
if (result.isError) claim<Same<typeof result.error, Error>>(true);

new MutationObserver(client, { mutationFn: async () => 1 }).mutate();

new MutationObserver(client, {
  mutationFn: save,
  optimistic: (title) => [
    {
      queryKey: ['todos', title],
      exact: false,
      update: (todos, variables, queryKey) => {
        claim<Same<typeof variables, string>>(true);
        claim<Same<typeof queryKey, readonly unknown[]>>(true);
        return todos;
      },
    },
  ],
});
new MutationObserver(client, {
  mutationFn: save,
  // @ts-expect-error there is nothing to show without an update
  optimistic: [{ queryKey: ['todos'] }],
});

const once = client.mutate({ mutationFn: save, variables: 'Write', scope: { id: 'todos' } });
claim<Same<typeof once, Promise<{ id: number; title: string }>>>(true);
// @ts-expect-error the variables are a string
client.mutate({ mutationFn: save, variables: 1 });
