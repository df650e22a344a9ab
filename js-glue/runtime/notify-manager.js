import { report } from './environment.js';

/** @typedef {() => void} Callback */

/**
 * When and around what listeners are called. Unless told otherwise they run at the end of the turn
 * in which something changed, in one batch.
 */
export class NotifyManager {
  /** @type {Callback[]} */
  #queue = [];
  #depth = 0;
  /** @type {((run: Callback) => void) | undefined} */
  #scheduler;
  /** @type {(run: Callback) => void} */
  #notify = (run) => run();
  /** @type {(run: Callback) => void} */
  #batchNotify = (run) => run();

  /**
   * Holds back what is scheduled until `run` returns.
   *
   * @template T
   * @param {() => T} run
   * @returns {T}
   */
  batch(run) {
    this.#depth += 1;
    try {
      return run();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#flush();
    }
  }

  /**
   * Calls `run` when the scheduler says so; in a batch, with the rest of it.
   *
   * @param {Callback} run
   */
  schedule(run) {
    this.#queue.push(run);
    if (this.#depth === 0) this.#flush();
  }

  /**
   * `run` as a function that only schedules itself.
   *
   * @template {unknown[]} Arguments
   * @param {(...args: Arguments) => void} run
   * @returns {(...args: Arguments) => void}
   */
  batchCalls(run) {
    return (...args) => this.schedule(() => run(...args));
  }

  /**
   * For the client, which is at the end of a turn already: runs the callbacks at once unless the
   * app has set a scheduler.
   *
   * @param {Callback[]} callbacks
   */
  deliver(callbacks) {
    if (this.#scheduler) this.#scheduler(() => this.#run(callbacks));
    else this.#run(callbacks);
  }

  /** @param {(run: Callback) => void} scheduler such as `requestAnimationFrame` */
  setScheduler(scheduler) {
    this.#scheduler = scheduler;
  }

  /** @param {(run: Callback) => void} notify wraps the call of each listener, such as `act` */
  setNotifyFunction(notify) {
    this.#notify = notify;
  }

  /** @param {(run: Callback) => void} batchNotify wraps a whole batch */
  setBatchNotifyFunction(batchNotify) {
    this.#batchNotify = batchNotify;
  }

  #flush() {
    const callbacks = this.#queue;
    if (callbacks.length === 0) return;
    this.#queue = [];
    (this.#scheduler ?? queueMicrotask)(() => this.#run(callbacks));
  }

  /** @param {Callback[]} callbacks */
  #run(callbacks) {
    this.#batchNotify(() => {
      for (const callback of callbacks) this.#notify(() => guarded(callback));
    });
  }
}

/** One listener that throws keeps nobody else from hearing. @param {Callback} callback */
function guarded(callback) {
  try {
    callback();
  } catch (error) {
    report(error);
  }
}

export const notifyManager = new NotifyManager();
