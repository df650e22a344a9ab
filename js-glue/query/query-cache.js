import { Match } from '../engine/codes.js';
import { copyKey } from '../runtime/hash-key.js';
import { Subscribable } from '../runtime/subscribable.js';
import { matchFlags, remainingPredicate } from './filters.js';
import { restoreInitialData, restoreState } from './initial-data.js';
import { Query } from './query.js';
import { declareScopes } from './query-scopes.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { QueryObserver } from './query-observer.js' */
/** @import { QueryCacheConfig, QueryCacheNotifyEvent, QueryFilters } from '../types/cache.js' */
/** @import { AnyQueryOptions, FullQueryOptions } from '../types/internal.js' */

/** What depends on the options of observers. */
const BY_OPTIONS = Match.ACTIVE | Match.INACTIVE | Match.STALE | Match.FRESH;

/** @typedef {{ type: QueryCacheNotifyEvent['type'], query: Query, observer?: QueryObserver }} CacheEvent */

/**
 * All queries of one client, by the core's handle.
 *
 * @extends {Subscribable<[event: CacheEvent]>}
 */
export class QueryCache extends Subscribable {
  /** @type {Map<number, Query>} */
  #queries = new Map();
  /** @type {QueryClient | null} */
  #client = null;
  /** @type {CacheEvent[]} */
  #events = [];
  #serial = 0;
  /** Everything was forgotten, and nothing has come in since. */
  #isBlank = false;

  /** @param {QueryCacheConfig} [config] called for every fetch of every query */
  constructor(config = {}) {
    super();
    this.config = config;
  }

  /** @param {QueryClient} client */
  attach(client) {
    if (this.#client) throw new Error('This QueryCache already belongs to another QueryClient.');
    this.#client = client;
  }

  get #owner() {
    if (!this.#client) throw new Error('This QueryCache does not belong to a QueryClient yet.');
    return this.#client;
  }

  /**
   * The query of a key, made if there is none. Initial data goes in if the query has no data.
   *
   * @param {QueryClient} client
   * @param {AnyQueryOptions} given with defaults, or as an app writes them
   * @param {{ data?: unknown, dataUpdatedAt?: number }} [state] to restore, if the query is new
   * @returns {Query}
   */
  build(client, given, state) {
    const options = hasDefaults(given) ? given : client.defaultQueryOptions(given);
    const { query, isNew } = client.driver.apply((engine, now) => {
      // Kept in the step: the engine that gave the handle may be gone once its effects are carried out.
      const entry = engine.build(options.queryKey, options.gcTime, now);
      const known = this.#queries.get(entry);
      const query =
        known ?? new Query(client, entry, copyKey(options.queryKey), options, ++this.#serial);
      this.#queries.set(entry, query);
      return { query, isNew: !known };
    });
    if (isNew) {
      this.fill();
      this.notify({ type: 'added', query });
      client.getMutationCache().cover(query);
    }
    declareScopes(query, options.scopes);
    if (isNew && state) restoreState(query, state);
    restoreInitialData(query, options);
    return query;
  }

  /** The query of one of the core's handles. @param {number} entry */
  of(entry) {
    return this.#queries.get(entry);
  }

  /** Every query under its new handle, after the core was started again. @param {Query[]} queries */
  rebind(queries) {
    this.#queries = new Map(queries.map((query) => [query.entry, query]));
  }

  /** All that the core has a handle for, removed ones that are still observed among them. */
  held() {
    return [...this.#queries.values()];
  }

  getAll() {
    return this.held().filter((query) => !query.isGone());
  }

  /** @param {string} queryHash of a query @returns {Query | undefined} */
  get(queryHash) {
    const key = keyOf(queryHash);
    return key && this.#queries.get(this.#owner.driver.ask((engine) => engine.find(key)));
  }

  /** Forgets it, at once. @param {Query} query */
  remove(query) {
    if (query.isGone() || this.#queries.get(query.entry) !== query) return;
    this.#owner.driver.apply((engine, now) => engine.remove([query.entry], now));
  }

  /** @param {QueryFilters} filters with a `queryKey`, taken as exact unless it says otherwise */
  find(filters) {
    return this.findAll({ exact: true, ...filters })[0];
  }

  /** @param {QueryFilters} [filters] @returns {Query[]} */
  findAll(filters = {}) {
    const flags = matchFlags(filters);
    if ((flags & BY_OPTIONS) !== 0) this.#owner.optionFunctions.ask();
    const entries = this.#owner.driver.ask((engine, now) =>
      engine.match(filters.queryKey ?? [], flags, now),
    );
    const queries = entries.flatMap((entry) => this.#queries.get(entry) ?? []);
    queries.sort((a, b) => a.serial - b.serial);
    const predicate = remainingPredicate(filters);
    return predicate ? queries.filter(predicate) : queries;
  }

  /** Forgets every query, at once. */
  clear() {
    this.removeAll(this.held());
  }

  /**
   * Whoever observes one of them shows what it was, until its key is made or told of again.
   *
   * @param {Query[]} queries
   */
  removeAll(queries) {
    const known = queries.filter((query) => !query.dropped && !query.isRemoved);
    if (known.length === 0) return;
    this.#owner.driver.apply((engine, now) =>
      engine.remove(
        known.map((query) => query.entry),
        now,
      ),
    );
    for (const query of known) {
      if (query.dropped || !query.isGone()) continue;
      query.isRemoved = true;
      this.notify({ type: 'removed', query });
    }
  }

  /** A query that was removed is back, without an answer. @param {Query} query */
  takeBack(query) {
    query.isRemoved = false;
    this.fill();
    this.notify({ type: 'added', query });
    this.#owner.driver.call(() => this.#owner.getMutationCache().cover(query));
  }

  /** Something of a user comes in: a key, an answer, a fetch, a change of a mutation, the stream. */
  fill() {
    this.#isBlank = false;
  }

  /**
   * Forgets every answer, also of queries that somebody still looks at or holds. When nothing has come in
   * since the last time it does nothing, so that a listener may ask for it whatever it hears.
   */
  forget() {
    if (this.#isBlank) return;
    this.#isBlank = true;
    for (const query of this.held()) {
      query.clear();
      for (const observer of query.observers) observer.forget();
    }
    this.#owner.driver.apply((engine, now) => engine.forget(now));
  }

  /** The core's handle is void. @param {number} entry */
  drop(entry) {
    const query = this.#queries.get(entry);
    if (!query) return;
    query.dropped = true;
    this.#queries.delete(entry);
    if (!query.isRemoved) this.notify({ type: 'removed', query });
  }

  /** Tells the listeners, at the end of the turn. @param {CacheEvent} event */
  notify(event) {
    if (!this.hasListeners()) return;
    this.#events.push(event);
    this.#owner.driver.notify(this);
  }

  deliver() {
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.emit(event);
  }
}

/** A hash is its key as JSON. @param {string} queryHash @returns {unknown[] | undefined} */
function keyOf(queryHash) {
  try {
    const key = JSON.parse(queryHash);
    return Array.isArray(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** @param {AnyQueryOptions} options @returns {options is FullQueryOptions} */
function hasDefaults(options) {
  return options.gcTime !== undefined;
}
