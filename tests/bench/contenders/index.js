/** Every contender that runs in JavaScript, by name. */
import { client, holdClient } from './client.js';
import { layers, patches, snapshots } from './optimistic.js';
import { holdPlain, plain } from './plain.js';
import { holdTanstack, tanstack } from './tanstack.js';
import { holdTidemark, tidemark } from './tidemark.js';
import { coreWheel, plainWheel, platformTimers } from './timers.js';

/**
 * @typedef {object} Task
 * @property {(count: number) => void} [prepare] what the clock does not see
 * @property {(count: number) => number} run returns how many entries or timers it touched
 * @property {() => void} [close]
 */

/** @typedef {Record<string, (size: number, each: number) => Task>} Tasks */

/**
 * @param {WebAssembly.Module} wheel
 * @returns {Record<string, Tasks>}
 */
export function contenders(wheel) {
  return {
    tidemark: { ...tidemark, timers: (size) => coreWheel(wheel, size) },
    client: { ...client, optimistic: layers },
    tanstack: { ...tanstack, timers: platformTimers, optimistic: snapshots },
    redux: { optimistic: patches },
    plain: { ...plain, timers: plainWheel },
  };
}

/**
 * `kept` keeps what is weighed from being collected; `bytes` is what lies outside of the JS heap.
 *
 * @type {Record<string, (size: number) => { kept: unknown, bytes: () => number }>}
 */
export const holders = {
  tidemark: holdTidemark,
  client: holdClient,
  tanstack: holdTanstack,
  plain: holdPlain,
};
