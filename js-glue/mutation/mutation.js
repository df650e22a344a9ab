import { resolveOption } from '../query/options.js';
import { encodeChanges } from '../rules/apply-changes.js';
import { CancelledError } from '../runtime/cancelled-error.js';
import { report } from '../runtime/environment.js';
import { Layers } from './layers.js';
import { MutationCallbacks } from './mutation-callbacks.js';
import { Retryer } from './retryer.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { MutationCache } from './mutation-cache.js' */
/** @import { MutationObserver } from './mutation-observer.js' */
/** @import { DefaultError } from '../types/common.js' */
/** @import { AnyMutationOptions, AnyMutationState, FullMutationOptions } from '../types/internal.js' */
/** @import { MutationFunctionContext } from '../types/mutation.js' */

/** A mutation that has not begun. @type {Readonly<AnyMutationState>} */
export const IDLE = Object.freeze({
  context: undefined,
  data: undefined,
  error: null,
  failureCount: 0,
  failureReason: null,
  isPaused: false,
  status: 'idle',
  variables: undefined,
  submittedAt: 0,
});

/** One run: optimistic layers and onMutate → mutationFn → onSuccess or onError → onSettled. */
export class Mutation {
  /** @type {AnyMutationState} */
  state = IDLE;
  /** @type {Set<MutationObserver>} */
  observers = new Set();
  /** @type {() => void} */
  #end = () => {};
  /** Fulfilled when the run is over, however it ends. @type {Promise<void>} */
  over = new Promise((resolve) => {
    this.#end = resolve;
  });
  #client;
  #cache;
  /** With defaults. @type {FullMutationOptions} */
  #options;
  /** ms that it is kept for when it is over and nobody shows it: the longest asked for. */
  gcTime;
  #attempts;
  /** A callback of the app hears right now how it ended. */
  isTelling = false;
  /** Once it has begun. @type {Promise<unknown> | undefined} */
  #run;
  /** It was begun elsewhere and is to go on: its onMutate has run. */
  #isRestored = false;
  /** Its user is gone, or it was removed while it waited. */
  isAbandoned = false;
  /** @type {(error: CancelledError) => void} */
  #abandon = () => {};
  /** Never fulfilled; rejected when it is abandoned. @type {Promise<never>} */
  #abandonment = new Promise((_, reject) => {
    this.#abandon = reject;
  });

  /**
   * @param {QueryClient} client
   * @param {MutationCache} cache
   * @param {number} serial
   * @param {FullMutationOptions} options with defaults
   * @param {Partial<AnyMutationState>} [state] of one that was kept somewhere
   */
  constructor(client, cache, serial, options, state) {
    this.#client = client;
    this.#cache = cache;
    this.#options = options;
    this.gcTime = Math.max(0, options.gcTime);
    if (state) this.state = { ...IDLE, ...state };
    this.#isRestored = this.isPending;
    /** Options that change while it runs do not move it: those behind it wait for this one to end. */
    this.scopeId = options.scope?.id;
    this.mutationId = serial;
    this.layers = new Layers(client, serial);
    this.#attempts = new Retryer(this, cache, client);
    this.#abandonment.catch(() => {});
  }

  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = options;
    this.gcTime = Math.max(this.gcTime, options.gcTime);
  }

  get meta() {
    return this.options.meta;
  }

  get isPending() {
    return this.state.status === 'pending';
  }

  /** It waits for its turn, the network or somebody who looks. */
  get isWaiting() {
    return this.isPending && this.state.isPaused && !this.isAbandoned;
  }

  /** Its end will be known. */
  get isRunning() {
    const runs = !this.state.isPaused || this.#attempts.willRun;
    return this.isPending && !this.isAbandoned && runs;
  }

  /** It has ended, and nobody shows it. */
  get isOver() {
    return !this.isPending && ![...this.observers].some((observer) => observer.hasListeners());
  }

  /** @param {AnyMutationOptions} options */
  setOptions(options) {
    this.options = this.#client.defaultMutationOptions(options);
  }

  /** @param {MutationObserver} observer */
  addObserver(observer) {
    if (this.observers.has(observer)) return;
    this.observers.add(observer);
    this.#cache.notify('observerAdded', this, observer);
  }

  /** @param {MutationObserver} observer */
  removeObserver(observer) {
    if (!this.observers.delete(observer)) return;
    this.#cache.forgetInTime(this);
    this.#cache.notify('observerRemoved', this, observer);
  }

  /**
   * Goes on if it is paused and may run now; one that was restored begins its tries.
   *
   * @returns {Promise<any>} what mutationFn resolves with, or has; any: the app knows of which type
   */
  continue() {
    if (this.#isRestored || !this.#run) return this.execute(this.state.variables);
    this.#attempts.continue();
    return this.#run;
  }

  /** It is not tried again, nobody shows it, and what comes back of it is told to nobody. */
  abandon() {
    this.isAbandoned = true;
    for (const observer of [...this.observers]) observer.reset();
    this.#abandon(new CancelledError());
  }

  /**
   * @param {unknown} variables
   * @returns {Promise<any>} what mutationFn resolved with; any: as of `continue`
   */
  async execute(variables) {
    /** @type {(run: Promise<unknown>) => void} */
    let begun = () => {};
    // There before it begins, as a callback may continue it; and not the promise that is returned, as who
    // continues it handles no failure for who began it.
    this.#run = new Promise((resolve) => {
      begun = resolve;
    });
    this.#run.catch(() => {});
    const run = this.#execute(variables);
    begun(run);
    return run;
  }

  /** @param {unknown} variables @returns {Promise<unknown>} */
  async #execute(variables) {
    const context = {
      client: this.#client,
      meta: this.options.meta,
      mutationKey: this.options.mutationKey,
      mutationId: this.layers.mutationId,
    };
    const callbacks = new MutationCallbacks(this, this.#cache.config, variables, context);
    const isRestored = this.#isRestored;
    this.#isRestored = false;
    this.update({
      ...IDLE,
      ...(isRestored && { context: this.state.context }),
      status: 'pending',
      variables,
      isPaused: !this.#attempts.mayRun,
      submittedAt: this.#client.driver.now(),
    });
    try {
      this.layers.lay(this.options.optimistic, variables);
      const begun = isRestored ? Promise.resolve(undefined) : callbacks.begun();
      const result = await this.#unlessAbandoned(begun);
      if (result !== undefined) this.update({ context: result });
      const data = await this.#unlessAbandoned(
        this.#attempts.untilDone(() => this.#callMutationFn(variables, context)),
      );
      // The answer may have come first, and this only now.
      if (this.isAbandoned) throw new CancelledError();
      const changes = this.#changes(data, variables);
      this.layers.acknowledge(changes);
      this.#client.unheardHint.wrote(changes !== null);
      await this.#unlessAbandoned(callbacks.succeeded(data));
      this.#settle({ data, status: 'success', failureCount: 0, failureReason: null }, context);
      return data;
    } catch (thrown) {
      const error = /** @type {DefaultError} */ (thrown); // what apps are told that it is
      this.layers.fail();
      if (this.isAbandoned) throw error;
      await this.#unlessAbandoned(callbacks.failed(error));
      const failureCount = this.state.failureCount + 1;
      this.#settle({ error, status: 'error', failureCount, failureReason: error }, context);
      throw error;
    } finally {
      this.layers.forget();
      this.#cache.runNext(this);
      this.#cache.forgetInTime(this);
      this.#end();
    }
  }

  /** @template T @param {Promise<T>} promise */
  #unlessAbandoned(promise) {
    return Promise.race([promise, this.#abandonment]);
  }

  /**
   * @param {unknown} variables
   * @param {MutationFunctionContext} context
   * @returns {Promise<unknown>}
   */
  async #callMutationFn(variables, context) {
    if (!this.options.mutationFn) throw new Error('No mutationFn found');
    return this.options.mutationFn(variables, context);
  }

  /**
   * The changes that the app says this mutation causes, as the core reads them. A mistake in them is
   * reported: the server has done its part, so it does not fail the mutation.
   *
   * @param {unknown} data
   * @param {unknown} variables
   */
  #changes(data, variables) {
    try {
      const change = resolveOption(this.options.change, data, variables);
      if (change === undefined || change === null) return null;
      const changes = Array.isArray(change) ? change : [change];
      return encodeChanges(changes, this.#client.messageBytes, this.layers.mutationId);
    } catch (error) {
      report(error);
      return null;
    }
  }

  /**
   * Shows the end, once all callbacks have run.
   *
   * @param {Partial<AnyMutationState>} change
   * @param {MutationFunctionContext} context
   */
  #settle(change, context) {
    this.update({ ...change, isPaused: false });
    for (const observer of this.observers) observer.onMutationSettled(context);
  }

  /** Only for itself and its attempts. @param {Partial<AnyMutationState>} change */
  update(change) {
    this.state = { ...this.state, ...change };
    for (const observer of this.observers) observer.onMutationUpdate();
    this.#cache.notify('updated', this);
  }
}
