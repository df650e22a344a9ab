/**
 * The yardstick as a whole: the plain index, and beside it what a core must know of each entry to
 * answer as src/ does, in growing typed arrays because objects would weigh more.
 */
import { PlainIndex } from './plain-index.js';
import { PlainWheel } from './plain-wheel.js';

const GROWTH = 1.5;

/** Freshness by marks, and the times: eight numbers an entry. */
const NUMBERS = /** @type {const} */ ([
  'changed',
  'unplaced',
  'asked',
  'changedSeq',
  'asOf',
  'updated',
  'unused',
  'gcTime',
]);

export class PlainCache {
  index = new PlainIndex();
  count = 0;
  ordinal = 0;
  marks = 0;
  #capacity = 0;
  /** @type {Record<typeof NUMBERS[number], Float64Array>} */
  #numbers = /** @type {any} */ ({});
  /** Status, phase and flags. */
  #bits = new Uint32Array(0);
  /** The list of unused entries, the longest unused first. */
  #nextUnused = new Int32Array(0);
  #previousUnused = new Int32Array(0);
  #lastUnused = 0;
  #wheel = new PlainWheel(0);

  constructor() {
    this.#grow(64);
  }

  /** Bytes of the arrays. */
  get bytes() {
    const arrays = [
      ...Object.values(this.#numbers),
      this.#bits,
      this.#nextUnused,
      this.#previousUnused,
    ];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, this.#wheel.bytes);
  }

  /** @param {number} capacity */
  #grow(capacity) {
    this.#capacity = capacity;
    for (const name of NUMBERS) {
      this.#numbers[name] = enlarged(this.#numbers[name] ?? new Float64Array(0), capacity);
    }
    this.#bits = enlarged(this.#bits, capacity);
    this.#nextUnused = enlarged(this.#nextUnused, capacity);
    this.#previousUnused = enlarged(this.#previousUnused, capacity);
    const wheel = new PlainWheel(capacity);
    for (const name of /** @type {const} */ (['next', 'previous', 'slots', 'ticks', 'heads'])) {
      wheel[name].set(this.#wheel[name]);
    }
    this.#wheel = wheel;
  }

  /** @param {readonly unknown[]} key @returns {number} */
  find(key) {
    return this.index.find(key);
  }

  /** @param {readonly unknown[]} key that has no entry @param {number} gcTime ms @param {number} now ms */
  build(key, gcTime, now) {
    const entry = ++this.count;
    if (entry >= this.#capacity) this.#grow(Math.ceil(this.#capacity * GROWTH));
    this.index.insert(key, entry);
    this.#numbers.asked[entry] = ++this.ordinal;
    this.#numbers.changedSeq[entry] = -1;
    this.#numbers.asOf[entry] = -1;
    this.#numbers.updated[entry] = now;
    this.#numbers.unused[entry] = now;
    this.#numbers.gcTime[entry] = gcTime;
    this.#bits[entry] = 1;
    this.#previousUnused[entry] = this.#lastUnused;
    this.#nextUnused[this.#lastUnused] = entry;
    this.#lastUnused = entry;
    this.#wheel.arm(entry, now + gcTime);
    return entry;
  }

  /**
   * @param {readonly unknown[]} filter
   * @param {number} seq the change's position, -1 if it has none
   * @returns {number} how many entries the change touched
   */
  mark(filter, seq) {
    const before = this.marks;
    const ordinal = ++this.ordinal;
    const { asOf, changed, unplaced, changedSeq } = this.#numbers;
    this.index.match(filter, (entry) => {
      this.marks++;
      if (seq >= 0 && asOf[entry] >= seq) return;
      changed[entry] = ordinal;
      if (seq < 0) unplaced[entry] = ordinal;
      else if (seq > changedSeq[entry]) changedSeq[entry] = seq;
    });
    return this.marks - before;
  }
}

/**
 * @template {Float64Array | Uint32Array | Int32Array} T
 * @param {T} array @param {number} capacity
 * @returns {T}
 */
function enlarged(array, capacity) {
  const grown = new /** @type {any} */ (array.constructor)(capacity);
  grown.set(array);
  return grown;
}
