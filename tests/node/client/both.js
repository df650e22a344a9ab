import { mock } from 'node:test';
import * as v5 from '@tanstack/query-core';
import * as tidemark from '../../../js-glue/index.js';
import { VirtualTime } from './virtual-time.js';

/**
 * What a scenario gets, the same for both libraries.
 *
 * @typedef {object} Stage
 * @property {any} lib tidemark, or TanStack Query's core
 * @property {any} client mounted
 * @property {(config?: any) => any} createClient another one
 * @property {(ms?: number) => Promise<void>} advance lets that much time pass
 * @property {(...note: any[]) => void} log notes something, as it is at that time
 */

/**
 * Plays one scenario on tidemark and on TanStack Query, each in virtual time.
 *
 * @param {(stage: Stage) => unknown} scenario
 * @returns {Promise<{ tidemark: any[], v5: any[] }>} what they noted
 */
export async function inBoth(scenario) {
  return { tidemark: await play(tidemark, scenario), v5: await play(v5, scenario) };
}

/**
 * @param {any} lib
 * @param {(stage: Stage) => unknown} scenario
 */
async function play(lib, scenario) {
  const time = new VirtualTime();
  const clock = mock.method(Date, 'now', () => time.now);
  const errors = mock.method(console, 'error', () => {});
  lib.timeoutManager?.setTimeoutProvider({ ...platform(time), ...intervals });
  lib.environmentManager?.setIsServer(() => false);
  lib.notifyManager.setScheduler(queueMicrotask);
  const { onlineManager, focusManager } = lib;
  onlineManager.setOnline(true);
  focusManager.setFocused(true);

  /** @type {any[]} */
  const notes = [];
  /** @type {any[]} */
  const clients = [];
  const createClient = (config = {}) => {
    const client = new lib.QueryClient({ ...config, environment: time.environment });
    client.mount();
    clients.push(client);
    return client;
  };
  try {
    await scenario({
      lib,
      client: createClient(),
      createClient,
      advance: (ms = 0) => time.advance(ms),
      log: (...note) => notes.push(structuredClone(note)),
    });
  } finally {
    for (const client of clients) {
      client.clear();
      client.unmount();
    }
    onlineManager.setOnline(true);
    focusManager.setFocused(undefined);
    clock.mock.restore();
    errors.mock.restore();
  }
  return notes;
}

/**
 * The timers of a browser, which takes a delay over 2^31 - 1 ms for none.
 *
 * @param {VirtualTime} time
 */
const platform = ({ environment }) => ({
  ...environment,
  setTimeout: (/** @type {() => void} */ run, /** @type {number} */ delay) =>
    environment.setTimeout(run, delay < 2 ** 31 ? delay : 1),
});

/** No scenario polls. */
const intervals = {
  setInterval: () => {
    throw new Error('no interval was expected');
  },
  clearInterval: () => {},
};
