/** A promise that whoever asks shares, until it is settled and the next one begins. */
export class Deferred {
  /** @type {{ promise: Promise<any>, resolve(data: any): void, reject(error: any): void } | null} */
  #deferred = null;

  /** True if somebody waits. */
  get isAwaited() {
    return this.#deferred !== null;
  }

  /** @returns {Promise<any>} */
  wait() {
    this.#deferred ??= defer();
    return this.#deferred.promise;
  }

  /** @param {any} data */
  resolve(data) {
    this.#deferred?.resolve(data);
    this.#deferred = null;
  }

  /** @param {any} error */
  reject(error) {
    this.#deferred?.reject(error);
    this.#deferred = null;
  }
}

function defer() {
  /** @type {(data: any) => void} */
  let resolve = () => {};
  /** @type {(error: any) => void} */
  let reject = () => {};
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits handles it; if nobody does any more, it is no unhandled rejection.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
