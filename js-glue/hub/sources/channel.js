/** PostgreSQL cuts longer names off silently, and then LISTEN and pg_notify may disagree. */
const CHANNEL = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * @param {string} channel
 * @returns {string} quoted, so that upper case stays as pg_notify() is given it
 * @throws {TypeError}
 */
export function quoteChannel(channel) {
  if (!CHANNEL.test(channel)) {
    throw new TypeError(
      `channel must be 1 to 63 letters, digits and _, not starting with a digit; got ${channel}`,
    );
  }
  return `"${channel}"`;
}
