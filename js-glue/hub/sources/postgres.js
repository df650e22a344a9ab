import { TIMER_MS_MAX } from '../base/limits.js';
import { quoteChannel } from './channel.js';
import { Echo } from './echo.js';
import { besideAnother } from './pooler.js';

/** @typedef {import('pg').Client} Client */

const RETRY_FIRST_MS = 100;
const RETRY_CAP_MS = 5_000;
const CONNECT_MS = 10_000;
const END_MS = 1_000;

/**
 * Changes from a PostgreSQL server by LISTEN, on a connection of its own.
 *
 * @param {import('../index.js').PostgresSourceOptions} options
 * @returns {import('../index.js').HubSource}
 */
export function postgresSource(options) {
  return new PostgresSource(options);
}

/**
 *   start ──> listening ──connection ends, or a probe is not heard─────> lost
 *                 ^────────────── LISTEN again, then restored() ──────────┘
 */
class PostgresSource {
  /** @type {import('../index.js').HubSink | null} */
  #sink = null;
  /** @type {Client | null} the one that listens, or is on its way to */
  #client = null;
  #closed = false;
  #failures = 0;
  /** @type {NodeJS.Timeout | undefined} the next probe, or the next try to connect */
  #timer;

  /** @param {import('../index.js').PostgresSourceOptions} options */
  constructor({ connectionString, channel = 'tidemark', probeMs = 15_000 }) {
    if (!(Number.isInteger(probeMs) && probeMs >= 1 && probeMs <= TIMER_MS_MAX)) {
      throw new RangeError(
        `probeMs must be a whole number from 1 to ${TIMER_MS_MAX}; got ${String(probeMs)}`,
      );
    }
    this.connectionString = connectionString;
    this.channel = channel;
    this.listen = `LISTEN ${quoteChannel(channel)}`;
    this.probeMs = probeMs;
  }

  /** @param {import('../index.js').HubSink} sink */
  async start(sink) {
    this.#sink = sink;
    await this.#connect();
  }

  async close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    if (client) await end(client);
  }

  async #connect() {
    const { Client } = await importPg();
    if (this.#closed) throw new Error('the source was closed');
    const open = () =>
      new Client({
        connectionString: this.connectionString,
        application_name: 'tidemark hub',
        keepAlive: true,
        connectionTimeoutMillis: CONNECT_MS,
        query_timeout: this.probeMs,
      });
    const client = open();
    const echo = new Echo();
    this.#client = client;
    let listening = false;
    // An error without a listener would end the process; the end that follows says all we need.
    let reason = 'the connection ended';
    client.on('error', (error) => {
      reason = error.message;
    });
    // pg leaves connect() pending for ever when the client is ended meanwhile.
    const ended = new Promise((_, reject) => {
      client.on('end', () => {
        reject(new Error(reason));
        if (listening && this.#client === client) this.#lost(reason);
      });
    });
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === this.channel && !this.#closed) this.#sink?.change(payload);
      else echo.take(channel, payload);
    });
    const hear = async () => {
      await client.connect();
      await client.query(this.listen);
      await client.query(echo.listen);
      await besideAnother(client, open, () => echo.probe(client, this.probeMs));
    };
    try {
      await Promise.race([hear(), ended]);
      if (this.#client !== client) throw new Error('the source was closed');
    } catch (error) {
      if (this.#client === client) this.#client = null;
      void end(client);
      throw error;
    }
    listening = true;
    this.#armProbe(client, echo);
  }

  /**
   * A connection can die without a sign, and silence would then look like "no changes". A probe
   * that is not answered, or not heard, within `probeMs` ends the connection.
   *
   * @param {Client} client
   * @param {Echo} echo
   */
  #armProbe(client, echo) {
    this.#timer = setTimeout(async () => {
      try {
        await echo.probe(client, this.probeMs);
        if (this.#client !== client) return;
        // One that breaks sooner was not well: the next tries wait for longer and longer.
        this.#failures = 0;
        this.#armProbe(client, echo);
      } catch (error) {
        if (this.#client !== client) return;
        this.#lost(error instanceof Error ? error.message : String(error));
        void end(client);
      }
    }, this.probeMs);
  }

  /** @param {string} reason */
  #lost(reason) {
    clearTimeout(this.#timer);
    this.#client = null;
    this.#sink?.lost(reason);
    this.#retry();
  }

  #retry() {
    const wait = Math.min(RETRY_FIRST_MS * 2 ** this.#failures, RETRY_CAP_MS);
    this.#failures += 1;
    this.#timer = setTimeout(async () => {
      try {
        await this.#connect();
      } catch {
        if (!this.#closed) this.#retry();
        return;
      }
      // Only now is no change missed any more, so only now may a new epoch begin.
      this.#sink?.restored();
    }, wait);
  }
}

/**
 * Says goodbye, and does not wait long for the answer: on a half-open connection none would come.
 *
 * @param {Client} client
 */
async function end(client) {
  const { connection } = /** @type {{ connection: { stream: import('node:net').Socket } }} */ (
    /** @type {unknown} */ (client)
  );
  const timer = setTimeout(() => connection.stream.destroy(), END_MS);
  await client.end().catch(() => {});
  clearTimeout(timer);
}

async function importPg() {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    throw new Error('postgresSource needs the package pg; install it with: npm install pg', {
      cause,
    });
  }
}
