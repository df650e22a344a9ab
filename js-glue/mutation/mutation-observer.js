import { hashKey } from '../runtime/hash-key.js';
import { shallowEqual } from '../runtime/structural-sharing.js';
import { Subscribable } from '../runtime/subscribable.js';
import { IDLE } from './mutation.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { Mutation } from './mutation.js' */
/** @import { AnyMutateCallbacks, AnyMutationOptions, AnyMutationResult } from '../types/internal.js' */
/** @import { MutationFunctionContext } from '../types/mutation.js' */

/**
 * Runs mutations and shows the last one.
 *
 * @extends {Subscribable<[result: AnyMutationResult]>}
 */
export class MutationObserver extends Subscribable {
  #client;
  /** @type {Mutation | undefined} */
  #mutation;
  /** Of the last `mutate` call. @type {AnyMutateCallbacks | undefined} */
  #callbacks;
  /** @type {AnyMutationResult} */
  #result;

  /**
   * @param {QueryClient} client
   * @param {AnyMutationOptions} options
   */
  constructor(client, options) {
    super();
    this.#client = client;
    this.mutate = this.mutate.bind(this);
    this.reset = this.reset.bind(this);
    this.options = client.defaultMutationOptions(options);
    this.#result = this.#makeResult();
  }

  /** @param {AnyMutationOptions} options */
  setOptions(options) {
    const before = this.options;
    const { mutationKey } = before;
    this.options = this.#client.defaultMutationOptions(options);
    if (!shallowEqual(this.options, before)) {
      this.#client.getMutationCache().notify('observerOptionsUpdated', this.#mutation, this);
    }
    const next = this.options.mutationKey;
    if (mutationKey && next && hashKey(mutationKey) !== hashKey(next)) this.reset();
    else if (this.#mutation?.isPending) this.#mutation.options = this.options;
  }

  getCurrentResult() {
    return this.#result;
  }

  /**
   * @param {unknown} [variables]
   * @param {AnyMutateCallbacks} [callbacks] called as long as somebody listens
   */
  mutate(variables, callbacks) {
    this.#leave();
    this.#callbacks = callbacks;
    const mutation = this.#client.getMutationCache().build(this.#client, this.options);
    this.#mutation = mutation;
    mutation.addObserver(this);
    return mutation.execute(variables);
  }

  /** Shows nothing again; what runs goes on. */
  reset() {
    this.#leave();
    this.#update();
  }

  /** For the mutation: its state has changed. */
  onMutationUpdate() {
    this.#update();
  }

  /** For the mutation: it is over, and its own callbacks have run. @param {MutationFunctionContext} context */
  onMutationSettled(context) {
    if (!this.hasListeners() || !this.#callbacks) return;
    const { onSuccess, onError, onSettled } = this.#callbacks;
    const { status, data, error, variables, context: result } = this.#result;
    const succeeded = status === 'success';
    guarded(() =>
      succeeded
        ? onSuccess?.(data, variables, result, context)
        : onError?.(error, variables, result, context),
    );
    guarded(() => onSettled?.(data, error, variables, result, context));
  }

  /** For the driver, at the end of the turn. */
  deliver() {
    this.emit(this.#result);
  }

  /** @protected @override */
  onUnsubscribe() {
    if (!this.hasListeners()) this.#mutation?.removeObserver(this);
  }

  /** @protected @override */
  onSubscribe() {
    this.#mutation?.addObserver(this);
    this.#update();
  }

  #leave() {
    this.#mutation?.removeObserver(this);
    this.#mutation = undefined;
  }

  #makeResult() {
    const state = this.#mutation?.state ?? IDLE;
    const result = {
      ...state,
      isIdle: state.status === 'idle',
      isPending: state.status === 'pending',
      isSuccess: state.status === 'success',
      isError: state.status === 'error',
      mutate: this.mutate,
      reset: this.reset,
    };
    return /** @type {AnyMutationResult} */ (result); // its flags say which of them
  }

  #update() {
    const next = this.#makeResult();
    if (shallowEqual(next, this.#result)) return;
    this.#result = next;
    if (this.hasListeners()) this.#client.driver.notify(this);
  }
}

/** What it throws goes where v5 sends it: to `unhandledrejection`. @param {() => void} callback of the app's */
function guarded(callback) {
  try {
    callback();
  } catch (error) {
    Promise.reject(error);
  }
}
