/**
 * Asks the application which scopes a user may see.
 *
 * Only `true` is a yes. An `authorize` that throws, or does not answer in time, gives no answer for
 * any of the scopes: what it would have said is not known, and a guess is wrong either way.
 *
 * @param {object} options
 * @param {import('../index.js').HubOptions['authorize']} options.authorize
 * @param {import('../index.js').HubUser} options.user
 * @param {string[]} options.scopes
 * @param {import('../index.js').HubClock} options.clock
 * @param {number} options.timeoutMs
 * @returns {Promise<Set<string> | null>} the allowed ones; null for no answer
 */
export async function allowedScopes({ authorize, user, scopes, clock, timeoutMs }) {
  if (scopes.length === 0) return new Set();
  /** @type {unknown} */
  let timer;
  const timeout = new Promise((resolve) => {
    timer = clock.setTimeout(() => resolve(null), timeoutMs);
  });
  const asked = Promise.all(scopes.map(async (scope) => await authorize(user, scope)));
  try {
    const answers = await Promise.race([asked, timeout]);
    if (answers === null) return null;
    return new Set(scopes.filter((_, index) => answers[index] === true));
  } catch {
    return null;
  } finally {
    clock.clearTimeout(timer);
  }
}
