import { NetworkMode, STATIC } from '../engine/codes.js';
import { choice } from './filters.js';

/** @import { NetworkMode as NetworkModeName, SkipToken } from '../types/common.js' */

/** In place of a `queryFn`: the query is disabled until there is a function. @type {SkipToken} */
export const skipToken = /** @type {SkipToken} */ (Symbol('skipToken'));

/**
 * As `placeholderData`: shows the answer of the previous key until the new one is there.
 *
 * @template T
 * @param {T | undefined} previousData
 * @returns {T | undefined}
 */
export function keepPreviousData(previousData) {
  return previousData;
}

/**
 * Returns its argument; gives its parts their types in TypeScript.
 *
 * @template T
 * @param {T} options
 * @returns {T}
 */
export function queryOptions(options) {
  return options;
}

/**
 * The value of an option that may be a function.
 *
 * @template T
 * @template {unknown[]} Arguments
 * @param {T | ((...args: Arguments) => T)} option
 * @param {Arguments} args
 * @returns {T}
 */
export function resolveOption(option, ...args) {
  if (typeof option !== 'function') return option;
  return /** @type {(...args: Arguments) => T} */ (option)(...args);
}

/**
 * A `staleTime` as the core takes it; what is no time, or less than none, is none.
 *
 * @param {number | 'static'} [staleTime] ms
 * @returns {number} ms, Infinity or STATIC
 */
export function coreStaleTime(staleTime = 0) {
  if (staleTime === 'static') return STATIC;
  return staleTime > 0 ? staleTime : 0;
}

const NETWORK_MODES = {
  online: NetworkMode.ONLINE,
  always: NetworkMode.ALWAYS,
  offlineFirst: NetworkMode.OFFLINE_FIRST,
};

/** @param {{ networkMode?: NetworkModeName }} options @returns {number} NetworkMode */
export function networkMode({ networkMode: mode = 'online' }) {
  return choice('networkMode', mode, NETWORK_MODES);
}
