import { NetworkMode, STATIC } from '../engine/codes.js';
import { choice } from './filters.js';

/** In place of a `queryFn`: the query is disabled until there is a function. */
export const skipToken = Symbol('skipToken');

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
 * @param {any} option
 * @param {...unknown} args
 * @returns {any}
 */
export function resolveOption(option, ...args) {
  return typeof option === 'function' ? option(...args) : option;
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

/** @param {{ networkMode?: string }} options @returns {number} NetworkMode */
export function networkMode({ networkMode: mode = 'online' }) {
  return choice('networkMode', mode, NETWORK_MODES);
}
