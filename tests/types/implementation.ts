/** The classes are what the hand-kept declarations say. Compiled, never run. */
import type * as declared from 'tidemark';
import { QueryClient } from '../../js-glue/client/query-client.js';
import type { Mutation } from '../../js-glue/mutation/mutation.js';
import { MutationCache } from '../../js-glue/mutation/mutation-cache.js';
import { MutationObserver } from '../../js-glue/mutation/mutation-observer.js';
import type { Query } from '../../js-glue/query/query.js';
import { QueryCache } from '../../js-glue/query/query-cache.js';
import { QueryObserver } from '../../js-glue/query/query-observer.js';
import { focusManager } from '../../js-glue/runtime/focus-manager.js';
import { notifyManager } from '../../js-glue/runtime/notify-manager.js';
import { onlineManager } from '../../js-glue/runtime/online-manager.js';

declare const query: Query;
declare const run: Mutation;

export const client: declared.QueryClient = new QueryClient();
export const observer: declared.QueryObserver = new QueryObserver(new QueryClient(), {
  queryKey: [],
});
export const mutation: declared.MutationObserver = new MutationObserver(new QueryClient(), {});
export const queries: declared.QueryCache = new QueryCache();
export const mutations: declared.MutationCache = new MutationCache();
export const one: declared.Query = query;
export const oneRun: declared.Mutation = run;
export const focus: typeof declared.focusManager = focusManager;
export const online: typeof declared.onlineManager = onlineManager;
export const notify: typeof declared.notifyManager = notifyManager;
