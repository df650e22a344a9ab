/**
 * Runs contenders where it is loaded, be it a page or a process: `open` makes one, `measure` runs it
 * against the clock, `hold` makes one that only has to be there, to be weighed.
 */
import { contenders, holders } from './contenders/index.js';

/** @typedef {import('./contenders/index.js').Task} Task */
/** @typedef {{ ms: number, touched: number }} Run */

/** @type {Record<string, Record<string, (size: number, each: number) => Task>>} */
let known = {};
/** @type {Map<string, Task>} */
const opened = new Map();
/** @type {ReturnType<typeof holders[string]>[]} */
const held = [];

export const host = {
  /** @param {string} wheel native/wheel.c compiled, in base64 */
  setup(wheel) {
    const bytes = Uint8Array.from(atob(wheel), (character) => character.charCodeAt(0));
    known = contenders(new WebAssembly.Module(bytes));
  },

  /**
   * @param {{ name: string, contender: string, task: string, size: number, each: number }} which
   */
  open({ name, contender, task, size, each }) {
    opened.set(name, known[contender][task](size, each));
  },

  /** @param {{ name: string, count: number }} which @returns {Run} */
  measure({ name, count }) {
    const task = /** @type {Task} */ (opened.get(name));
    task.prepare?.(count);
    const start = performance.now();
    const touched = task.run(count);
    return { ms: performance.now() - start, touched };
  },

  close() {
    for (const task of opened.values()) task.close?.();
    opened.clear();
  },

  /** @param {{ contender: string, size: number }} which @returns {number} bytes outside the JS heap */
  hold({ contender, size }) {
    const holding = holders[contender](size);
    held.push(holding);
    return holding.bytes();
  },
};
