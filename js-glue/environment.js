/**
 * What the client takes from the outside besides the network: a clock, one timer and the end of
 * the turn. Tests hand in their own.
 *
 * @typedef {object} Environment
 * @property {() => number} now ms since 1970. A wall clock on purpose: a monotonic one stands still
 *   while a laptop sleeps, and answers would wake up fresh. The core copes with clocks that jump.
 * @property {(run: () => void, delay: number) => unknown} setTimeout delay in ms, at most 2^31 - 1
 * @property {(timer: any) => void} clearTimeout
 * @property {(run: () => void) => void} queueMicrotask
 * @property {(run: () => void) => void} queueTask after the tasks that wait already; not slower in
 *   pages that nobody sees
 * @property {boolean} isServer no page to show anything on: nothing is collected, nothing retried
 */

/** The longest delay a platform timer takes. @type {number} */
const LONGEST_DELAY = 2 ** 31 - 1;

/** @type {Environment} */
export const systemEnvironment = {
  now: () => Date.now(),
  setTimeout: (run, delay) => setTimeout(run, delay),
  clearTimeout: (timer) => clearTimeout(timer),
  queueMicrotask: (run) => queueMicrotask(run),
  queueTask,
  isServer: typeof window === 'undefined',
};

/** @param {() => void} run */
function queueTask(run) {
  if (typeof setImmediate === 'function') {
    setImmediate(run);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(null);
}

/**
 * A delay that a platform timer takes: whole ms, rounded up so that it is never early, and cut at
 * the longest one. Whoever waits longer looks at the clock again when it fires.
 *
 * @param {number} delay ms
 */
export function timerDelay(delay) {
  return Math.min(Math.max(0, Math.ceil(delay)), LONGEST_DELAY);
}

/**
 * @param {Environment} environment
 * @param {number} delay ms, any length
 * @returns {Promise<void>}
 */
export function sleep(environment, delay) {
  const due = environment.now() + delay;
  return new Promise((resolve) => {
    const wait = () => {
      const rest = due - environment.now();
      if (rest <= 0) resolve();
      else environment.setTimeout(wait, timerDelay(rest));
    };
    wait();
  });
}

/**
 * Fulfilled when `promise` is, or after that time if this is earlier.
 *
 * @param {Environment} environment
 * @param {number} limit ms that a platform timer takes
 * @param {Promise<unknown>} promise never rejected
 * @returns {Promise<void>}
 */
export function atMost(environment, limit, promise) {
  return new Promise((resolve) => {
    const timer = environment.setTimeout(resolve, limit);
    promise.then(() => {
      environment.clearTimeout(timer);
      resolve();
    });
  });
}

/** True unless the bundler or the process says that this is a production build. */
export function isDevelopment() {
  return typeof process === 'undefined' || process.env?.NODE_ENV !== 'production';
}

/**
 * Hands an error that belongs to nobody's promise to the platform, so that a window's `error`
 * handlers see it. The caller goes on.
 *
 * @param {unknown} error
 */
export function report(error) {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}
