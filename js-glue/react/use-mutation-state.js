import { useRef } from 'react';
import { replaceEqualDeep } from '../query/structural-sharing.js';
import { useQueryClient } from './provider.js';
import { useStore } from './use-observer.js';

/** @import { QueryClient } from '../query/query-client.js' */

/**
 * @param {{ filters?: any, select?: (mutation: any) => any }} [options]
 * @param {QueryClient} [queryClient]
 * @returns {any[]} what `select` gives of each mutation that matches, oldest first
 */
export function useMutationState({ filters, select } = {}, queryClient) {
  const cache = useQueryClient(queryClient).getMutationCache();
  const shown = useRef(/** @type {any[]} */ ([]));
  return useStore(cache, () => {
    const found = cache.findAll(filters);
    const next = found.map((mutation) => (select ? select(mutation) : mutation.state));
    shown.current = replaceEqualDeep(shown.current, next);
    return shown.current;
  });
}
