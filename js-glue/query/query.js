import { Outcome, STATIC, State } from '../engine/codes.js';
import { CancelledError } from '../runtime/cancelled-error.js';
import { Deferred } from '../runtime/deferred.js';
import { hashKey } from '../runtime/hash-key.js';
import { LayeredValue } from './layered-value.js';
import { isEnabled, staleTimeOf } from './observer-options.js';
import { coreStaleTime, skipToken } from './options.js';
import { stateOf } from './query-state.js';
import * as verbs from './query-verbs.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { QueryObserver } from './query-observer.js' */
/** @import { AnyQueryOptions, FullQueryOptions } from '../types/internal.js' */
/** @import { CancelOptions, SetDataOptions } from '../types/query-options.js' */
/** @import { FetchRun } from './fetcher.js' */

/** What most queries have instead of a list of their own. @type {readonly QueryObserver[]} */
const NOBODY = Object.freeze([]);

/**
 * What JavaScript holds for one entry of the core: its answer, its error, who waits and who looks.
 * Whether the answer is fresh, and what is in flight, is asked of the core.
 */
export class Query {
  /** @type {Set<QueryObserver> | null} */
  #observers = null;
  /** The same as a list, made when somebody asks for it. @type {readonly QueryObserver[] | null} */
  #observerList = NOBODY;
  /** The fetch in flight, over all its tries. @type {FetchRun | null} */
  run = null;
  /** The core gave the handle back; this object only remembers. */
  dropped = false;
  /** Listeners of the cache heard that it was removed. The core keeps it for its observers. */
  isRemoved = false;
  /** The core knows tags of it. */
  isTagged = false;
  /** Parts of the stream that it depends on; none: whatever the channel tells. @type {readonly string[]} */
  scopes = [];
  /** The options that an explicit fetch came with, until it settles. @type {FullQueryOptions | null} */
  wanted = null;
  /** @type {unknown} */
  failureReason = null;
  /** @type {unknown} */
  error = null;
  dataUpdatedAt = 0;
  errorUpdatedAt = 0;
  dataUpdateCount = 0;
  errorUpdateCount = 0;
  /** @type {Deferred<any>} any: as of `data` */
  #waiting = new Deferred();
  /** @type {string | undefined} */
  #hash;

  /**
   * @param {QueryClient} client
   * @param {number} entry the core's handle
   * @param {readonly unknown[]} queryKey
   * @param {FullQueryOptions} options with defaults
   * @param {number} serial how many were made before it
   */
  constructor(client, entry, queryKey, options, serial) {
    this.client = client;
    this.entry = entry;
    this.queryKey = queryKey;
    this.options = options;
    this.serial = serial;
    this.view = new LayeredValue(this);
  }

  /** Those with listeners, in the order they came. NOTIFY effects find them here. */
  get observers() {
    this.#observerList ??= this.#observers ? [...this.#observers] : NOBODY;
    return this.#observerList;
  }

  get queryHash() {
    this.#hash ??= hashKey(this.queryKey);
    return this.#hash;
  }

  get meta() {
    return this.options.meta;
  }

  get gcTime() {
    return this.options.gcTime;
  }

  /** How the fetch that is under way ends; undefined if none is. */
  get promise() {
    return this.isIdle() ? undefined : this.wait();
  }

  /**
   * What is shown: the server's answer under all pending mutations.
   *
   * @returns {any} any: each query has data of its own type, which who asks for it knows
   */
  get data() {
    return this.view.value;
  }

  /** Bits of State. */
  get bits() {
    if (this.dropped) {
      return this.view.hasBase ? State.STATUS_SUCCESS : State.STATUS_PENDING;
    }
    return this.client.driver.ask((engine) => engine.state(this.entry));
  }

  get state() {
    return stateOf(this);
  }

  /** By what the options say now. */
  isActive() {
    return this.observers.some(({ options }) => isEnabled(options, this));
  }

  isIdle() {
    return this.dropped || (this.bits & State.FETCH_STATUS_MASK) === State.FETCH_STATUS_IDLE;
  }

  isDisabled() {
    if (this.observers.length > 0) return !this.isActive();
    return this.options.queryFn === skipToken || !this.isFetched();
  }

  /** Somebody shows it for good. */
  isStatic() {
    return this.observers.some(({ options }) => staleTimeOf(options, this) === STATIC);
  }

  isFetched() {
    return this.dataUpdateCount + this.errorUpdateCount > 0;
  }

  isStale() {
    for (const observer of this.observers) if (observer.getCurrentResult().isStale) return true;
    return this.observers.length === 0 && this.isStaleByTime(Infinity);
  }

  /** @param {number | 'static'} [staleTime] ms */
  isStaleByTime(staleTime = 0) {
    if (this.dropped) return true;
    const limit = coreStaleTime(staleTime);
    return this.client.driver.ask((engine, now) => engine.isStale(this.entry, limit, now));
  }

  /** @param {QueryObserver} observer */
  addObserver(observer) {
    this.#observers ??= new Set();
    this.#observers.add(observer);
    this.#observerList = null;
  }

  /** @param {QueryObserver} observer */
  removeObserver(observer) {
    this.#observers?.delete(observer);
    if (this.#observers?.size === 0) this.#observers = null;
    this.#observerList = null;
  }

  getObserversCount() {
    return this.#observers?.size ?? 0;
  }

  /** The core forgot it, so that its key would find another entry or none. */
  isGone() {
    return this.dropped || (this.bits & State.DETACHED) !== 0;
  }

  /**
   * @param {Partial<AnyQueryOptions>} [options]
   * @param {{ cancelRefetch?: boolean }} [how]
   * @returns {Promise<any>} any: as of `data`
   */
  fetch(options, how = {}) {
    return verbs.fetch(this, options, how);
  }

  /** @param {CancelOptions} [options] */
  cancel(options = {}) {
    return verbs.cancel(this, options);
  }

  invalidate() {
    verbs.invalidate(this);
  }

  reset() {
    verbs.reset(this);
  }

  /** Returns what is shown. @param {unknown} data @param {SetDataOptions} [options] */
  setData(data, options = {}) {
    return verbs.setData(this, data, options);
  }

  /** @param {Partial<AnyQueryOptions>} options */
  setOptions(options) {
    verbs.setOptions(this, options);
  }

  /** What is in flight can be aborted, and nobody looks or waits any more. */
  isAbandoned() {
    const isNeeded = this.observers.length > 0 || this.isAwaited;
    return !this.dropped && this.run?.signalTaken === true && !isNeeded;
  }

  /**
   * The options of who asked for it or caused it. For a fetch that nobody of them caused, such as a change's:
   * of the observer whose options were set last, if it is enabled; else the last ones known.
   *
   * @returns {FullQueryOptions}
   */
  optionsToFetchWith() {
    if (this.wanted) return this.wanted;
    const able = this.observers.filter(({ options }) => typeof options.queryFn === 'function');
    const enabled = able.filter(({ options }) => options.enabled !== false);
    const cause = this.client.driver.ask((engine) => engine.fetchCause(this.entry));
    const best =
      able.find(({ handle }) => handle === cause) ??
      enabled.find(({ options }) => options === this.options) ??
      enabled[0] ??
      able[0];
    return best?.options ?? this.options;
  }

  /**
   * A new answer is the base from now on. The core has been told, or is told in this step.
   *
   * @param {unknown} data
   * @param {number} updatedAt ms since 1970
   */
  accept(data, updatedAt) {
    this.client.getQueryCache().fill();
    this.restore(data, updatedAt);
    this.dataUpdateCount += 1;
  }

  /**
   * `accept` for an answer that nobody fetched: initial data.
   *
   * @param {unknown} data
   * @param {number} updatedAt ms since 1970
   */
  restore(data, updatedAt) {
    this.view.base = data;
    this.dataUpdatedAt = updatedAt;
  }

  /** As if never fetched. */
  clear() {
    this.view.clear();
    this.error = null;
    this.failureReason = null;
    this.dataUpdatedAt = 0;
    this.errorUpdatedAt = 0;
    this.dataUpdateCount = 0;
    this.errorUpdateCount = 0;
  }

  /** How the fetch in flight, or the one that follows it, ends. */
  wait() {
    return this.#waiting.wait();
  }

  /**
   * The core's word that a fetch is over.
   *
   * @param {number} outcome Outcome
   * @param {number} now ms
   */
  settle(outcome, now) {
    const run = this.run;
    this.run = null;
    if (outcome === Outcome.SUPERSEDED) {
      this.#abort(run);
      return;
    }
    this.wanted = null;
    const waiting = this.#waiting;
    this.#waiting = new Deferred();
    if (outcome === Outcome.CANCELLED_ERROR) {
      this.failureReason = new CancelledError({ revert: false });
    }
    if (isError(outcome)) {
      this.error = this.failureReason;
      this.errorUpdatedAt = now;
      this.errorUpdateCount += 1;
      waiting.reject(this.error);
    } else if (outcome === Outcome.SUCCESS || this.view.hasBase) {
      const { base } = this.view;
      // A callback that is called before may reset the query: then what came is still the answer.
      this.client.driver.call(() => waiting.resolve(this.view.hasBase ? this.data : base));
    } else {
      waiting.reject(new CancelledError({ revert: true }));
    }
    if (outcome !== Outcome.SUCCESS && outcome !== Outcome.ERROR) this.#abort(run);
  }

  /** The core that knew of the fetch in flight is gone: whoever waits gets the next one. */
  abandonRun() {
    this.#abort(this.run);
    this.run = null;
    this.view.forgetLayers();
  }

  /** The signal's listeners are the app's. @param {FetchRun | null} run */
  #abort(run) {
    this.client.driver.call(() => run?.controller.abort());
  }

  /** True if a promise of this query waits for a fetch. */
  get isAwaited() {
    return this.#waiting.isAwaited;
  }
}

/** A fetch that ended so leaves the query in error. @param {number} outcome Outcome */
export function isError(outcome) {
  return outcome === Outcome.ERROR || outcome === Outcome.CANCELLED_ERROR;
}
