/** @import { Limits, QueryClientConfig } from '../types/client.js' */

/** The most that each limit may be. @type {Readonly<Record<string, number>>} */
const MOST = Object.freeze({
  messageBytes: 2 ** 27,
  jsonDepth: 64,
  keyBytes: 2 ** 20,
  entries: 2 ** 29 - 1,
  layersPerEntry: 2 ** 31 - 1,
  rules: 2 ** 31 - 1,
  concurrentRefetches: 2 ** 31 - 1,
  changesPerSecond: 2 ** 31 - 1,
  resetWindow: 2 ** 31 - 1,
  refetchSpacing: 2 ** 31 - 1,
});

/** Bytes of UTF-8. */
const LONGEST_CLIENT_ID = 64;

/**
 * Throws for what the core would refuse without saying which option it was, or take for another value.
 *
 * @param {Pick<QueryClientConfig, 'clientId' | 'seed' | 'limits'>} config of a client
 * @throws {TypeError} naming what is wrong and what is allowed
 */
export function checkConfig({ clientId = '', seed = 0n, limits = {} }) {
  const isId = typeof clientId === 'string';
  if (!isId || new TextEncoder().encode(clientId).length > LONGEST_CLIENT_ID) {
    throw new TypeError(
      `clientId is ${String(clientId)}; it must be a text of ${LONGEST_CLIENT_ID} bytes at most.`,
    );
  }
  if (typeof seed !== 'bigint') {
    throw new TypeError(`seed is ${String(seed)}; it must be a bigint, such as 1n.`);
  }
  for (const [name, value] of Object.entries(limits)) checkLimit(name, value ?? 0);
}

/** @param {string} name @param {unknown} value */
function checkLimit(name, value) {
  if (!Object.hasOwn(MOST, name)) {
    throw new TypeError(`limits.${name} is unknown; allowed are ${Object.keys(MOST).join(', ')}.`);
  }
  if (typeof value !== 'number' || !(value >= 0 && value <= MOST[name])) {
    throw new TypeError(
      `limits.${name} is ${String(value)}; it must be a number up to ${MOST[name]}, or 0 for the default.`,
    );
  }
}
