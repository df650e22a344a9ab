/**
 * The table: what is measured, and what is to be reached.
 *
 * A ratio against TanStack or plain JavaScript says how many times faster tidemark is (at least the
 * target); one against native C, or against its own smaller self, how many times slower (at most).
 */
import { GROUP } from './workload.js';

/**
 * @typedef {'tidemark' | 'tanstack' | 'plain' | 'native' | 'client' | 'redux' | 'smaller'} Contender
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {string} task which function of each contender
 * @property {number} size entries in the cache, or timers
 * @property {Contender[]} contenders the first one is compared with the others
 * @property {number} [each] entries or timers that one operation touches; figures are per operation
 * @property {boolean} [perTouched] figures are per entry or timer touched instead
 * @property {number} [smaller] size of the contender of that name
 * @property {Partial<Record<Contender, number | Record<string, number>>>} targets a number for both
 *   platforms, or one for each
 */

const ALL = /** @type {Contender[]} */ (['tidemark', 'tanstack', 'plain', 'native']);

/** @type {Row[]} */
export const ROWS = [
  {
    title: 'key → entry, primitive parts, 1k',
    task: 'find',
    size: 1_000,
    contenders: ALL,
    targets: { tanstack: 5, plain: 0.5, native: 5 },
  },
  {
    title: 'key → entry, primitive parts, 100k',
    task: 'find',
    size: 100_000,
    contenders: ALL,
    targets: { tanstack: 5, plain: 0.9, native: 5 },
  },
  {
    title: 'key → entry, object part, 1k',
    task: 'findObject',
    size: 1_000,
    contenders: ALL,
    targets: { tanstack: 4, plain: 1.3 },
  },
  {
    title: 'match and mark 1 entry of 1k',
    task: 'markOne',
    size: 1_000,
    contenders: ALL,
    targets: { tanstack: 400, plain: 0.4, native: 4 },
  },
  {
    title: 'match and mark 1 entry of 10k',
    task: 'markOne',
    size: 10_000,
    contenders: ALL,
    targets: { tanstack: 4_000, plain: 0.4, native: 4 },
  },
  {
    title: 'match and mark 1 entry of 100k',
    task: 'markOne',
    size: 100_000,
    contenders: ALL,
    targets: { tanstack: 40_000, plain: 0.4, native: 4 },
  },
  {
    title: 'match and mark 100 entries of 100k',
    task: 'markGroup',
    size: 100_000,
    contenders: ALL,
    each: GROUP,
    targets: { tanstack: 10_000, plain: 1.2, native: 2.5 },
  },
  {
    title: 'growth of a single match, 1k → 1M',
    task: 'markOne',
    size: 1_000_000,
    smaller: 1_000,
    contenders: ['tidemark', 'smaller'],
    targets: { smaller: 2 },
  },
  {
    title: 'growth of a single match, 1k → 1M, native',
    task: 'markOne',
    size: 1_000_000,
    smaller: 1_000,
    contenders: ['native', 'smaller'],
    targets: { smaller: 2 },
  },
  {
    title: 'text message → marked entry, 1k',
    task: 'text',
    size: 1_000,
    contenders: ALL,
    targets: { tanstack: 100, plain: 1, native: 1.7 },
  },
  {
    title: 'timer: schedule and cancel, 100k',
    task: 'timers',
    size: 100_000,
    contenders: ALL,
    perTouched: true,
    targets: { tanstack: { Node: 15, Chromium: 80 }, plain: 1 },
  },
  {
    title: 'boot: a cache is created, and holds one entry',
    task: 'boot',
    size: 1,
    contenders: ['client', 'tanstack'],
    targets: {},
  },
  {
    title: 'public client: key → data, 1k',
    task: 'read',
    size: 1_000,
    contenders: ['client', 'tanstack'],
    targets: {},
  },
  {
    title: 'public client: key → data, 100k',
    task: 'read',
    size: 100_000,
    contenders: ['client', 'tanstack'],
    targets: {},
  },
  {
    title: 'public client: match and mark 1 entry of 100k',
    task: 'markOne',
    size: 100_000,
    contenders: ['client', 'tanstack'],
    targets: {},
  },
  {
    title: 'public client: match and mark 100 of 100k',
    task: 'markGroup',
    size: 100_000,
    each: GROUP,
    contenders: ['client', 'tanstack'],
    targets: {},
  },
];

/**
 * One more layer on a key and off again, on top of `size - 1` that stay: what rolling back the last of
 * so many pending mutations costs. Growth may be linear.
 *
 * @type {Row[]}
 */
export const OPTIMISTIC = [
  {
    title: '1 pending mutation',
    task: 'optimistic',
    size: 1,
    contenders: ['client', 'tanstack', 'redux'],
    targets: { tanstack: 1, redux: 1 },
  },
  {
    title: '10 pending mutations',
    task: 'optimistic',
    size: 10,
    smaller: 1,
    contenders: ['client', 'tanstack', 'redux', 'smaller'],
    targets: { smaller: 10 },
  },
  {
    title: '100 pending mutations',
    task: 'optimistic',
    size: 100,
    smaller: 10,
    contenders: ['client', 'tanstack', 'redux', 'smaller'],
    targets: { smaller: 10 },
  },
];

/** Bytes of an idle entry: keys, marks, times, timers, tables and what they have to spare. */
export const MEMORY = {
  title: 'bytes per idle entry of 100k',
  size: 100_000,
  contenders: /** @type {Contender[]} */ (['tidemark', 'tanstack', 'plain', 'client']),
  targets: { bytes: 160, tanstack: 4, plain: 1 },
};
