/**
 * Timers: `size` armed and as many cancelled. The core arms its timers inside of its steps, so what
 * is measured of tidemark is src/wheel.c in WebAssembly, without a call from JavaScript for each.
 */
import { PlainWheel } from '../plain-wheel.js';
import { CANCEL_STRIDE, delays } from '../workload.js';

/** @param {WebAssembly.Module} module of native/wheel.c @param {number} size */
export function coreWheel(module, size) {
  const env = { emscripten_notify_memory_growth() {} };
  const exports = /** @type {Record<string, any>} */ (
    new WebAssembly.Instance(module, { env }).exports
  );
  exports._initialize?.();
  exports.wheel_setup(size);
  return { run: (/** @type {number} */ count) => exports.wheel_run(count) };
}

/** @param {number} size */
export function plainWheel(size) {
  const wheel = new PlainWheel(size);
  const deadlines = delays(size);
  return {
    /** @param {number} count */
    run(count) {
      for (let round = 0; round < count; round++) {
        for (let i = 0; i < size; i++) wheel.arm(i + 1, deadlines[i]);
        for (let i = 0; i < size; i++) wheel.cancel(1 + ((i * CANCEL_STRIDE) % size));
      }
      return count * size;
    },
  };
}

/** What a cache with a platform timer for each query does. @param {number} size */
export function platformTimers(size) {
  const deadlines = delays(size);
  /** @type {any[]} */
  const timers = new Array(size);
  let fired = 0;
  return {
    /** @param {number} count */
    run(count) {
      for (let round = 0; round < count; round++) {
        for (let i = 0; i < size; i++) {
          // Far enough away that none fires while it is measured.
          timers[i] = setTimeout(() => fired++, 3_600_000 + deadlines[i]);
        }
        for (let i = 0; i < size; i++) clearTimeout(timers[(i * CANCEL_STRIDE) % size]);
      }
      return count * size - fired;
    },
  };
}
