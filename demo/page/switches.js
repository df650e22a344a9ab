/**
 * The ways to go wrong that this page has switched on. They go out with this page's requests
 * alone, so a colleague who tries the demo at the same time is not disturbed.
 */
import { onlineManager } from 'tidemark';
import { createStore } from './store.js';

/** Added to each answer while the server is slow, in milliseconds. */
export const SLOW_BY = 3000;

export const switches = createStore({ refuseNext: false, slow: false, offline: false });

/** @param {Partial<ReturnType<typeof switches.get>>} change */
export function flip(change) {
  const next = { ...switches.get(), ...change };
  switches.set(next);
  onlineManager.setOnline(!next.offline);
}

/**
 * Headers that ask the server for what is switched on. An action uses the refusal up.
 *
 * @param {boolean} isAction
 * @returns {Record<string, string>}
 */
export function faultHeaders(isAction) {
  const { slow, refuseNext } = switches.get();
  /** @type {Record<string, string>} */
  const headers = {};
  if (slow) headers['demo-delay'] = String(SLOW_BY);
  if (isAction && refuseNext) {
    headers['demo-refuse'] = '1';
    flip({ refuseNext: false });
  }
  return headers;
}
