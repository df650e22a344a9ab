import { retryDelay, retryLimit } from '../query/fetcher.js';
import { CancelledError } from '../runtime/cancelled-error.js';
import { sleep } from '../runtime/environment.js';
import { focusManager } from '../runtime/focus-manager.js';
import { onlineManager } from '../runtime/online-manager.js';

/** @import { QueryClient } from '../client/query-client.js' */
/** @import { Mutation } from './mutation.js' */
/** @import { MutationCache } from './mutation-cache.js' */

/** The tries of one mutation: when one may run, how long to wait for the next, when to give up. */
export class Retryer {
  #mutation;
  #cache;
  #environment;
  #failures = 0;
  /** Lets a paused run go on. @type {(() => void) | null} */
  #goOn = null;

  /**
   * @param {Mutation} mutation
   * @param {MutationCache} cache
   * @param {QueryClient} client
   */
  constructor(mutation, cache, client) {
    this.#mutation = mutation;
    this.#cache = cache;
    this.#environment = client.environment;
  }

  /**
   * A first try needs the network unless the networkMode says otherwise, and its turn in its scope;
   * another one somebody who looks, too.
   */
  get mayRun() {
    const isRetry = this.#failures > 0;
    const { networkMode = 'online' } = this.#mutation.options;
    const needsNetwork = networkMode === 'online' || (networkMode === 'offlineFirst' && isRetry);
    if (needsNetwork && !onlineManager.isOnline()) return false;
    if (isRetry && !focusManager.isFocused()) return false;
    return this.#cache.hasTurn(this.#mutation);
  }

  /** It shows as paused, but has not come to wait yet and will not: it may run by now. */
  get willRun() {
    return this.#goOn === null && this.mayRun;
  }

  /** Goes on if it is paused and may run now. */
  continue() {
    const goOn = this.#goOn;
    if (!goOn || !this.mayRun) return;
    this.#goOn = null;
    this.#mutation.update({ isPaused: false });
    goOn();
  }

  /**
   * @template T
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T>} what the try that succeeded gave; rejected with the error of the last one
   */
  async untilDone(attempt) {
    for (;;) {
      await this.#untilItMayRun();
      if (this.#mutation.isAbandoned) throw new CancelledError();
      try {
        return await attempt();
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  async #untilItMayRun() {
    const isPaused = !this.mayRun;
    if (isPaused && !this.#cache.has(this.#mutation)) {
      this.#cache.giveUp(this.#mutation);
      return;
    }
    this.#mutation.update({ isPaused });
    if (!isPaused) return;
    await new Promise((resolve) => {
      this.#goOn = () => resolve(undefined);
    });
  }

  /**
   * Waits for the next try.
   *
   * @param {unknown} error
   * @throws the error if there is none
   */
  async #failed(error) {
    const { options, isAbandoned } = this.#mutation;
    const before = this.#failures;
    if (isAbandoned || before >= retryLimit(options.retry ?? 0, before, error, false)) throw error;
    this.#failures += 1;
    this.#mutation.update({ failureCount: this.#failures, failureReason: error });
    const delay = retryDelay(options.retryDelay, before, error);
    await sleep(this.#environment, Number.isNaN(delay) ? backoff(before) : delay);
  }
}

/** ms before try n + 2; as the core waits for queries. @param {number} n */
function backoff(n) {
  return Math.min(1000 * 2 ** n, 30000);
}
