import { createContext, createElement, useContext, useEffect } from 'react';
import { argumentError } from '../runtime/argument-error.js';

/** @import { QueryClient } from '../client/query-client.js' */

/** @type {import('react').Context<QueryClient | undefined>} */
const QueryClientContext = createContext(/** @type {QueryClient | undefined} */ (undefined));

/**
 * @param {{ client: QueryClient, children?: import('react').ReactNode }} props
 * @returns {import('react').ReactNode}
 */
export function QueryClientProvider({ client, children }) {
  useEffect(() => {
    client.mount();
    return () => client.unmount();
  }, [client]);
  return createElement(QueryClientContext.Provider, { value: client }, children);
}

/**
 * @param {QueryClient} [queryClient] wins over the provider's
 * @returns {QueryClient}
 * @throws {Error} if there is none, or it is none
 */
export function useQueryClient(queryClient) {
  const provided = useContext(QueryClientContext);
  const client = queryClient ?? provided;
  if (!client) throw new Error('No QueryClient set, use QueryClientProvider to set one');
  if (typeof client.defaultQueryOptions !== 'function') {
    throw argumentError(
      'queryClient',
      'a QueryClient (hooks support only the object form, such as useQuery({ queryKey, queryFn }))',
      client,
    );
  }
  return client;
}
