import { focusManager, onlineManager, QueryClient, QueryObserver } from '../../../js-glue/index.js';
import { VirtualTime } from './virtual-time.js';

/**
 * A client in virtual time, put away when the test is over.
 *
 * @param {import('node:test').TestContext} t
 * @param {any} [config]
 */
export function start(t, { environment = {}, ...config } = {}) {
  const time = new VirtualTime();
  const client = new QueryClient({
    seed: 1n,
    ...config,
    environment: { ...time.environment, ...environment },
  });
  client.mount();
  t.after(() => {
    onlineManager.setOnline(true);
    focusManager.setFocused(undefined);
    client.clear();
    client.unmount();
  });
  return { client, time, advance: (/** @type {number} */ ms) => time.advance(ms) };
}

/**
 * Observes for the rest of the test.
 *
 * @param {import('node:test').TestContext} t
 * @param {QueryClient} client
 * @param {any} options
 */
export function observe(t, client, options) {
  const observer = new QueryObserver(client, options);
  /** @type {any[]} */
  const heard = [];
  const stop = observer.subscribe((result) => heard.push(result));
  t.after(() => stop());
  return {
    observer,
    stop,
    /** Every result that the listener was called with. */
    heard,
    get result() {
      return observer.getCurrentResult();
    },
  };
}

/** A query or mutation function whose every call the test answers by hand. */
export function server() {
  /** @type {{ args: any[], resolve(data: any): void, reject(error: any): void }[]} */
  const calls = [];
  const ask = (/** @type {any[]} */ ...args) =>
    new Promise((resolve, reject) => {
      calls.push({ args, resolve, reject });
    });
  return { ask, calls };
}

/**
 * A query function that counts: its first answer is 1.
 *
 * @returns {{ (): Promise<number>, calls: number }}
 */
export function counter() {
  const count = async () => {
    count.calls += 1;
    return count.calls;
  };
  count.calls = 0;
  return count;
}

/**
 * What a function reports to the platform while it runs, instead of on the console.
 *
 * @param {import('node:test').TestContext} t
 */
export function catchReports(t) {
  /** @type {any[]} */
  const reports = [];
  t.mock.method(console, 'error', (/** @type {any} */ error) => reports.push(error));
  return reports;
}

/** Somebody sees the page again. */
export function comeBack() {
  focusManager.setFocused(false);
  focusManager.setFocused(true);
}

/** The network goes and is back. */
export function reconnect() {
  onlineManager.setOnline(false);
  onlineManager.setOnline(true);
}
