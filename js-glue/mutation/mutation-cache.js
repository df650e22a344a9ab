import { matchMutation } from '../query/filters.js';
import { checkObject } from '../runtime/check-object.js';
import { DeadlineTimer } from '../runtime/deadline-timer.js';
import { report } from '../runtime/environment.js';
import { hashKey } from '../runtime/hash-key.js';
import { Subscribable } from '../runtime/subscribable.js';
import { Mutation } from './mutation.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { Query } from '../query/query.js' */

/** @import { MutationObserver } from './mutation-observer.js' */
/** @import { MutationFilters } from '../types/cache.js' */
/** @import { AnyMutationOptions, AnyMutationState, FullMutationOptions } from '../types/internal.js' */
/** @import { MutationCacheConfig, MutationCacheNotifyEvent } from '../types/mutation.js' */

/**
 * @typedef {object} MutationEvent
 * @property {MutationCacheNotifyEvent['type']} type
 * @property {Mutation} [mutation] absent where an observer shows none
 * @property {MutationObserver} [observer]
 */

/**
 * The mutations of one client, in the order they were begun: those that are pending or shown by an
 * observer, and others for their gcTime.
 *
 * @extends {Subscribable<[event: MutationEvent]>}
 */
export class MutationCache extends Subscribable {
  /** @type {Set<Mutation>} */
  #mutations = new Set();
  /** @type {QueryClient | null} */
  #client = null;
  #serial = 0;
  /** @type {DeadlineTimer | null} */
  #alarm = null;
  /** When those that are over are forgotten: ms of the clock that is never set back. @type {Map<Mutation, number>} */
  #due = new Map();
  /** Of which it is reported that they take no further layer. @type {WeakSet<Query>} */
  #reportedFull = new WeakSet();
  /** @type {MutationEvent[]} */
  #events = [];

  /** @param {MutationCacheConfig} [config] called for every mutation */
  constructor(config = {}) {
    super();
    this.config = config;
  }

  /** @param {QueryClient} client */
  attach(client) {
    if (this.#client) throw new Error('This MutationCache already belongs to another QueryClient.');
    this.#client = client;
    const { environment } = client;
    this.#alarm = new DeadlineTimer(environment, environment.elapsed, () => this.#collect());
  }

  /**
   * @param {QueryClient} client
   * @param {AnyMutationOptions} given with defaults, or as an app writes them
   * @param {Partial<AnyMutationState>} [state] of one that was kept somewhere; a pending one goes on with `continue`
   */
  build(client, given, state) {
    const options = hasDefaults(given) ? given : client.defaultMutationOptions(given);
    this.#serial += 1;
    const mutation = new Mutation(client, this, this.#serial, options, state);
    this.#mutations.add(mutation);
    this.notify('added', mutation);
    return mutation;
  }

  /** A query is new: what is pending may show under its key. @param {Query} query */
  cover(query) {
    for (const { layers } of this.#mutations) layers.cover(query);
  }

  /**
   * Reports, once a query, that changes of it are sent but not shown.
   *
   * @param {Query} query
   * @param {Error} cause
   */
  reportFull(query, cause) {
    if (this.#reportedFull.has(query)) return;
    this.#reportedFull.add(query);
    const what = `tidemark: the query ${hashKey(query.queryKey)} has limits.layersPerEntry optimistic updates; further mutations are sent but not shown`;
    report(new Error(what, { cause }));
  }

  /**
   * Forgets it. One that waits for its turn or the network is not sent and shows no more; one that is
   * under way ends as the server says.
   *
   * @param {Mutation} mutation
   */
  remove(mutation) {
    this.#due.delete(mutation);
    if (!this.#mutations.delete(mutation)) return;
    if (mutation.isWaiting) this.giveUp(mutation);
    this.notify('removed', mutation);
  }

  /** @param {Mutation} mutation */
  has(mutation) {
    return this.#mutations.has(mutation);
  }

  /** Ends one that waits and that nobody would wake. @param {Mutation} mutation */
  giveUp(mutation) {
    mutation.layers.fail();
    mutation.abandon();
  }

  clear() {
    for (const mutation of this.getAll()) this.remove(mutation);
    this.#collect();
  }

  /** Keeps it for its gcTime from now on, if it is over. @param {Mutation} mutation */
  forgetInTime(mutation) {
    if (!mutation.isOver || !this.#mutations.has(mutation) || !this.#client) return;
    const due = this.#client.environment.elapsed() + mutation.gcTime;
    if (due === Infinity) return;
    this.#due.set(mutation, due);
    this.#alarm?.set(due);
  }

  #collect() {
    const now = this.#client?.environment.elapsed() ?? 0;
    let next = Infinity;
    for (const [mutation, due] of this.#due) {
      if (!mutation.isOver) this.#due.delete(mutation);
      else if (due <= now) this.remove(mutation);
      else next = Math.min(next, due);
    }
    this.#alarm?.set(next);
  }

  /**
   * Their user is gone: none is sent any more, and none shows. One whose callback says so ends as
   * usual: it is the app's way to sign out.
   */
  abandon() {
    for (const mutation of this.getAll()) {
      if (!mutation.isTelling) mutation.abandon();
      this.remove(mutation);
    }
  }

  getAll() {
    return [...this.#mutations];
  }

  /** @param {MutationFilters} filters */
  find(filters) {
    return this.findAll({ exact: true, ...filters })[0];
  }

  /** @param {MutationFilters} [filters] */
  findAll(filters = {}) {
    checkObject('filters', filters, '{ mutationKey }');
    return this.getAll().filter((mutation) => matchMutation(filters, mutation));
  }

  /** Of one scope, only the oldest pending one runs. @param {Mutation} mutation */
  hasTurn(mutation) {
    const { scopeId } = mutation;
    if (scopeId === undefined) return true;
    const first = this.getAll().find((other) => other.scopeId === scopeId && other.isPending);
    return first === undefined || first === mutation;
  }

  /** A mutation is over: the next one of its scope may go. @param {Mutation} mutation */
  runNext({ scopeId }) {
    if (scopeId === undefined) return;
    const next = this.getAll().find((other) => other.scopeId === scopeId && other.isPending);
    next?.continue().catch(() => {});
  }

  /**
   * Lets paused ones that can run go, oldest first.
   *
   * @returns {Promise<void>} when those are over, and those that waited for their turn behind them
   */
  async resumePausedMutations() {
    const paused = this.getAll().filter((mutation) => mutation.state.isPaused);
    for (const mutation of paused) mutation.continue().catch(() => {});
    const running = () => paused.filter((mutation) => mutation.isRunning);
    while (running().length > 0) await Promise.all(running().map((mutation) => mutation.over));
  }

  /**
   * Tells the listeners, at the end of the turn.
   *
   * @param {MutationEvent['type']} type
   * @param {Mutation} [mutation]
   * @param {MutationObserver} [observer]
   */
  notify(type, mutation, observer) {
    if (!this.hasListeners()) return;
    this.#events.push(observer ? { type, mutation, observer } : { type, mutation });
    this.#client?.driver.notify(this);
  }

  deliver() {
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.emit(event);
  }
}

/** @param {AnyMutationOptions} options @returns {options is FullMutationOptions} */
function hasDefaults(options) {
  return options.gcTime !== undefined;
}
