import { shallowEqual } from '../runtime/structural-sharing.js';
import { Subscribable } from '../runtime/subscribable.js';
import { startFetch } from './fetcher.js';
import { checkObserverOptions, coreOptions, isDynamic, recordOf } from './observer-options.js';
import { createResult, fetchesOnArrival, fetchesOnMount } from './result.js';
import { Selection } from './selection.js';
import { TrackedProps } from './tracked-props.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from '../client/query-client.js' */
/** @import { Query } from './query.js' */
/** @import { Field } from './tracked-props.js' */
/** @import { AnyQueryOptions, AnyQueryResult, FullQueryOptions } from '../types/internal.js' */
/** @import { QueryCacheNotifyEvent } from '../types/cache.js' */
/** @import { RefetchOptions } from '../types/query-options.js' */

/**
 * Looks at one query. The core knows it while it has listeners: then the query is active, is kept,
 * and is fetched as the options ask.
 *
 * @extends {Subscribable<[result: AnyQueryResult]>}
 */
export class QueryObserver extends Subscribable {
  #client;
  /** @type {Query} */
  #query;
  /** The core's handle while there are listeners, else 0. */
  #handle = 0;
  /** What the core was told last. @type {ReturnType<typeof coreOptions>} */
  #core;
  /** @type {AnyQueryResult} */
  #result;
  /** The query has changed since the result was made. */
  #isOutdated = false;
  /** The listeners have not heard of the result. */
  #isDue = false;
  #selection = new Selection();
  /** @type {Query | undefined} */
  #lastWithData;
  #counts = { data: 0, error: 0 };
  #trackedProps = new TrackedProps();

  /**
   * @param {QueryClient} client
   * @param {AnyQueryOptions} options
   */
  constructor(client, options) {
    super();
    this.#client = client;
    this.refetch = this.refetch.bind(this);
    this.options = client.defaultQueryOptions(options);
    checkObserverOptions(this.options);
    this.#query = this.#comeTo(this.#build());
    this.#core = coreOptions(this.options, this.#query);
    this.#result = this.#makeResult();
  }

  /** @param {AnyQueryOptions} options */
  setOptions(options) {
    const full = this.#client.defaultQueryOptions(options);
    checkObserverOptions(full);
    // Built before they are taken: what that calls, or a key that is refused, must not find the options
    // of one query on another.
    const query = this.#client.getQueryCache().build(this.#client, full);
    const isOther = !shallowEqual(full, this.options);
    this.options = full;
    this.#moveTo(query);
    this.#listenToFunctions();
    if (isOther) this.#notifyCache('observerOptionsUpdated');
    this.updateResult();
  }

  /** For {@link OptionFunctions}: what its functions say may be something else by now. */
  askOptions() {
    this.#tellCore(this.#query, true);
  }

  /** The core's, or 0 while there are no listeners. */
  get handle() {
    return this.#handle;
  }

  getCurrentQuery() {
    return this.#query;
  }

  getCurrentResult() {
    if (this.#isOutdated) this.updateResult();
    return this.#result;
  }

  /**
   * What these options will show once they are set: for a render that comes before its effects.
   *
   * @param {FullQueryOptions} options with defaults
   */
  getOptimisticResult(options) {
    if (this.#isOutdated) this.updateResult();
    const query = this.#client.getQueryCache().build(this.#client, options);
    const core = coreOptions(options, query);
    const arrives = query !== this.#query || !this.#core.enabled;
    const willFetch = this.hasListeners()
      ? arrives && fetchesOnArrival(query, core)
      : options.subscribed !== false && fetchesOnMount(query, core);
    const result = this.#createResult(query, options, willFetch);
    if (!shallowEqual(result, this.#result)) this.#result = result;
    return this.#result;
  }

  /**
   * The result, noting which fields are read: only changes of those are worth a call.
   *
   * @param {AnyQueryResult} result
   * @param {(field: Field) => void} [onRead]
   */
  trackResult(result, onRead) {
    return this.#trackedProps.track(result, onRead);
  }

  /** @param {Field} field */
  trackProp(field) {
    this.#trackedProps.pay(field);
  }

  /**
   * @param {RefetchOptions} [options]
   * @returns {Promise<AnyQueryResult>} the result once the fetch is over
   */
  async refetch({ cancelRefetch = true, throwOnError = false } = {}) {
    this.#moveTo(this.#build());
    const fetch = startFetch(this.#query, this.options, { restart: cancelRefetch });
    await (throwOnError ? fetch : fetch.catch(() => {}));
    this.updateResult();
    return this.#result;
  }

  /**
   * Fetches what these options ask for, whatever this observer looks at.
   *
   * @param {AnyQueryOptions} options
   * @returns {Promise<AnyQueryResult>} what they show then
   */
  async fetchOptimistic(options) {
    const full = this.#client.defaultQueryOptions(options);
    const query = this.#client.getQueryCache().build(this.#client, full);
    await startFetch(query, full, {});
    return this.#createResult(query, full, false);
  }

  updateResult() {
    this.#renew();
    if (this.#isDue) this.#client.driver.notify(this);
  }

  #makeResult() {
    this.#isOutdated = false;
    if (this.#query.view.hasBase) this.#lastWithData = this.#query;
    return this.#createResult(this.#query, this.options, false);
  }

  #renew() {
    const before = this.#result;
    const next = this.#makeResult();
    if (shallowEqual(next, before)) return;
    this.#result = next;
    if (!this.hasListeners()) return;
    this.#isDue ||= this.#trackedProps.isDueTo(before, next, this.options);
  }

  destroy() {
    this.listeners.clear();
    this.onUnsubscribe();
  }

  /** For the driver, at the end of the turn. */
  deliver() {
    if (this.#isOutdated) this.#renew();
    if (!this.#isDue) return;
    this.#isDue = false;
    this.emit(this.#result);
    this.#notifyCache('observerResultsUpdated');
  }

  /**
   * For NOTIFY effects: something that may show has changed. What shows is made when somebody looks, or
   * at the end of the turn: forty pending changes that end in one are replayed once.
   */
  onQueryUpdate() {
    if (isDynamic(this.options)) this.#tellCore();
    this.#isOutdated = true;
    this.#client.driver.notify(this);
  }

  /**
   * Makes itself known to a new engine.
   *
   * @param {Engine} engine
   * @param {number} now
   */
  reobserve(engine, now) {
    this.#handle = engine.observe(this.#query.entry, recordOf(this.#core), now);
  }

  /** What it remembers of earlier answers was another user's. */
  forget() {
    this.#selection = new Selection();
    this.#lastWithData = undefined;
  }

  /** @protected @override */
  onSubscribe() {
    if (this.#handle !== 0) return;
    if (this.#query.isGone()) this.#query = this.#comeTo(this.#build());
    const query = this.#query;
    this.#core = coreOptions(this.options, query);
    this.#step((engine, now) => {
      this.#handle = engine.observe(query.entry, recordOf(this.#core), now);
      query.addObserver(this);
    });
    this.#listenToFunctions();
    this.#notifyCache('observerAdded');
    this.updateResult();
  }

  /** @protected @override */
  onUnsubscribe() {
    if (this.hasListeners() || this.#handle === 0) return;
    const handle = this.#handle;
    const query = this.#query;
    this.#handle = 0;
    this.#client.optionFunctions.delete(this);
    query.removeObserver(this);
    this.#client.driver.applyOnce((engine, now) =>
      engine.unobserve(handle, query.run?.signalTaken ?? false, now),
    );
    this.#notifyCache('observerRemoved');
  }

  /** @param {QueryCacheNotifyEvent['type']} type */
  #notifyCache(type) {
    this.#client.getQueryCache().notify({ type, query: this.#query, observer: this });
  }

  #build() {
    return this.#client.getQueryCache().build(this.#client, this.options);
  }

  /** @param {Query} query */
  #comeTo(query) {
    query.options = this.options;
    this.#counts = { data: query.dataUpdateCount, error: query.errorUpdateCount };
    return query;
  }

  /** @param {Query} query the one of its options */
  #moveTo(query) {
    const before = this.#query;
    query.options = this.options;
    if (query !== before) {
      if (before.view.hasBase) this.#lastWithData = before;
      this.#query = this.#comeTo(query);
      if (this.#handle !== 0) {
        before.removeObserver(this);
        query.addObserver(this);
      }
    }
    this.#tellCore(before);
  }

  /**
   * @param {Query} [before] the query it came from
   * @param {boolean} [reread] functions among the options were asked again, before an event
   */
  #tellCore(before = this.#query, reread = false) {
    const query = this.#query;
    const core = coreOptions(this.options, query);
    if (query === before && shallowEqual(core, this.#core)) return;
    this.#core = core;
    if (this.#handle === 0) return;
    this.#step((engine, now) => {
      // The core lets what an abandoned query has in flight finish. What can be aborted should be; now,
      // as one that was removed is gone with its last observer.
      if (query !== before && before.isAbandoned())
        engine.cancel([before.entry], { revert: true }, now);
      engine.setObserver(this.#handle, query.entry, recordOf(core), reread, now);
    });
  }

  /**
   * A step that may begin a fetch: the core must know the page's state of now.
   *
   * @param {(engine: Engine, now: number) => void} step
   */
  #step(step) {
    const { driver, world } = this.#client;
    driver.apply((engine, now) => {
      world.tell(engine, now);
      step(engine, now);
    });
  }

  #listenToFunctions() {
    const { optionFunctions } = this.#client;
    if (this.#handle !== 0 && isDynamic(this.options)) optionFunctions.add(this);
    else optionFunctions.delete(this);
  }

  /**
   * @param {Query} query
   * @param {FullQueryOptions} options
   * @param {boolean} willFetch
   */
  #createResult(query, options, willFetch) {
    const counts =
      query === this.#query
        ? this.#counts
        : { data: query.dataUpdateCount, error: query.errorUpdateCount };
    return createResult(query, options, {
      selection: this.#selection,
      shown: this.#result,
      previousQuery: this.#lastWithData,
      counts,
      willFetch,
      refetch: this.refetch,
    });
  }
}
