import { argumentError } from '../runtime/argument-error.js';

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
 * Checks the options that the core would refuse without naming them, or would misread.
 *
 * @param {Pick<QueryClientConfig, 'clientId' | 'seed' | 'limits'>} config of a client
 * @throws {TypeError} naming what is wrong and what is allowed
 */
export function checkConfig({ clientId = '', seed = 0n, limits = {} }) {
  const isId = typeof clientId === 'string';
  if (!isId || new TextEncoder().encode(clientId).length > LONGEST_CLIENT_ID) {
    throw argumentError('clientId', `a string of at most ${LONGEST_CLIENT_ID} bytes`, clientId);
  }
  if (typeof seed !== 'bigint') {
    throw argumentError('seed', 'a BigInt, such as 1n', seed);
  }
  for (const [name, value] of Object.entries(limits)) checkLimit(name, value ?? 0);
}

/** @param {string} name @param {unknown} value */
function checkLimit(name, value) {
  if (!Object.hasOwn(MOST, name)) {
    throw new TypeError(`limits must only have ${Object.keys(MOST).join(', ')}; got ${name}`);
  }
  if (typeof value !== 'number' || !(value >= 0 && value <= MOST[name])) {
    throw argumentError(`limits.${name}`, `a number from 0 (the default) to ${MOST[name]}`, value);
  }
}
