/** @typedef {import('../index.js').HubLimits} HubLimits */

/**
 * Units are in the names: …Ms milliseconds, …Bytes bytes of UTF-8; all others are counts.
 *
 * @type {Readonly<HubLimits>}
 */
export const DEFAULT_LIMITS = Object.freeze({
  frameBytes: 64 * 1024,
  connections: 10_000,
  connectionsPerUser: 32,
  pendingPerAddress: 1_000,
  heldBytes: 64 * 1024,
  messagesPerMinute: 120,
  scopesPerConnection: 100,
  changesPerSecond: 500,
  tickets: 10_000,
  ticketsPerUser: 64,
  ticketMs: 60_000,
  authMs: 5_000,
  authorizeMs: 10_000,
  recheckRightsMs: 60_000,
  pingMs: 25_000,
  slackMs: 10_000,
  closeMs: 2_000,
  replayMs: 60_000,
  windowCount: 1024,
  windowAgeMs: 300_000,
  recoveryBytes: 48 * 1024,
  bufferedBytes: 1024 * 1024,
});

/** protocol.md: a ticket lives no longer than this. */
const TICKET_MS_MAX = 60_000;
/** Node's timers fire at once when asked for more. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

const NAMES = /** @type {(keyof HubLimits)[]} */ (Object.keys(DEFAULT_LIMITS));

/**
 * @param {Partial<HubLimits>} [given]
 * @returns {HubLimits}
 * @throws {TypeError} for an unknown name, and for a value that is not a positive whole number
 * @throws {RangeError} for values that contradict each other or the protocol
 */
export function resolveLimits(given = {}) {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new TypeError(`limits must only have ${NAMES.join(', ')}; got ${name}`);
    }
  }
  const limits = { ...DEFAULT_LIMITS };
  for (const name of NAMES) {
    limits[name] = checked(name, given[name] ?? DEFAULT_LIMITS[name]);
  }
  fitShares(limits, given);
  if (limits.ticketMs > TICKET_MS_MAX) {
    throw new RangeError(
      `limits.ticketMs must be at most ${TICKET_MS_MAX}; got ${limits.ticketMs}`,
    );
  }
  // The list travels in one frame together with its envelope.
  if (limits.recoveryBytes > limits.frameBytes - 1024) {
    throw new RangeError(
      `limits.recoveryBytes must be at most limits.frameBytes - 1024; got ${limits.recoveryBytes}`,
    );
  }
  return limits;
}

/**
 * A share that nobody asked for goes by what it is a share of: one address may not take all
 * connections, and all tabs of a user may come back at the same time.
 *
 * @param {HubLimits} limits
 * @param {Partial<HubLimits>} given
 */
function fitShares(limits, given) {
  const { connections, connectionsPerUser } = limits;
  limits.pendingPerAddress = given.pendingPerAddress ?? Math.ceil(connections / 10);
  limits.ticketsPerUser = given.ticketsPerUser ?? 2 * connectionsPerUser;
}

/**
 * @param {keyof HubLimits} name
 * @param {unknown} value
 */
function checked(name, value) {
  const largest = name.endsWith('Ms') ? TIMER_MS_MAX : Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > largest) {
    throw new TypeError(
      `limits.${name} must be a whole number from 1 to ${largest}; got ${String(value)}`,
    );
  }
  return value;
}
