/**
 * Runs the contenders of a row in turn, many rounds, each long enough for the clock. What another
 * process takes of the machine meanwhile falls on all of them: trust the ratios.
 */
import { native } from './platforms.js';

/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('./platforms.js').Host} Host */

/**
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {number} runMs a run lasts at least that long; Chromium's clock ticks every 0.1 ms
 * @property {number} most sizes above are cut to that
 */

/**
 * @typedef {object} Figure
 * @property {number} ns the median of a contender's runs, per operation
 * @property {number} ratio the median over the rounds of this contender's time over the first one's
 */

/**
 * @param {import('./platforms.js').Platform} platform
 * @param {Row} row
 * @param {Effort} effort
 * @returns {Promise<Record<string, Figure>>} by contender
 */
export async function measureRow(platform, { ...row }, { rounds, runMs, most }) {
  const host = await platform.host();
  row.size = Math.min(row.size, most);
  /** @type {Host[]} */
  const natives = [];
  try {
    const runners = [];
    for (const name of row.contenders) {
      const first = row.contenders[0];
      const isNative = name === 'native' || (name === 'smaller' && first === 'native');
      const target = isNative ? await native() : host;
      if (isNative) natives.push(target);
      const contender = name === 'smaller' ? first : name;
      const size = name === 'smaller' ? (row.smaller ?? row.size) : row.size;
      const { task, each = 1 } = row;
      await target.call('open', { name, contender, task, size, each });
      runners.push({ name, host: target, count: 1, times: /** @type {number[]} */ ([]) });
    }
    for (const runner of runners) await calibrate(runner, row, runMs);
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < runners.length; i++) {
        const runner = runners[(i + round) % runners.length];
        runner.times.push((await runOnce(runner, row)).ns);
      }
    }
    const base = runners[0].times;
    return Object.fromEntries(
      runners.map(({ name, times }) => [
        name,
        { ns: median(times), ratio: median(times.map((time, i) => time / base[i])) },
      ]),
    );
  } finally {
    await host.call('close').catch(() => {});
    await host.stop();
    for (const one of natives) await one.stop();
  }
}

/** @typedef {{ name: string, host: Host, count: number }} Runner */

/**
 * Finds how many operations fill a run.
 *
 * @param {Runner} runner @param {Row} row @param {number} runMs
 */
async function calibrate(runner, row, runMs) {
  for (;;) {
    // The fastest of some: one that was interrupted would make all runs too short.
    const times = [];
    for (let i = 0; i < 4; i++) times.push((await runOnce(runner, row)).ms);
    const ms = Math.min(...times);
    if (ms >= runMs) return;
    runner.count = Math.ceil(runner.count * Math.min(10, Math.max(1.5, (runMs * 1.2) / ms)));
  }
}

/**
 * @param {Runner} runner @param {Row} row
 * @returns {Promise<{ ms: number, ns: number }>} of the run, and per operation
 */
async function runOnce({ name, host, count }, row) {
  const { ms, touched } = await host.call('measure', { name, count });
  const each = row.perTouched ? row.size : (row.each ?? 1);
  if (touched !== count * each) {
    throw new Error(`${row.title}: ${name} touched ${touched} of ${count * each}`);
  }
  return { ms, ns: (ms * 1e6) / (row.perTouched ? touched : count) };
}

/**
 * Bytes of one entry of a contender: on the JS heap and outside of it.
 *
 * @param {import('./platforms.js').Platform} platform
 * @param {string} contender
 * @param {number} size
 * @returns {Promise<{ heap: number, outside: number }>}
 */
export async function weigh(platform, contender, size) {
  const host = await platform.host();
  try {
    // A small one first: code and whatever else is there only once.
    const outsideBefore = await host.call('hold', { contender, size: 10 });
    const before = await host.call('heap');
    const outside = await host.call('hold', { contender, size });
    const after = await host.call('heap');
    // Only the WebAssembly of the small one is part of the second figure.
    const first = contender === 'plain' ? 0 : outsideBefore;
    return { heap: (after - before) / size, outside: (outside - first) / size };
  } finally {
    await host.stop();
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
