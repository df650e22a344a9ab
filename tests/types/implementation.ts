/** The code is what the hand-kept declarations say. Compiled, never run. */
import type * as declared from 'tidemark';
import type * as hooks from 'tidemark/react';
import { QueryClient } from '../../js-glue/client/query-client.js';
import { TidemarkError } from '../../js-glue/engine/error.js';
import { describeError } from '../../js-glue/errors/describe-error.js';
import { errorKind } from '../../js-glue/errors/error-kind.js';
import type { Mutation } from '../../js-glue/mutation/mutation.js';
import { MutationCache } from '../../js-glue/mutation/mutation-cache.js';
import { MutationObserver } from '../../js-glue/mutation/mutation-observer.js';
import type { matchMutation, matchQuery } from '../../js-glue/query/filters.js';
import { keepPreviousData, queryOptions, skipToken } from '../../js-glue/query/options.js';
import type { Query } from '../../js-glue/query/query.js';
import { QueryCache } from '../../js-glue/query/query-cache.js';
import { QueryObserver } from '../../js-glue/query/query-observer.js';
import type { QueryClientProvider } from '../../js-glue/react/provider.js';
import type { useChannelStatus } from '../../js-glue/react/use-channel-status.js';
import type { useIsFetching, useIsMutating } from '../../js-glue/react/use-counts.js';
import type { useMutation } from '../../js-glue/react/use-mutation.js';
import type { useMutationState } from '../../js-glue/react/use-mutation-state.js';
import type { useQuery } from '../../js-glue/react/use-query.js';
import type { useStreamStatus } from '../../js-glue/react/use-stream-status.js';
import { render } from '../../js-glue/render/render.js';
import { defineRules } from '../../js-glue/rules/define-rules.js';
import { CancelledError, isCancelledError } from '../../js-glue/runtime/cancelled-error.js';
import { focusManager } from '../../js-glue/runtime/focus-manager.js';
import { hashKey, partialMatchKey } from '../../js-glue/runtime/hash-key.js';
import { notifyManager } from '../../js-glue/runtime/notify-manager.js';
import { onlineManager } from '../../js-glue/runtime/online-manager.js';
import { replaceEqualDeep } from '../../js-glue/runtime/structural-sharing.js';

export const exported: Omit<typeof declared, 'QueryObserver' | 'matchMutation' | 'matchQuery'> = {
  CancelledError,
  MutationCache,
  MutationObserver,
  QueryCache,
  QueryClient,
  TidemarkError,
  defineRules,
  describeError,
  errorKind,
  focusManager,
  hashKey,
  isCancelledError,
  keepPreviousData,
  notifyManager,
  onlineManager,
  partialMatchKey,
  queryOptions,
  render,
  replaceEqualDeep,
  skipToken,
};

/**
 * What takes a client, a query or a mutation takes one of the code's own classes, so these are compared the
 * other way round, and what they return as it is.
 */
interface Takers {
  QueryClientProvider: typeof QueryClientProvider;
  matchMutation: typeof matchMutation;
  matchQuery: typeof matchQuery;
  useChannelStatus: typeof useChannelStatus;
  useIsFetching: typeof useIsFetching;
  useIsMutating: typeof useIsMutating;
  useMutation: typeof useMutation;
  useMutationState: typeof useMutationState;
  useQuery: typeof useQuery;
  useStreamStatus: typeof useStreamStatus;
}
declare const takers: Pick<typeof hooks, keyof Takers>;
export const takersToo: Takers = takers;

type Results<T> = { [Name in keyof T]: T[Name] extends (...args: never[]) => infer R ? R : never };
declare const results: Results<Takers>;
export const resultsToo: Results<typeof takers> = results;

export const observer: declared.QueryObserver = new QueryObserver(new QueryClient(), {
  queryKey: [],
});

declare const query: Query;
declare const mutation: Mutation;
export const one: declared.Query = query;
export const run: declared.Mutation = mutation;
