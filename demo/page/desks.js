/**
 * The desks of this page, opened when first asked for.
 *
 * @typedef {{ desk?: import('./desk.js').Desk, error?: string }} DeskState neither: being opened
 */
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { openDesk } from './desk.js';
import { sentenceFor } from './errors.js';
import { createStore } from './store.js';

const desks = createStore(/** @type {Record<string, DeskState>} */ ({}));

/** @param {string} role @param {DeskState} state */
const put = (role, state) => desks.set({ ...desks.get(), [role]: state });

/** @param {string} role */
async function open(role) {
  put(role, {});
  try {
    put(role, { desk: await openDesk(role) });
  } catch (error) {
    put(role, { error: sentenceFor(error) });
  }
}

/**
 * @param {string} role
 * @returns {DeskState & { retry: () => void }}
 */
export function useDesk(role) {
  const state = useSyncExternalStore(desks.subscribe, desks.get)[role];
  useEffect(() => {
    if (!desks.get()[role]) open(role);
  }, [role]);
  return { ...state, retry: useCallback(() => open(role), [role]) };
}

/** Those that are open, in the order in which they were. */
export function useOpenDesks() {
  const all = useSyncExternalStore(desks.subscribe, desks.get);
  return Object.values(all).flatMap((state) => state.desk ?? []);
}
