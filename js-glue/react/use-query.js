import { resolveOption } from '../query/options.js';
import { QueryObserver } from '../query/query-observer.js';
import { useQueryClient } from './provider.js';
import { useObserver, useOptions, useStore } from './use-observer.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { AnyQueryOptions, AnyQueryResult } from '../types/internal.js' */

/** Who is not subscribed hears nothing. */
const NOTHING = { subscribe: () => () => {} };

/**
 * @param {AnyQueryOptions} options
 * @param {QueryClient} [queryClient]
 * @returns {AnyQueryResult}
 */
export function useQuery(options, queryClient) {
  const client = useQueryClient(queryClient);
  const full = client.defaultQueryOptions(options);
  const observer = useObserver(QueryObserver, client, full);
  const result = observer.getOptimisticResult(full);
  const source = full.subscribed === false ? NOTHING : observer;
  useStore(source, () => observer.getCurrentResult());
  useOptions(observer, full);
  if (result.isError && !result.isFetching) {
    const shown = client.getQueryCache().find({ queryKey: full.queryKey });
    const query = shown ?? observer.getCurrentQuery(); // the observer moves on after the render
    if (resolveOption(full.throwOnError, result.error, query)) throw result.error;
  }
  return full.notifyOnChangeProps ? result : observer.trackResult(result);
}
