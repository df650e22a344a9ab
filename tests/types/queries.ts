/** What TypeScript must infer of queries, and what it must refuse. Compiled, never run. */
import {
  keepPreviousData,
  QueryClient,
  type QueryKey,
  QueryObserver,
  type QueryState,
  queryOptions,
  render,
  skipToken,
} from 'tidemark';
import { claim, type Same } from './assert.js';

interface Todo {
  id: number;
  title: string;
}

const client = new QueryClient();
const getTodo = async (): Promise<Todo> => ({ id: 1, title: 'Write' });

/* ---- data comes from queryFn ---- */

const observer = new QueryObserver(client, { queryKey: ['todo', 1], queryFn: getTodo });
const result = observer.getCurrentResult();
claim<Same<typeof result.data, Todo | undefined>>(true);
claim<Same<typeof result.error, Error | null>>(true);

const fetched = client.fetchQuery({ queryKey: ['todo', 1], queryFn: getTodo });
claim<Same<typeof fetched, Promise<Todo>>>(true);

/* ---- status tells the results apart ---- */

if (result.status === 'success') claim<Same<typeof result.data, Todo>>(true);
if (result.isSuccess) claim<Same<typeof result.data, Todo>>(true);
if (result.status === 'pending') claim<Same<typeof result.data, undefined>>(true);
if (result.isError) claim<Same<typeof result.error, Error>>(true);
if (result.isRefetchError) claim<Same<typeof result.data, Todo>>(true);
if (result.isPlaceholderData) claim<Same<typeof result.status, 'success'>>(true);

/* ---- select changes what is shown, not what is cached ---- */

const selected = new QueryObserver(client, {
  queryKey: ['todo', 1],
  queryFn: getTodo,
  select: (todo) => todo.title.length,
  placeholderData: (previous) => previous,
}).getCurrentResult();
claim<Same<typeof selected.data, number | undefined>>(true);

/* ---- queryOptions gives the key its data's type ---- */

const todo = queryOptions({ queryKey: ['todo', 1], queryFn: getTodo });
const cached = client.getQueryData(todo.queryKey);
claim<Same<typeof cached, Todo | undefined>>(true);
const state = client.getQueryState(todo.queryKey);
claim<Same<typeof state, QueryState<Todo, Error> | undefined>>(true);
client.setQueryData(todo.queryKey, (old) => old && { ...old, title: 'Edit' });
// @ts-expect-error a todo has a title
client.setQueryData(todo.queryKey, { id: 1 });

const ensured = client.ensureQueryData(todo);
claim<Same<typeof ensured, Promise<Todo>>>(true);
const awaited = client.fetchQuery(todo);
claim<Same<typeof awaited, Promise<Todo>>>(true);
client.prefetchQuery(todo);

const untagged = client.getQueryData(['todo', 1]);
claim<Same<typeof untagged, unknown>>(true);
const given = client.getQueryData<Todo>(['todo', 1]);
claim<Same<typeof given, Todo | undefined>>(true);

/* ---- the context of a queryFn ---- */

new QueryObserver(client, {
  queryKey: ['todo', 7] as const,
  queryFn: ({ queryKey, signal, client: own, asOf }) => {
    claim<Same<typeof queryKey, readonly ['todo', 7]>>(true);
    claim<Same<typeof signal, AbortSignal>>(true);
    claim<Same<typeof own, QueryClient>>(true);
    asOf('epoch:1');
    return queryKey[1];
  },
});

/* ---- options ---- */

new QueryObserver(client, { queryKey: ['k'], queryFn: skipToken });
new QueryObserver(client, {
  queryKey: ['k'],
  queryFn: getTodo,
  enabled: (query) => query.state.data?.id !== 1,
  staleTime: (query) => (query.state.data ? 1000 : 'static'),
  refetchInterval: (query) => (query.state.data?.title === 'done' ? false : 1000),
  retry: (count, error) => count < 3 && error.message !== 'gone',
  placeholderData: keepPreviousData,
  notifyOnChangeProps: ['data', 'error'],
  persister: (queryFn, context) => {
    context.asOf('e:1');
    return queryFn(context);
  },
});
// @ts-expect-error a persister answers as the query function does
client.fetchQuery({ queryKey: ['k'], queryFn: getTodo, persister: () => 'text' });
// @ts-expect-error a key is needed
new QueryObserver(client, { queryFn: getTodo });
// @ts-expect-error a key is an array
new QueryObserver(client, { queryKey: 'todo', queryFn: getTodo });
// @ts-expect-error 'focus' is no value of refetchOnMount
new QueryObserver(client, { queryKey: ['k'], queryFn: getTodo, refetchOnMount: 'focus' });
// @ts-expect-error 'titel' is no field of a result
new QueryObserver(client, { queryKey: ['k'], queryFn: getTodo, notifyOnChangeProps: ['titel'] });

/* ---- filters ---- */

client.invalidateQueries({ queryKey: ['todo'], refetchType: 'all' }, { throwOnError: true });
// @ts-expect-error 'activ' is no type
client.invalidateQueries({ type: 'activ' });
// @ts-expect-error only invalidateQueries takes a refetchType
client.refetchQueries({ refetchType: 'all' });
const pairs = client.getQueriesData<Todo>({ queryKey: ['todo'] });
claim<Same<typeof pairs, Array<[QueryKey, Todo | undefined]>>>(true);

/* ---- render ---- */

declare const element: HTMLParagraphElement;
const stop = render(observer, element, ({ data }, paragraph) => {
  claim<Same<typeof data, Todo | undefined>>(true);
  claim<Same<typeof paragraph, HTMLParagraphElement>>(true);
  return data?.title;
});
claim<Same<typeof stop, () => void>>(true);
render(observer, element, () => {});
// @ts-expect-error a number is neither text nor a node
render(observer, element, ({ data }) => data?.id);
