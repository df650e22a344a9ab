import { StreamClient } from '../channel/stream-client.js';
import { DEFAULT_MESSAGE_BYTES } from '../engine/codes.js';
import { Engine } from '../engine/engine.js';
import { MutationCache } from '../mutation/mutation-cache.js';
import { OptionFunctions } from '../query/option-functions.js';
import { QueryCache } from '../query/query-cache.js';
import { applyChanges } from '../rules/apply-changes.js';
import { encodeRules } from '../rules/define-rules.js';
import { checkObject } from '../runtime/check-object.js';
import { Driver } from '../runtime/driver.js';
import { createEnvironment } from '../runtime/environment.js';
import * as list from './bulk-operations.js';
import { checkConfig } from './check-config.js';
import { ClientDefaults } from './client-defaults.js';
import { createEffects } from './effects.js';
import * as fetching from './fetch-query.js';
import { PageState } from './page-state.js';
import * as data from './query-data.js';
import { rebuild } from './recover.js';
import { UnheardHint } from './unheard-hint.js';

/** @import { InvalidateQueryFilters, MutationFilters, QueryFilters } from '../types/cache.js' */
/** @import { ChannelOptions } from '../types/channel.js' */
/** @import { DefaultOptions, QueryClientConfig } from '../types/client.js' */
/** @import { AnyEnsureOptions, AnyFetchOptions, AnyMutateOptions, AnyMutationOptions, AnyQueryOptions } from '../types/internal.js' */
/** @import { CancelOptions, InvalidateOptions, RefetchOptions, ResetOptions, SetDataOptions } from '../types/query-options.js' */
/** @import { Change } from '../types/rules.js' */

/** @typedef {readonly unknown[]} Key */
/** @typedef {{ queryCache?: QueryCache, mutationCache?: MutationCache }} Caches */

/**
 * The cache: its verbs, each one line. What they mean is in index.d.ts, how they are done in the
 * files they lead to.
 */
export class QueryClient {
  /** @type {QueryCache} */
  #queryCache;
  /** @type {MutationCache} */
  #mutationCache;
  #defaults;

  /** @param {Omit<QueryClientConfig, keyof Caches> & Caches} [options] */
  constructor(options = {}) {
    checkConfig(options);
    const { queryCache, mutationCache, defaultOptions = {}, limits, seed } = options;
    this.environment = createEnvironment(options.environment);
    // A page that is loaded twice (a tab that was duplicated, an id out of storage) is two clients: one
    // of them would take the other's changes for the echo of its own.
    this.clientId = options.clientId ? `${options.clientId}-${randomId()}` : randomId();
    /** Longest text of JSON that the core takes. */
    this.messageBytes = limits?.messageBytes || DEFAULT_MESSAGE_BYTES;
    /** As JSON, for the core. @type {string | null} */
    this.rules = options.rules ? encodeRules(options.rules) : null;
    this.#queryCache = queryCache ?? new QueryCache();
    this.#mutationCache = mutationCache ?? new MutationCache();
    this.#defaults = new ClientDefaults(defaultOptions, this.environment.isServer);
    this.optionFunctions = new OptionFunctions();
    this.stream = new StreamClient(this);
    this.world = new PageState(this);
    this.unheardHint = new UnheardHint(this);
    this.driver = new Driver({
      environment: this.environment,
      createEngine: () => new Engine({ seed, clientId: this.clientId, limits }),
      perform: createEffects(this),
      rebuild: (engine, now) => rebuild(this, engine, now),
      beforeTimers: () => this.optionFunctions.ask(),
      beforeFlush: (engine, now) => {
        this.world.tell(engine, now);
        this.unheardHint.turned();
      },
    });
    const { rules } = this;
    if (rules) this.driver.apply((engine, now) => engine.rules(rules, now));
    this.#queryCache.attach(this);
    this.#mutationCache.attach(this);
  }

  mount() {
    this.world.mount();
  }

  unmount() {
    this.world.unmount();
  }

  getQueryCache() {
    return this.#queryCache;
  }

  getMutationCache() {
    return this.#mutationCache;
  }

  clear() {
    this.#queryCache.clear();
    this.#mutationCache.clear();
  }

  signOut() {
    this.stream.signOut();
    this.#mutationCache.abandon();
    this.#queryCache.forget();
  }

  /** @param {AnyFetchOptions} options */
  fetchQuery(options) {
    return fetching.fetchQuery(this, options);
  }

  /** @param {AnyFetchOptions} options */
  prefetchQuery(options) {
    return fetching.prefetchQuery(this, options);
  }

  /** @param {AnyEnsureOptions} options */
  ensureQueryData(options) {
    return fetching.ensureQueryData(this, options);
  }

  /** @param {Key} queryKey */
  getQueryData(queryKey) {
    return data.find(this, queryKey)?.data;
  }

  /** @param {Key} queryKey */
  getQueryState(queryKey) {
    return data.find(this, queryKey)?.state;
  }

  /**
   * @param {QueryFilters} filters
   * @returns {[Key, any][]} any: as of `Query.data`
   */
  getQueriesData(filters) {
    return this.#queryCache.findAll(filters).map((query) => [query.queryKey, query.data]);
  }

  /** @param {Key} queryKey @param {unknown} updater @param {SetDataOptions} [options] */
  setQueryData(queryKey, updater, options) {
    return data.setQueryData(this, queryKey, updater, options);
  }

  /**
   * @param {QueryFilters} filters
   * @param {unknown} updater
   * @param {SetDataOptions} [options]
   * @returns {[Key, any][]} any: as of `Query.data`
   */
  setQueriesData(filters, updater, options) {
    return this.#queryCache
      .findAll(filters)
      .map(({ queryKey }) => [queryKey, this.setQueryData(queryKey, updater, options)]);
  }

  /** @param {InvalidateQueryFilters} [filters] @param {InvalidateOptions} [options] */
  invalidateQueries(filters, options) {
    return list.invalidateQueries(this, filters, options);
  }

  /** @param {QueryFilters} [filters] @param {RefetchOptions} [options] */
  refetchQueries(filters, options) {
    return list.refetchQueries(this, filters, options);
  }

  /** @param {QueryFilters} [filters] @param {CancelOptions} [options] */
  cancelQueries(filters, options) {
    return list.cancelQueries(this, filters, options);
  }

  /** @param {QueryFilters} [filters] */
  removeQueries(filters) {
    list.removeQueries(this, filters);
  }

  /** @param {QueryFilters} [filters] @param {ResetOptions} [options] */
  resetQueries(filters, options) {
    return list.resetQueries(this, filters, options);
  }

  /** @param {QueryFilters} [filters] */
  isFetching(filters) {
    checkObject('filters', filters, '{ queryKey }');
    return this.#queryCache.findAll({ ...filters, fetchStatus: 'fetching' }).length;
  }

  /** @param {MutationFilters} [filters] */
  isMutating(filters) {
    checkObject('filters', filters, '{ mutationKey }');
    return this.#mutationCache.findAll({ ...filters, status: 'pending' }).length;
  }

  /** @param {AnyMutateOptions} options */
  mutate(options) {
    const full = this.defaultMutationOptions(options ?? null);
    return this.#mutationCache.build(this, full).execute(full.variables);
  }

  resumePausedMutations() {
    return this.#mutationCache.resumePausedMutations();
  }

  /** @param {Change} change */
  applyChange(change) {
    return applyChanges(this, [change]);
  }

  /** @param {readonly Change[]} changes */
  applyChanges(changes) {
    return applyChanges(this, changes);
  }

  /** @param {ChannelOptions} options */
  connect(options) {
    return this.stream.connect(options);
  }

  getStats() {
    const stats = this.driver.ask((engine) => engine.stats());
    const asked = stats.hits + stats.misses;
    return { ...stats, hitRate: asked === 0 ? null : (100 * stats.hits) / asked };
  }

  getDefaultOptions() {
    return this.#defaults.options;
  }

  /** @param {DefaultOptions} options */
  setDefaultOptions(options) {
    this.#defaults.options = options;
  }

  /** @param {Key} queryKey @param {Partial<AnyQueryOptions>} options */
  setQueryDefaults(queryKey, options) {
    this.#defaults.setQuery(queryKey, options);
  }

  /** @param {Key} queryKey */
  getQueryDefaults(queryKey) {
    return this.#defaults.ofQuery(queryKey);
  }

  /** @param {Key} mutationKey @param {AnyMutationOptions} options */
  setMutationDefaults(mutationKey, options) {
    this.#defaults.setMutation(mutationKey, options);
  }

  /** @param {Key} mutationKey */
  getMutationDefaults(mutationKey) {
    return this.#defaults.ofMutation(mutationKey);
  }

  /** @param {AnyQueryOptions} options */
  defaultQueryOptions(options) {
    return this.#defaults.query(options);
  }

  /** @template {AnyMutationOptions} T @param {T} [options] */
  defaultMutationOptions(options) {
    return this.#defaults.mutation(options);
  }
}

/** 16 hex digits: names this client's mutations on the wire. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
