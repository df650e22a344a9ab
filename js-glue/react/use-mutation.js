import { useCallback } from 'react';
import { MutationObserver } from '../mutation/mutation-observer.js';
import { resolveOption } from '../query/options.js';
import { useQueryClient } from './provider.js';
import { useObserver, useOptions, useStore } from './use-observer.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { AnyMutateCallbacks, AnyMutationOptions } from '../types/internal.js' */

/**
 * @param {AnyMutationOptions} options
 * @param {QueryClient} [queryClient]
 */
export function useMutation(options, queryClient) {
  const client = useQueryClient(queryClient);
  const observer = useObserver(MutationObserver, client, options);
  const result = useStore(observer, () => observer.getCurrentResult());
  useOptions(observer, options);
  const mutate = useCallback(
    (/** @type {unknown} */ variables, /** @type {AnyMutateCallbacks | undefined} */ callbacks) => {
      // Its error is in the result; whoever wants the promise takes mutateAsync.
      observer.mutate(variables, callbacks).catch(() => {});
    },
    [observer],
  );
  if (result.error && resolveOption(observer.options.throwOnError, result.error))
    throw result.error;
  return { ...result, mutate, mutateAsync: result.mutate };
}
