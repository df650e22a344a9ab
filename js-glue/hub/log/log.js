import { randomBytes } from 'node:crypto';

/**
 * @typedef {object} LogEntry
 * @property {number} seq
 * @property {number} at when it was appended, in the clock's milliseconds
 * @property {string[]} scopes
 * @property {string | null} data JSON text; null if subscribers are told "reset" instead
 */

/** Scopes whose last forgotten change is remembered one by one. */
const FORGOTTEN_SCOPES = 10_000;

/**
 * The hub's stream of changes: gives each its position and keeps the last ones for those who come
 * back. A position is good for resuming as long as no later change *of the wanted scopes* was
 * forgotten, so a quiet scope on a busy hub resumes however old its position is.
 *
 *   seq    1 … 40 │ 41 … 1064            forgotten: project:9 → 38, clinic:1 → 40, …
 *        forgotten │ kept, oldest first   floor: below it nothing is known any more
 */
export class Log {
  /** @type {LogEntry[]} consecutive seqs */
  #kept = [];
  /** @type {Map<string, number>} scope → highest seq forgotten, lowest seq first */
  #forgotten = new Map();
  #floor = 0;
  #seq = 0;
  #epoch = randomEpoch();

  /** @param {{ now: () => number, count: number, ageMs: number }} options */
  constructor({ now, count, ageMs }) {
    this.now = now;
    this.count = count;
    this.ageMs = ageMs;
  }

  get epoch() {
    return this.#epoch;
  }

  get seq() {
    return this.#seq;
  }

  get length() {
    return this.#kept.length;
  }

  /** @returns {import('../index.js').HubPosition} */
  position() {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /**
   * @param {{ scopes: string[], data: string | null }} change at the next position
   * @returns {LogEntry}
   */
  append({ scopes, data }) {
    this.#seq += 1;
    const entry = { seq: this.#seq, at: this.now(), scopes, data };
    this.#kept.push(entry);
    this.#forgetOld();
    return entry;
  }

  /**
   * @param {import('../index.js').HubPosition} position
   * @param {ReadonlySet<string>} scopes
   * @returns {(LogEntry & { data: string })[] | null} every later change of these scopes, oldest
   *   first; null if they cannot be told one by one
   */
  since({ epoch, seq }, scopes) {
    if (epoch !== this.#epoch || seq > this.#seq || seq < this.#floor) return null;
    this.#forgetOld();
    for (const scope of scopes) {
      if ((this.#forgotten.get(scope) ?? 0) > seq) return null;
    }
    const firstKept = this.#seq - this.#kept.length + 1;
    const later = this.#kept
      .slice(Math.max(0, seq + 1 - firstKept))
      .filter((entry) => entry.scopes.some((scope) => scopes.has(scope)));
    return later.every(hasData) ? later : null;
  }

  /**
   * Where an epoch begins. The count goes on, which keeps a frame of the new epoch from looking old
   * to a client that compares only numbers.
   *
   * @returns {import('../index.js').HubPosition}
   */
  nextEpoch() {
    return { epoch: randomEpoch(), seq: this.#seq };
  }

  /**
   * Goes on from there, and knows nothing of what was before.
   *
   * @param {import('../index.js').HubPosition} position
   */
  begin({ epoch, seq }) {
    this.#epoch = epoch;
    this.#seq = seq;
    this.#kept = [];
    this.#forgotten.clear();
    this.#floor = seq;
  }

  #forgetOld() {
    const oldest = this.now() - this.ageMs;
    while (this.#kept.length > this.count || (this.#kept[0]?.at ?? oldest) < oldest) {
      const entry = /** @type {LogEntry} */ (this.#kept.shift());
      for (const scope of entry.scopes) this.#rememberForgotten(scope, entry.seq);
    }
  }

  /** @param {string} scope @param {number} seq */
  #rememberForgotten(scope, seq) {
    this.#forgotten.delete(scope);
    this.#forgotten.set(scope, seq);
    if (this.#forgotten.size <= FORGOTTEN_SCOPES) return;
    for (const [leastScope, leastSeq] of this.#forgotten) {
      this.#forgotten.delete(leastScope);
      this.#floor = leastSeq;
      return;
    }
  }
}

/** @param {LogEntry} entry @returns {entry is LogEntry & { data: string }} */
export function hasData(entry) {
  return entry.data !== null;
}

/** Letters, digits, - and _ only: it stands before the colon in Tidemark-As-Of. */
export function randomEpoch() {
  return randomBytes(12).toString('base64url');
}
