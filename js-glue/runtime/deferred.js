/**
 * A promise that whoever asks shares, until it is settled and the next one begins.
 *
 * @template T
 */
export class Deferred {
  /** @type {{ promise: Promise<T>, resolve(data: T): void, reject(error: unknown): void } | null} */
  #deferred = null;

  /** True if somebody waits. */
  get isAwaited() {
    return this.#deferred !== null;
  }

  /** @returns {Promise<T>} */
  wait() {
    this.#deferred ??= defer();
    return this.#deferred.promise;
  }

  /** @param {T} data */
  resolve(data) {
    this.#deferred?.resolve(data);
    this.#deferred = null;
  }

  /** @param {unknown} error */
  reject(error) {
    this.#deferred?.reject(error);
    this.#deferred = null;
  }
}

/** @template T */
function defer() {
  /** @type {(data: T) => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  /** @type {Promise<T>} */
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits handles it; if nobody does any more, it is no unhandled rejection.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
