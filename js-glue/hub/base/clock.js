/**
 * Time as the hub sees it. Monotonic, so that a corrected wall clock neither revives an expired
 * ticket nor kills a living socket. Tests pass a clock of their own.
 *
 * @type {import('../index.js').HubClock}
 */
export const systemClock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(/** @type {NodeJS.Timeout} */ (timer)),
};
