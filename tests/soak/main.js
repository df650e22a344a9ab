/**
 * Breaks the real stack for minutes and says whether it held. Started by `./build.sh soak`; a WORD
 * keeps the parts whose name holds it, `--seed S` plays other faults.
 */
import { parseArgs } from 'node:util';
import { playFaults } from './faults.js';
import { playStampede } from './stampede.js';
import { measureLatency, measureObservers, measureThroughput } from './throughput.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);

const FAULTS = { cuts: 1_000, restarts: 100, kills: 100, dashboards: 6, everyMs: 20, seed };

/** @typedef {Record<string, number>} Figures */

/**
 * What is played, and what has to hold of its figures.
 *
 * @type {Record<string, { play: () => Promise<Figures>, holds: Record<string, (f: Figures) => boolean> }>}
 */
const PARTS = {
  'faults, one hub': faults(1),
  'faults, two hubs over Redis': faults(2),
  'stampede of 2,000 clients': {
    play: () => playStampede({ clients: 2_000 }),
    holds: {
      'each client came back once and read once': ({ clients, returned, reads }) =>
        returned === clients && reads === clients,
      'reads peak at most at twice their mean': ({ readPeak }) => readPeak <= 2,
      'memory is back where it was': ({ heapGrowth }) => heapGrowth <= 1.1,
    },
  },
  'throughput, 1 client': throughput(1, 20_000),
  'throughput, 100 clients': throughput(100, 500),
  'throughput, 1,000 clients': throughput(1_000, 50),
  'latency, 1 client': latency(1),
  'latency, 100 clients': latency(100),
  'latency, 1,000 clients': latency(1_000),
  'latency to an observer, 1 client': observers(1),
  'latency to an observer, 100 clients': observers(100),
};

/** @param {number} hubs */
function faults(hubs) {
  return {
    play: () => playFaults({ ...FAULTS, hubs }),
    holds: {
      'every dashboard shows what the database holds, within 5 s': (/** @type {Figures} */ f) =>
        f.healedMs <= 5_000,
      'no more refetches than changes of active keys, and one a key for each reset': (
        /** @type {Figures} */ f,
      ) => f.refetches <= f.concerned + f.resets * f.keysPerDashboard,
    },
  };
}

/** @param {number} clients @param {number} messages */
function throughput(clients, messages) {
  return {
    play: () => measureThroughput({ clients, messages, rounds: 7 }),
    holds: { 'at least 0.7 of bare sockets': (/** @type {Figures} */ { ratio }) => ratio >= 0.7 },
  };
}

/** @param {number} clients */
function latency(clients) {
  return { play: () => measureLatency({ clients, commits: 300 }), holds: {} };
}

/** @param {number} clients */
function observers(clients) {
  return { play: () => measureObservers({ clients, commits: 300 }), holds: {} };
}

let broken = 0;
for (const [name, { play, holds }] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.some((word) => name.includes(word))) continue;
  const start = performance.now();
  const figures = await play();
  console.log(`${name} (${((performance.now() - start) / 1_000).toFixed(1)} s)`);
  for (const [figure, value] of Object.entries(figures)) {
    console.log(`  ${figure.padEnd(18)} ${Number(value.toFixed(2)).toLocaleString('en')}`);
  }
  for (const [claim, check] of Object.entries(holds)) {
    const held = check(figures);
    if (!held) broken += 1;
    console.log(`  ${held ? 'holds' : 'BROKEN'}: ${claim}`);
  }
}
process.exit(broken > 0 ? 1 : 0);
