/** @import { Mutation } from './mutation.js' */
/** @import { DefaultError } from '../types/common.js' */
/** @import { MutationCacheConfig, MutationFunctionContext } from '../types/mutation.js' */

/**
 * The app's callbacks of one run, in order: those of the cache before those of the options, and each
 * awaited before the next. Once the run is abandoned no further one is called.
 */
export class MutationCallbacks {
  #mutation;
  #config;
  #variables;
  #context;

  /**
   * @param {Mutation} mutation
   * @param {MutationCacheConfig} config of the mutation cache
   * @param {unknown} variables
   * @param {MutationFunctionContext} context what the mutation function gets, too
   */
  constructor(mutation, config, variables, context) {
    this.#mutation = mutation;
    this.#config = config;
    this.#variables = variables;
    this.#context = context;
  }

  /**
   * Calls the first of the two onMutate before it returns: what it sets is there when `mutate` is through.
   *
   * @returns {Promise<unknown>} what onMutate gave for the later callbacks
   */
  async begun() {
    const { onMutate } = this.#config;
    if (onMutate) await onMutate(this.#variables, this.#mutation, this.#context);
    return this.#unlessAbandoned(() =>
      this.#mutation.options.onMutate?.(this.#variables, this.#context),
    );
  }

  /** A callback that throws makes the mutation fail, as in v5. @param {unknown} data */
  async succeeded(data) {
    const { options } = this.#mutation;
    const { ofCache, own } = this.#arguments();
    await this.#tell(() => this.#config.onSuccess?.(data, ...ofCache));
    await this.#tell(() => options.onSuccess?.(data, ...own));
    await this.#tell(() => this.#config.onSettled?.(data, null, ...ofCache));
    await this.#tell(() => options.onSettled?.(data, null, ...own));
  }

  /**
   * What a callback throws goes to `unhandledrejection`, as in v5, and the next one runs.
   *
   * @param {DefaultError} error
   */
  async failed(error) {
    const { options } = this.#mutation;
    const { ofCache, own } = this.#arguments();
    await this.#guarded(() => this.#config.onError?.(error, ...ofCache));
    await this.#guarded(() => options.onError?.(error, ...own));
    await this.#guarded(() => this.#config.onSettled?.(undefined, error, ...ofCache));
    await this.#guarded(() => options.onSettled?.(undefined, error, ...own));
  }

  /** What the callbacks of the cache, and those of the options, are called with behind the outcome. */
  #arguments() {
    const { context } = this.#mutation.state;
    return {
      ofCache: /** @type {const} */ ([this.#variables, context, this.#mutation, this.#context]),
      own: /** @type {const} */ ([this.#variables, context, this.#context]),
    };
  }

  /** @template T @param {() => T} callback */
  #unlessAbandoned(callback) {
    return this.#mutation.isAbandoned ? undefined : callback();
  }

  /** How it ended. @template T @param {() => T} callback */
  #tell(callback) {
    return this.#unlessAbandoned(() => {
      this.#mutation.isTelling = true;
      try {
        return callback();
      } finally {
        this.#mutation.isTelling = false;
      }
    });
  }

  /** @param {() => unknown} callback */
  async #guarded(callback) {
    try {
      await this.#tell(callback);
    } catch (error) {
      Promise.reject(error);
    }
  }
}
