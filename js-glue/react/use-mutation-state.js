import { useRef } from 'react';
import { replaceEqualDeep } from '../runtime/structural-sharing.js';
import { useQueryClient } from './provider.js';
import { useStore } from './use-observer.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { MutationFilters } from '../types/cache.js' */
/** @import { AnyMutation } from '../types/mutation.js' */

/**
 * @template T
 * @typedef {{ select?: (mutation: AnyMutation) => T, states: unknown[], shown: T[] }} Selected
 */

/**
 * @template T
 * @param {{ filters?: MutationFilters, select?: (mutation: AnyMutation) => T }} [options]
 * @param {QueryClient} [queryClient]
 * @returns {T[]} what `select` gives of each mutation that matches, oldest first
 */
export function useMutationState({ filters, select } = {}, queryClient) {
  const cache = useQueryClient(queryClient).getMutationCache();
  const last = useRef(/** @type {Selected<T>} */ ({ states: [], shown: [] }));
  return useStore(cache, () => {
    const found = cache.findAll(filters);
    /** @type {unknown[]} */
    const states = found.map((mutation) => mutation.state);
    const { current } = last;
    // React asks again and again: what `select` makes anew each time must not look like a change.
    if (select === current.select && sameItems(states, current.states)) return current.shown;
    const next = select ? found.map((mutation) => select(mutation)) : /** @type {T[]} */ (states);
    last.current = { select, states, shown: replaceEqualDeep(current.shown, next) };
    return last.current.shown;
  });
}

/** @param {unknown[]} a @param {unknown[]} b */
function sameItems(a, b) {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
