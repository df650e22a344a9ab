/**
 * What every contender is asked: the same keys, filters and messages, drawn by the same generator.
 * native/workload.c draws them too; the driver compares what each contender touched.
 */

/** Entries under one project, which is what a fan-out marks. */
export const GROUP = 100;

/**
 * So many different keys are asked for in turn, spread evenly over all there are: what grows with the
 * size is then the structure, not how much of it is in use.
 */
const SAMPLE = 1000;

/** @param {number} i */
export const projectOf = (i) => Math.floor(i / GROUP);

/** @param {number} i @returns {unknown[]} two words that all share, a number, and a text of its own */
export const keyOf = (i) => ['tasks', 'list', projectOf(i), `t-${i}`];

/** @param {number} i @returns {unknown[]} matches the keys of i's project */
export const groupOf = (i) => ['tasks', 'list', projectOf(i)];

/** @param {number} i @returns {unknown[]} with an object part, its members not in sorted order */
export const objectKeyOf = (i) => [
  'tasks',
  'list',
  { project: projectOf(i), page: i % GROUP, order: 'due' },
];

/** Marks one entry: the task's. */
export const RULES = [{ on: 'task', invalidate: [['tasks', 'list', '$project_id', '$id']] }];
export const EPOCH = 'k3f9';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * One run of characters, as a WebSocket hands them out, and not a rope of the pieces below.
 *
 * @param {number} i the entry it is about @param {number} seq
 */
export const messageOf = (i, seq) => decoder.decode(encoder.encode(textOf(i, seq)));

/** @param {number} i @param {number} seq */
const textOf = (i, seq) =>
  `{"type":"cache_invalidate","epoch":"${EPOCH}","seq":${seq},"prev":${seq - 1},` +
  `"data":{"resource":"task","id":"t-${i}","action":"UPDATE","project_id":${projectOf(i)},` +
  '"timestamp":"2026-03-01T12:00:00.000Z"}}';

/**
 * Numbers below `size`, in an order that follows no pattern: a multiplier prime to every size used.
 *
 * @param {number} size
 * @returns {number[]}
 */
export function sample(size) {
  const count = Math.min(size, SAMPLE);
  return Array.from({ length: count }, (_, i) => (i * 611_953) % size);
}

/** Delays of timers in whole ms, below ten minutes. @param {number} count @returns {Float64Array} */
export function delays(count) {
  return Float64Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % 599_999));
}

/** A place in the order of cancelling, which is not the order of arming. */
export const CANCEL_STRIDE = 7919;
