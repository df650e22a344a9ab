import { useRef } from 'react';
import { replaceEqualDeep } from '../runtime/structural-sharing.js';
import { useQueryClient } from './provider.js';
import { useStore } from './use-observer.js';

/** @import { QueryClient } from '../client/query-client.js' */

/** @typedef {{ select?: (mutation: any) => any, states: any[], shown: any[] }} Selected */

/**
 * @param {{ filters?: any, select?: (mutation: any) => any }} [options]
 * @param {QueryClient} [queryClient]
 * @returns {any[]} what `select` gives of each mutation that matches, oldest first
 */
export function useMutationState({ filters, select } = {}, queryClient) {
  const cache = useQueryClient(queryClient).getMutationCache();
  const last = useRef(/** @type {Selected} */ ({ states: [], shown: [] }));
  return useStore(cache, () => {
    const found = cache.findAll(filters);
    const states = found.map((mutation) => mutation.state);
    const { current } = last;
    // React asks again and again: what `select` makes anew each time must not look like a change.
    if (select === current.select && sameItems(states, current.states)) return current.shown;
    const next = select ? found.map((mutation) => select(mutation)) : states;
    last.current = { select, states, shown: replaceEqualDeep(current.shown, next) };
    return last.current.shown;
  });
}

/** @param {any[]} a @param {any[]} b */
function sameItems(a, b) {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
