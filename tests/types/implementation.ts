/** The hand-kept declarations promise no member that the classes do not have. Compiled, never run. */
import type * as declared from 'tidemark';
import { QueryClient } from '../../js-glue/client/query-client.js';
import { MutationCache } from '../../js-glue/mutation/mutation-cache.js';
import { MutationObserver } from '../../js-glue/mutation/mutation-observer.js';
import type { Query } from '../../js-glue/query/query.js';
import { QueryCache } from '../../js-glue/query/query-cache.js';
import { QueryObserver } from '../../js-glue/query/query-observer.js';
import { focusManager } from '../../js-glue/runtime/focus-manager.js';
import { notifyManager } from '../../js-glue/runtime/notify-manager.js';
import { onlineManager } from '../../js-glue/runtime/online-manager.js';

type HasAllOf<Declared> = Record<keyof Declared, unknown>;

declare const query: Query;

export const client: HasAllOf<declared.QueryClient> = new QueryClient();
export const observer: HasAllOf<declared.QueryObserver> = new QueryObserver(new QueryClient(), {});
export const mutation: HasAllOf<declared.MutationObserver> = new MutationObserver(
  new QueryClient(),
  {},
);
export const queries: HasAllOf<declared.QueryCache> = new QueryCache();
export const mutations: HasAllOf<declared.MutationCache> = new MutationCache();
export const one: HasAllOf<declared.Query> = query;
export const focus: HasAllOf<typeof declared.focusManager> = focusManager;
export const online: HasAllOf<typeof declared.onlineManager> = onlineManager;
export const notify: HasAllOf<typeof declared.notifyManager> = notifyManager;
