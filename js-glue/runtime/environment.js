/** @import { Environment as OwnEnvironment } from '../types/client.js' */

/**
 * What the client takes from the outside besides the network: a clock, one timer and the end of
 * the turn. Tests hand in their own.
 *
 * `now` is a wall clock on purpose: a monotonic one stands still while a laptop sleeps, and answers
 * would wake up fresh. The core copes with clocks that jump. `elapsed`, in ms since any moment, goes as
 * `now` does but is never set back: what waits in JavaScript go by it.
 *
 * @typedef {OwnEnvironment & { elapsed(): number }} Environment
 */

/** The longest delay a platform timer takes. @type {number} */
const LONGEST_DELAY = 2 ** 31 - 1;

/** @type {OwnEnvironment} */
const systemEnvironment = {
  now: () => Date.now(),
  setTimeout: (run, delay) => setTimeout(run, delay),
  clearTimeout: (timer) => clearTimeout(timer),
  queueMicrotask: (run) => queueMicrotask(run),
  queueTask,
  isServer: typeof window === 'undefined',
};

/**
 * @param {Partial<Environment>} [own] parts that take the place of the platform's
 * @returns {Environment}
 */
export function createEnvironment(own) {
  const environment = { ...systemEnvironment, ...own };
  return { elapsed: neverBack(environment.now), ...environment };
}

/**
 * A clock that is set back stands still for that step: by how much real time passed meanwhile is known to
 * nobody.
 *
 * @param {() => number} now
 */
function neverBack(now) {
  let ahead = 0;
  let last = -Infinity;
  return () => {
    const time = now();
    ahead = Math.max(ahead, last - time);
    last = time + ahead;
    return last;
  };
}

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
 * the longest one. A longer wait takes several timers.
 *
 * @param {number} delay ms
 */
export function timerDelay(delay) {
  return Math.min(Math.max(0, Math.ceil(delay)), LONGEST_DELAY);
}

/**
 * Goes by timers alone: no clock that is set changes how long it takes.
 *
 * @param {Environment} environment
 * @param {number} delay ms, any length
 * @returns {Promise<void>}
 */
export async function sleep(environment, delay) {
  for (let rest = delay; rest > 0; ) {
    const part = timerDelay(rest);
    await new Promise((resolve) => environment.setTimeout(() => resolve(undefined), part));
    rest -= part;
  }
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
 * handlers see it. The caller goes on, whatever the platform makes of the error.
 *
 * @param {unknown} error
 */
export function report(error) {
  try {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  } catch {
    console.error('tidemark: an error was thrown that cannot be shown');
  }
}
