import { report } from '../environment.js';

/** @import { Mutation } from './mutation.js' */

/**
 * The app's callbacks of one run, in order: those of the cache before those of the options, and each
 * awaited before the next.
 */
export class MutationCallbacks {
  #mutation;
  #config;
  #variables;
  #context;

  /**
   * @param {Mutation} mutation
   * @param {any} config of the mutation cache
   * @param {any} variables
   * @param {any} context what the mutation function gets, too
   */
  constructor(mutation, config, variables, context) {
    this.#mutation = mutation;
    this.#config = config;
    this.#variables = variables;
    this.#context = context;
  }

  /** @returns {Promise<any>} what onMutate gave for the later callbacks */
  async begun() {
    await this.#config.onMutate?.(this.#variables, this.#mutation, this.#context);
    return this.#mutation.options.onMutate?.(this.#variables, this.#context);
  }

  /** A callback that throws makes the mutation fail, as in v5. @param {any} data */
  async succeeded(data) {
    const { options, state } = this.#mutation;
    const args = [this.#variables, state.context];
    await this.#config.onSuccess?.(data, ...args, this.#mutation, this.#context);
    await options.onSuccess?.(data, ...args, this.#context);
    await this.#config.onSettled?.(data, null, ...args, this.#mutation, this.#context);
    await options.onSettled?.(data, null, ...args, this.#context);
  }

  /** A callback that throws is reported, and the next one runs. @param {any} error */
  async failed(error) {
    const { options, state } = this.#mutation;
    const args = [this.#variables, state.context];
    const ofCache = [...args, this.#mutation, this.#context];
    const own = [...args, this.#context];
    await guarded(() => this.#config.onError?.(error, ...ofCache));
    await guarded(() => options.onError?.(error, ...own));
    await guarded(() => this.#config.onSettled?.(undefined, error, ...ofCache));
    await guarded(() => options.onSettled?.(undefined, error, ...own));
  }
}

/** @param {() => unknown} callback of the app's */
async function guarded(callback) {
  try {
    await callback();
  } catch (error) {
    report(error);
  }
}
