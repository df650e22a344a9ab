/** The yardstick: the best plain JavaScript that we can write for the same tasks. */
import { PlainCache } from '../plain-cache.js';
import { PlainStream } from '../plain-stream.js';
import { EPOCH, groupOf, keyOf, messageOf, objectKeyOf, RULES, sample } from '../workload.js';
import { cycle } from './cycle.js';

const GC_TIME = 300_000;

/** @param {number} size @param {(i: number) => unknown[]} keyAt */
function filled(size, keyAt) {
  const cache = new PlainCache();
  for (let i = 0; i < size; i++) cache.build(keyAt(i), GC_TIME, 0);
  return cache;
}

/** @param {number} size @param {(i: number) => unknown[]} keyAt */
function find(size, keyAt) {
  const cache = filled(size, keyAt);
  return cycle(sample(size).map(keyAt), (key) => (cache.find(key) > 0 ? 1 : 0));
}

/** @param {number} size @param {(i: number) => unknown[]} filterAt */
function mark(size, filterAt) {
  const cache = filled(size, keyOf);
  return cycle(sample(size).map(filterAt), (filter) => cache.mark(filter, -1));
}

/** @param {number} size */
function text(size) {
  const stream = new PlainStream(filled(size, keyOf), RULES, EPOCH);
  const order = sample(size);
  let seq = 0;
  /** @type {string[]} */
  let texts = [];
  return {
    /** @param {number} count */
    prepare(count) {
      texts = Array.from({ length: count }, () => {
        seq++;
        return messageOf(order[seq % order.length], seq);
      });
    },
    /** @param {number} count */
    run(count) {
      let touched = 0;
      for (let i = 0; i < count; i++) touched += stream.take(texts[i]);
      return touched;
    },
  };
}

export const plain = {
  /** @param {number} size */
  find: (size) => find(size, keyOf),
  /** @param {number} size */
  findObject: (size) => find(size, objectKeyOf),
  /** @param {number} size */
  markOne: (size) => mark(size, keyOf),
  /** @param {number} size */
  markGroup: (size) => mark(size, groupOf),
  text,
};

/** @param {number} size */
export function holdPlain(size) {
  const cache = filled(size, keyOf);
  return { kept: cache, bytes: () => cache.bytes };
}
