import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { randomEpoch } from '../log/log.js';
import { NO_LOG, NOBODY, NOT_LEADER } from './scripts.js';
import { openSession } from './session.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('../index.js').HubBackplaneSink} Sink */
/** @typedef {import('../index.js').HubBackplane} HubBackplane */

/**
 * @typedef {{ scopes: string[], data: string | null, fromSource: boolean, at: number }
 *   | { epoch: string, fromSource: boolean }
 *   | { vouches: true, fromSource: true }} Item
 */

/** Node's timers fire at once when asked for more. */
const LEASE_MS_MAX = 2 ** 31 - 1;
const RETRY_FIRST_MS = 100;
const RETRY_CAP_MS = 5_000;
/** Waiting to be appended; with more, everything is forgotten and a new epoch begins. */
const ITEMS = 10_000;
const CHARACTERS = 32 * 1024 * 1024;
/** Sent and not read back, at most; and no more than a quarter of the log, or readers fall behind it. */
const UNREAD = 256;
/** Who closes does not wait longer for a Redis that does not answer. */
const CLOSE_MS = 1_000;

/** @param {import('./index.js').RedisBackplaneOptions} options @returns {HubBackplane} */
export function redisBackplane(options) {
  return new RedisBackplane(options);
}

/**
 * The stream of changes in Redis, for several hubs: one log, one epoch, one count.
 *
 *   start ──> open ──a command fails, or is not answered──> lost
 *              ^──────────────── connected again ────────────┘
 *
 * What is appended waits in a queue until Redis has confirmed it, and is sent again to the next
 * connection: appended twice at worst, which costs a fetch, never lost.
 *
 * @implements {HubBackplane}
 */
class RedisBackplane {
  /** Names this hub as a leader. */
  #id = randomBytes(9).toString('base64url');
  #options;
  #windowCount = 0;
  /** How many may be sent and not read back. */
  #unread = 1;
  /** @type {Sink | null} */
  #sink = null;
  /** @type {Session | null} */
  #session = null;
  /** @type {Item[]} */
  #queue = [];
  /** What they hold, together. */
  #characters = 0;
  /** How many of them were sent over this session. */
  #sent = 0;
  /** The last seq that was confirmed over this session; 0 when all that is there was read. */
  #confirmed = 0;
  /** @type {(() => void)[]} called when the queue is empty */
  #onEmpty = [];
  /** Whether this hub has a source, well or not. */
  #sourced = false;
  #candidate = false;
  #leading = false;
  /** The last seq of what the sources are known to have said; NOBODY if nobody tells it. */
  #told = NOBODY;
  #hears = true;
  #closed = false;
  #failures = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #retryTimer;
  /** @type {NodeJS.Timeout | undefined} */
  #leaseTimer;

  /** @param {import('./index.js').RedisBackplaneOptions} options */
  constructor({ url, prefix = 'tidemark', leaseMs = 5_000 }) {
    if (typeof url !== 'string')
      throw new TypeError(`url must be a string, such as redis://host:6379; got ${String(url)}`);
    if (!(Number.isSafeInteger(leaseMs) && leaseMs >= 100 && leaseMs <= LEASE_MS_MAX)) {
      throw new TypeError(
        `leaseMs must be a whole number from 100 to ${LEASE_MS_MAX}; got ${String(leaseMs)}`,
      );
    }
    this.#options = { url, prefix, leaseMs };
  }

  /** @param {Sink} sink @param {number} windowCount */
  async start(sink, windowCount) {
    this.#sink = sink;
    this.#windowCount = windowCount;
    this.#unread = Math.min(UNREAD, Math.ceil(windowCount / 4));
    await this.#open();
  }

  /** @param {import('../delivery/change.js').RoutedChange & { fromSource?: boolean }} change */
  append({ scopes, data, fromSource = false }) {
    this.#enqueue({ scopes, data, fromSource, at: Date.now() });
  }

  newEpoch() {
    this.#enqueue({ epoch: randomEpoch(), fromSource: true });
  }

  async campaign() {
    this.#sourced = true;
    this.#candidate = true;
    await this.#beat();
    if (this.#leading) await this.#emptied();
  }

  async resign() {
    this.#candidate = false;
    // Another may lead soon; until that is seen, nobody does.
    if (this.#leading) this.#setTold(NOBODY);
    this.#setLeading(false, 0);
    // What was said as the leader counts only before.
    await this.#emptied();
    if (!this.#candidate) await this.#session?.resign(this.#id).catch(() => {});
  }

  /**
   * @param {string} hash
   * @param {string} user
   * @param {number} ageMs
   * @param {{ owner: string, count: number }} share
   * @returns {Promise<number>}
   */
  async keepTicket(hash, user, ageMs, share) {
    if (this.#session === null) throw new Error('Redis cannot be reached');
    return this.#session.keepTicket(hash, user, ageMs, share);
  }

  /** @param {string} hash @returns {Promise<string | null>} */
  async takeTicket(hash) {
    if (this.#session === null) throw new Error('Redis cannot be reached');
    return this.#session.takeTicket(hash);
  }

  async close() {
    // What was told last is worth as much as what was told before, also while Redis is away.
    this.#failures = 0;
    if (this.#retryTimer !== undefined) {
      clearTimeout(this.#retryTimer);
      this.#retry();
    }
    const settled = Promise.all([this.resign(), this.#session?.settled().catch(() => {})]);
    await Promise.race([settled, wait(CLOSE_MS, undefined, { ref: false })]);
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#leaseTimer);
    this.#session?.close();
    this.#session = null;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
    const left = this.#queue.length;
    if (left > 0) this.#sink?.lost(`closed with changes that Redis had not confirmed: ${left}`);
  }

  async #open() {
    const session = await openSession(this.#options, {
      epoch: randomEpoch(),
      seq: this.#sink?.position().seq ?? 0,
      lost: (reason) => this.#lose(session, reason),
    });
    if (this.#closed) {
      session.close();
      throw new Error('the backplane was closed');
    }
    this.#session = session;
    // One who has something to write has yet to see whether Redis takes it.
    if (this.#queue.length === 0 && !this.#candidate) this.#failures = 0;
    this.#catchUp(session);
    this.#sent = 0;
    this.#readAll(session);
    session.follow({
      take: (entry) => this.#take(session, entry),
      readAll: () => this.#readAll(session),
    });
    await this.#beat();
  }

  /** @param {Session} session */
  #catchUp({ epoch, seq, entries }) {
    const sink = /** @type {Sink} */ (this.#sink);
    const [first] = entries;
    // The entry that begins an epoch is no change.
    const before = first === undefined ? seq : first.seq - ('epoch' in first ? 0 : 1);
    const known = sink.position();
    if (known.epoch !== epoch || before > known.seq) sink.begin({ epoch, seq: before });
    for (const entry of entries) this.#enter('epoch' in entry ? entry : { ...entry, at: null });
  }

  /** @param {Session} session @param {import('./session.js').Entry} entry */
  #take(session, entry) {
    if (session !== this.#session) return;
    const { seq } = /** @type {Sink} */ (this.#sink).position();
    if ('scopes' in entry && entry.seq > seq + 1) {
      this.#lose(session, 'entries were trimmed before they were read');
    } else {
      this.#enter(entry);
      this.#flush();
    }
  }

  /** @param {Session} session */
  #readAll(session) {
    if (session !== this.#session) return;
    // Also what was confirmed, unless it is gone: then the next append finds out.
    this.#confirmed = 0;
    this.#flush();
  }

  /** @param {import('./session.js').Entry} entry */
  #enter(entry) {
    const sink = /** @type {Sink} */ (this.#sink);
    const { epoch, seq } = sink.position();
    if ('epoch' in entry) {
      if (entry.epoch !== epoch) sink.begin({ epoch: entry.epoch, seq: entry.seq });
    } else if (entry.seq > seq) {
      sink.enter(entry);
    }
    this.#tellWhetherHeard();
  }

  /** @param {Item} item */
  #enqueue(item) {
    if (this.#closed) return;
    this.#queue.push(item);
    this.#characters += sizeOf(item);
    if (this.#queue.length > ITEMS || this.#characters > CHARACTERS) {
      this.#queue = [{ epoch: randomEpoch(), fromSource: false }];
      this.#characters = 0;
      this.#sent = 0;
    }
    this.#flush();
  }

  #flush() {
    const session = this.#session;
    if (session === null) return;
    const { seq } = /** @type {Sink} */ (this.#sink).position();
    const unread = Math.max(0, this.#confirmed - seq);
    const sendable = Math.min(this.#queue.length, this.#unread - unread);
    while (this.#sent < sendable) void this.#send(session, this.#queue[this.#sent++]);
  }

  /** @param {Session} session @param {Item} item */
  async #send(session, item) {
    try {
      const leader = item.fromSource ? this.#id : '';
      const reply = await this.#write(session, leader, item);
      if (session !== this.#session || this.#queue[0] !== item) return;
      if (reply === NO_LOG) {
        this.#lose(session, 'the log is gone');
      } else {
        this.#queue.shift();
        this.#characters -= sizeOf(item);
        this.#sent -= 1;
        if (reply !== NOT_LEADER) {
          this.#confirmed = reply;
          this.#failures = 0;
          if ('vouches' in item && this.#leading) this.#setTold(reply);
        } else if (this.#leading) {
          this.#leadAgain();
        }
        this.#flush();
        if (this.#queue.length === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
      }
    } catch (error) {
      this.#lose(session, messageOf(error));
    }
  }

  /** @param {Session} session @param {string} leader @param {Item} item @returns {Promise<number>} */
  #write(session, leader, item) {
    if ('epoch' in item) return session.beginEpoch(leader, item.epoch);
    if ('vouches' in item) return session.vouch(leader);
    return session.append(leader, this.#windowCount, item);
  }

  /** Resolves when Redis has confirmed all that was appended. */
  async #emptied() {
    if (this.#queue.length === 0) return;
    await new Promise((resolve) => {
      this.#onEmpty.push(() => resolve(undefined));
    });
  }

  /** Takes or renews the lease, if this hub may lead, and asks whether anybody does; again and again. */
  async #beat() {
    clearTimeout(this.#leaseTimer);
    const session = this.#session;
    if (session === null || this.#closed) return;
    try {
      if (this.#candidate) await this.#lead(session);
      const told = await session.heard(this.#sourced);
      if (session !== this.#session || this.#closed) return;
      this.#setTold(told);
      if (told === NOBODY && this.#leading) this.#vouch();
      clearTimeout(this.#leaseTimer);
      this.#leaseTimer = setTimeout(() => void this.#beat(), this.#options.leaseMs / 3);
    } catch (error) {
      this.#lose(session, messageOf(error));
    }
  }

  /** @param {Session} session */
  async #lead(session) {
    const idleMs = await session.lead(this.#id, this.#options.leaseMs);
    if (session !== this.#session) return;
    this.#failures = 0;
    if (this.#candidate) this.#setLeading(idleMs >= 0, idleMs);
  }

  /** Behind what the leader has told again: then all that the sources said is told. */
  #vouch() {
    if (this.#queue.some((item) => 'vouches' in item)) return;
    this.#enqueue({ vouches: true, fromSource: true });
  }

  /** @param {number} told */
  #setTold(told) {
    this.#told = told;
    this.#tellWhetherHeard();
  }

  /** What was told has to be read here before this hub hears again. */
  #tellWhetherHeard() {
    const sink = /** @type {Sink} */ (this.#sink);
    const hears = this.#told !== NOBODY && (this.#hears || sink.position().seq >= this.#told);
    if (hears === this.#hears) return;
    this.#hears = hears;
    sink.hears(hears);
  }

  /** The lease lapsed unnoticed and a change was refused: who leads next has to tell it again. */
  #leadAgain() {
    this.#setLeading(false, 0);
    void this.#beat();
  }

  /** @param {boolean} leading @param {number} idleMs for how long nobody had led */
  #setLeading(leading, idleMs) {
    if (leading === this.#leading) return;
    this.#leading = leading;
    if (leading) this.#sink?.lead(idleMs);
    else this.#sink?.follow();
  }

  /** @param {Session} session @param {string} reason */
  #lose(session, reason) {
    if (session !== this.#session) return;
    session.close();
    this.#session = null;
    clearTimeout(this.#leaseTimer);
    this.#setLeading(false, 0);
    if (this.#closed) return;
    this.#setTold(NOBODY);
    this.#sink?.lost(reason);
    this.#retry();
  }

  #retry() {
    const wait = Math.min(RETRY_FIRST_MS * 2 ** this.#failures, RETRY_CAP_MS);
    this.#failures += 1;
    this.#retryTimer = setTimeout(async () => {
      this.#retryTimer = undefined;
      try {
        await this.#open();
      } catch {
        if (!this.#closed && this.#session === null) this.#retry();
      }
    }, wait);
  }
}

/** @param {Item} item @returns {number} characters */
function sizeOf(item) {
  return 'data' in item ? (item.data?.length ?? 0) : 0;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
