import { createContext, createElement, useContext, useEffect } from 'react';

/** @import { QueryClient } from '../client/query-client.js' */

/** @type {import('react').Context<QueryClient | undefined>} */
const QueryClientContext = createContext(/** @type {QueryClient | undefined} */ (undefined));

/**
 * @param {{ client: QueryClient, children?: import('react').ReactNode }} props
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
    throw new TypeError(
      'queryClient must be a QueryClient; got something else. Hooks have the object form only, ' +
        'such as useQuery({ queryKey, queryFn })',
    );
  }
  return client;
}
