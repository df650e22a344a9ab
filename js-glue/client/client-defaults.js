import { skipToken } from '../query/options.js';
import { argumentError } from '../runtime/argument-error.js';
import { checkObject } from '../runtime/check-object.js';
import { copyKey, hashKey, partialMatchKey } from '../runtime/hash-key.js';

/** @import { DefaultOptions } from '../types/client.js' */
/** @import {
  AnyMutationOptions, AnyQueryOptions, FullMutationOptions, FullQueryOptions,
} from '../types/internal.js' */

/**
 * @template T
 * @typedef {Map<string, { key: readonly unknown[], options: Partial<T> }>} ByKey
 */

/** How long an answer, or a mutation that is over, is kept unobserved in a browser: 5 minutes, in ms. */
const BROWSER_GC_TIME = 5 * 60 * 1000;

/** The options that a client adds to those of a call: for all, and by key. */
export class ClientDefaults {
  /** @type {DefaultOptions} */
  options;
  /** @type {ByKey<AnyQueryOptions>} */
  #queries = new Map();
  /** @type {ByKey<AnyMutationOptions>} */
  #mutations = new Map();
  #gcTime;

  /**
   * @param {DefaultOptions} options `defaultOptions` of the client
   * @param {boolean} isServer
   */
  constructor(options, isServer) {
    this.options = options;
    this.#gcTime = isServer ? Infinity : BROWSER_GC_TIME;
  }

  /** @param {readonly unknown[]} key @param {Partial<AnyQueryOptions>} options */
  setQuery(key, options) {
    this.#queries.set(hashKey(key), { key: copyKey(key), options });
  }

  /** @param {readonly unknown[]} key @param {AnyMutationOptions} options */
  setMutation(key, options) {
    this.#mutations.set(hashKey(key), { key: copyKey(key), options });
  }

  /** Of all that match, later ones on top. @param {readonly unknown[]} key */
  ofQuery(key) {
    return merged(this.#queries, key);
  }

  /** @param {readonly unknown[]} key */
  ofMutation(key) {
    return merged(this.#mutations, key);
  }

  /**
   * A query's options with everything filled in.
   *
   * @param {AnyQueryOptions} options
   * @returns {FullQueryOptions}
   * @throws {TypeError} if they are no object, or the queryKey is not an array
   */
  query(options) {
    checkObject('options', options ?? null, '{ queryKey, queryFn }');
    if (isFull(options)) return options;
    const { queryKey } = options;
    if (!Array.isArray(queryKey)) {
      throw argumentError('queryKey', 'an array', queryKey);
    }
    const full = /** @type {FullQueryOptions} */ ({
      gcTime: this.#gcTime,
      ...this.options.queries,
      ...this.ofQuery(queryKey),
      ...options,
      _defaulted: true,
    });
    full.gcTime = gcTime(full.gcTime ?? this.#gcTime);
    full.refetchOnReconnect ??= full.networkMode !== 'always';
    full.throwOnError ??= false;
    if (full.queryFn === skipToken) full.enabled = false;
    return full;
  }

  /**
   * @template {AnyMutationOptions} T
   * @param {T & { _defaulted?: true }} [options]
   * @returns {T & FullMutationOptions}
   */
  mutation(options) {
    checkObject('options', options, '{ mutationFn }');
    if (options?._defaulted) return /** @type {T & FullMutationOptions} */ (options);
    const full = /** @type {T & FullMutationOptions} */ ({
      ...this.options.mutations,
      ...(options?.mutationKey && this.ofMutation(options.mutationKey)),
      ...options,
      _defaulted: true,
    });
    full.gcTime = gcTime(full.gcTime ?? this.#gcTime);
    return full;
  }
}

/** @param {AnyQueryOptions} options @returns {options is FullQueryOptions} */
function isFull(options) {
  return options._defaulted === true;
}

/**
 * @template T
 * @param {ByKey<T>} defaults
 * @param {readonly unknown[]} key
 * @returns {Partial<T>}
 */
function merged(defaults, key) {
  const matching = [...defaults.values()].filter((entry) => partialMatchKey(key, entry.key));
  return Object.assign({}, ...matching.map((entry) => entry.options));
}

/** @param {number} value @returns {number} ms */
function gcTime(value) {
  const time = Math.max(0, value);
  if (Number.isNaN(time)) {
    throw argumentError('gcTime', 'a number of ms, or Infinity', value);
  }
  return time;
}
