import { RefetchOn } from '../engine/codes.js';
import { argumentError } from '../runtime/argument-error.js';
import { coreStaleTime, networkMode, resolveOption } from './options.js';

/** @import { Query } from './query.js' */
/** @import { AnyQueryOptions, FullQueryOptions } from '../types/internal.js' */

/** @typedef {ReturnType<typeof coreOptions>} CoreOptions an observer's options as the core has them */

/** @type {(keyof AnyQueryOptions)[]} */
const OPTIONS_THAT_MAY_BE_FUNCTIONS = [
  'enabled',
  'staleTime',
  'refetchInterval',
  'refetchOnMount',
  'refetchOnWindowFocus',
  'refetchOnReconnect',
  'retryOnMount',
];

/**
 * True if some option depends on the query, so that it has to be looked at again when that changes.
 *
 * @param {AnyQueryOptions} options
 */
export function isDynamic(options) {
  return OPTIONS_THAT_MAY_BE_FUNCTIONS.some((name) => typeof options[name] === 'function');
}

/**
 * An observer's options as the core takes them.
 *
 * @param {FullQueryOptions} options with defaults
 * @param {Query} query
 */
export function coreOptions(options, query) {
  const interval = resolveOption(options.refetchInterval, query);
  return {
    enabled: isEnabled(options, query),
    staleTime: staleTimeOf(options, query),
    gcTime: options.gcTime,
    refetchInterval:
      typeof interval === 'number' && interval > 0 && interval < Infinity ? interval : 0,
    refetchIntervalInBackground: options.refetchIntervalInBackground === true,
    refetchOnMount: refetchOn(options.refetchOnMount, query),
    refetchOnWindowFocus: refetchOn(options.refetchOnWindowFocus, query),
    refetchOnReconnect: refetchOn(options.refetchOnReconnect, query),
    // Matters only, and is asked only, after a failure without data.
    retryOnMount:
      query.view.hasBase ||
      query.errorUpdateCount === 0 ||
      resolveOption(options.retryOnMount, query) !== false,
    networkMode: networkMode(options),
  };
}

/**
 * The members of struct tidemark_observer_options in order, which has its doubles first. A test holds
 * them against the header.
 *
 * @type {{ doubles: (keyof CoreOptions)[], bytes: (keyof CoreOptions)[] }}
 */
export const RECORD = {
  doubles: ['staleTime', 'gcTime', 'refetchInterval'],
  bytes: [
    'enabled',
    'refetchOnMount',
    'refetchOnWindowFocus',
    'refetchOnReconnect',
    'refetchIntervalInBackground',
    'retryOnMount',
    'networkMode',
  ],
};

/** For the engine. @param {CoreOptions} core */
export function recordOf(core) {
  return {
    doubles: RECORD.doubles.map((name) => Number(core[name])),
    bytes: RECORD.bytes.map((name) => Number(core[name])),
  };
}

/** @param {AnyQueryOptions} options @param {Query} query @returns {boolean} */
export function isEnabled(options, query) {
  return resolveOption(options.enabled, query) !== false;
}

/** @param {AnyQueryOptions} options @param {Query} query @returns {number} ms, Infinity or STATIC */
export function staleTimeOf(options, query) {
  return coreStaleTime(resolveOption(options.staleTime, query));
}

/**
 * Throws for an option that would otherwise be misread without a word.
 *
 * @param {AnyQueryOptions} options
 */
export function checkObserverOptions({ enabled }) {
  if (enabled !== undefined && typeof enabled !== 'boolean' && typeof enabled !== 'function') {
    throw argumentError('enabled', 'a boolean or a function that returns one', enabled);
  }
}

/**
 * @param {AnyQueryOptions['refetchOnMount']} option
 * @param {Query} query
 * @returns {number} RefetchOn
 */
function refetchOn(option, query) {
  const value = resolveOption(option, query);
  if (value === 'always') return RefetchOn.ALWAYS;
  return value === false ? RefetchOn.NEVER : RefetchOn.IF_STALE;
}
