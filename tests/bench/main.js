/**
 * Measures the table of rows.js in Node and in Chromium, prints it and writes results.md. Started by
 * `./build.sh bench`. `--platform node`, `--row TEXT` and `--rounds N` measure a part, `--quick` only
 * tries the harness; none of them writes anything.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureRow, weigh } from './measure.js';
import { chromium, node } from './platforms.js';
import { introduction, memoryLines, optimisticTitle, rowLine, title } from './report.js';
import { MEMORY, OPTIMISTIC, ROWS } from './rows.js';

const RESULTS = 'tests/bench/results.md';
const QUICK_SIZE = 100;

const { values: options } = parseArgs({
  options: {
    platform: { type: 'string', default: '' },
    row: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    quick: { type: 'boolean', default: false },
  },
});
const isWhole = process.argv.length === 2;
const effort = options.quick
  ? { rounds: 1, runMs: 0.1, most: QUICK_SIZE }
  : { rounds: Number(options.rounds), runMs: 5, most: Number.POSITIVE_INFINITY };

/** @type {string[]} */
const page = [];

/** @param {string} line */
function print(line) {
  console.log(line);
  page.push(line);
}

/** @param {import('./platforms.js').Platform} platform */
async function measurePlatform(platform) {
  for (const line of title(platform)) print(line);
  await measureRows(platform, ROWS);
  if (MEMORY.title.includes(options.row)) await measureMemory(platform);
  for (const line of optimisticTitle()) print(line);
  await measureRows(platform, OPTIMISTIC);
}

/**
 * @param {import('./platforms.js').Platform} platform
 * @param {import('./rows.js').Row[]} rows
 */
async function measureRows(platform, rows) {
  for (const row of rows.filter((row) => row.title.includes(options.row))) {
    if (options.quick) row.targets = {};
    print(rowLine(row, platform.name, await measureRow(platform, row, effort)));
  }
}

/** @param {import('./platforms.js').Platform} platform */
async function measureMemory(platform) {
  /** @type {Record<string, { heap: number, outside: number }>} */
  const weights = {};
  for (const contender of MEMORY.contenders) {
    weights[contender] = await weigh(platform, contender, Math.min(MEMORY.size, effort.most));
  }
  const targets = options.quick ? {} : MEMORY.targets;
  for (const line of memoryLines(weights, targets)) print(line);
}

for (const line of introduction()) print(line);
for (const open of [node, chromium]) {
  if (!open.name.startsWith(options.platform)) continue;
  const platform = await open();
  try {
    await measurePlatform(platform);
  } finally {
    await platform.stop();
  }
}
if (isWhole) writeFileSync(RESULTS, `${page.join('\n')}\n`);
