import {
  APPEND,
  EPOCH,
  HEARD,
  KEEP_TICKET,
  KEYS,
  LEAD,
  OPEN,
  RESIGN,
  TAKE_TICKET,
  VOUCH,
} from './scripts.js';

/** @typedef {{ seq: number, epoch: string } | { seq: number, scopes: string[], data: string | null, at: number | null }} Entry */
/** @typedef {Awaited<ReturnType<typeof openSession>>} Session */

const CONNECT_MS = 5_000;
/** How long a read waits for entries; a command that takes much longer is on a dead connection. */
const BLOCK_MS = 2_000;
const COMMAND_MS = BLOCK_MS + 5_000;
const ENTRIES_PER_READ = 256;

/**
 * Two connections to Redis, one that waits for entries and one for everything else. When either
 * fails, the session is over.
 *
 * @param {{ url: string, prefix: string }} options
 * @param {object} start
 * @param {string} start.epoch to begin if the log is new
 * @param {number} start.seq the last one known here
 * @param {(reason: string) => void} start.lost called at most once, and not before this resolves
 */
export async function openSession({ url, prefix }, { epoch, seq, lost }) {
  const Redis = await importRedis();
  const connections = [1, 2].map(
    () =>
      new Redis(url, {
        lazyConnect: true,
        connectTimeout: CONNECT_MS,
        commandTimeout: COMMAND_MS,
        // What a lost connection means is decided here, not command by command.
        retryStrategy: () => null,
        autoResendUnfulfilledCommands: false,
        enableOfflineQueue: false,
      }),
  );
  const [commands, reader] = connections;
  const keys = [KEYS.head, KEYS.log, KEYS.leader].map((name) => `{${prefix}}:${name}`);
  const [, log] = keys;
  const ticketKey = (/** @type {string} */ hash) => `{${prefix}}:ticket:${hash}`;
  let over = false;
  /** @type {(reason: string) => void} */
  let onLost = () => {};
  let lastError = 'the connection ended';

  const close = () => {
    over = true;
    for (const connection of connections) connection.disconnect();
  };
  const lose = (/** @type {string} */ reason) => {
    if (over) return;
    close();
    onLost(reason);
  };
  for (const connection of connections) {
    connection.on('error', (/** @type {Error} */ error) => {
      lastError = error.message;
    });
    connection.on('end', () => lose(lastError));
  }

  /**
   * @param {string} script
   * @param {string[]} of its keys
   * @param {(string | number)[]} args
   * @returns {Promise<any>} any: what each script answers stands at its call
   */
  const runOn = (script, of, args) => commands.eval(script, of.length, ...of, ...args);
  /** @param {string} script @param {(string | number)[]} args */
  const run = (script, ...args) => runOn(script, keys, args);

  try {
    await Promise.all(connections.map((connection) => connection.connect()));
    const runId = /^run_id:(\S+)/m.exec(await commands.info('server'))?.[1] ?? '';
    const [theEpoch, theSeq, raw] = await run(OPEN, runId, epoch, seq);
    const entries = raw.map(decodeEntry);
    let last = entries.at(-1)?.seq ?? theSeq;
    if (over) throw new Error(lastError);
    onLost = lost;

    return {
      epoch: /** @type {string} */ (theEpoch),
      seq: /** @type {number} */ (theSeq),
      /** @type {Entry[]} */
      entries,
      close,

      /**
       * @param {object} reader
       * @param {(entry: Entry) => void} reader.take called for each later entry, in order
       * @param {() => void} reader.readAll called when there was no other for a while
       */
      async follow({ take, readAll }) {
        try {
          while (!over) {
            const reply = await reader.xread(
              'COUNT',
              ENTRIES_PER_READ,
              'BLOCK',
              BLOCK_MS,
              'STREAMS',
              log,
              `${last}-0`,
            );
            if (reply === null && !over) readAll();
            for (const entry of reply?.[0][1].map(decodeEntry) ?? []) {
              if (over) return;
              last = entry.seq;
              take(entry);
            }
          }
        } catch (error) {
          lose(error instanceof Error ? error.message : String(error));
        }
      },

      /**
       * @param {string} leader
       * @param {number} count
       * @param {{ scopes: string[], data: string | null, at: number }} change
       * @returns {Promise<number>}
       */
      append: (leader, count, { scopes, data, at }) =>
        run(APPEND, leader, count, JSON.stringify(scopes), data ?? '', at),
      /** @param {string} leader @param {string} next @returns {Promise<number>} */
      beginEpoch: (leader, next) => run(EPOCH, leader, next),
      /** @param {string} id @param {number} leaseMs @returns {Promise<number>} */
      lead: (id, leaseMs) => run(LEAD, id, leaseMs),
      /** @param {string} leader @returns {Promise<number>} */
      vouch: (leader) => run(VOUCH, leader),
      /** @param {boolean} sourced whether the asker has a source @returns {Promise<number>} */
      heard: (sourced) => run(HEARD, sourced ? '1' : ''),
      /** @param {string} id @returns {Promise<number>} */
      resign: (id) => run(RESIGN, id),
      /**
       * @param {string} hash
       * @param {string} user
       * @param {number} ageMs
       * @param {{ owner: string, count: number }} share
       * @returns {Promise<number>}
       */
      keepTicket: (hash, user, ageMs, { owner, count }) =>
        runOn(KEEP_TICKET, [ticketKey(hash), `{${prefix}}:tickets:${owner}`], [user, ageMs, count]),
      /** @param {string} hash @returns {Promise<string | null>} */
      takeTicket: (hash) => runOn(TAKE_TICKET, [ticketKey(hash)], []),
      /** Resolves when all that was asked before is answered. */
      settled: () => commands.ping(),
    };
  } catch (error) {
    close();
    throw new Error(`Redis: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * @param {[string, string[]]} reply
 * @returns {Entry}
 */
function decodeEntry([id, list]) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (let index = 0; index < list.length; index += 2) fields[list[index]] = list[index + 1];
  const seq = Number(id.split('-', 1)[0]);
  if (fields.epoch !== undefined) return { seq, epoch: fields.epoch };
  const scopes = /** @type {string[]} */ (JSON.parse(fields.scopes));
  return { seq, scopes, data: fields.data === '' ? null : fields.data, at: Number(fields.at) };
}

async function importRedis() {
  try {
    return (await import('ioredis')).Redis;
  } catch (cause) {
    throw new Error(
      'redisBackplane needs the package ioredis; install it with: npm install ioredis',
      {
        cause,
      },
    );
  }
}
