/*
 * Anything can be thrown: nothing, an object whose members throw when they are read, a proxy that was
 * revoked. What cannot be read is not there.
 */

/**
 * @param {unknown} thrown
 * @param {string} name
 * @returns {unknown}
 */
export function member(thrown, name) {
  return attempt(() => /** @type {Record<string, unknown> | undefined} */ (thrown)?.[name]);
}

/**
 * @param {unknown} thrown
 * @param {string} name
 * @returns {string} '' unless it is text
 */
export function textMember(thrown, name) {
  const text = member(thrown, name);
  return typeof text === 'string' ? text : '';
}

/**
 * @template T
 * @param {unknown} thrown
 * @param {new (...args: never[]) => T} Class
 * @returns {thrown is T}
 */
export function isA(thrown, Class) {
  return attempt(() => thrown instanceof Class) ?? false;
}

/** @param {unknown} thrown */
export function asText(thrown) {
  return attempt(() => String(thrown)) ?? 'something that cannot be read';
}

/** @template T @param {() => T} read */
function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
