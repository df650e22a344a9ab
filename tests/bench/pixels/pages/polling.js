/** The list on TanStack Query, asked for again every second. */
import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { openApi } from '../../../../demo/page/api.js';
import { showList } from './list.js';

const api = await openApi('operator');
const client = new QueryClient();
client.mount();
const observer = new QueryObserver(client, {
  queryKey: ['appointments'],
  queryFn: ({ signal }) => api.read('/appointments', { signal }),
  refetchInterval: 1000,
});
showList(observer);
