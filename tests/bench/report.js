/** The table as Markdown. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { MEMORY } from './rows.js';

/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('./rows.js').Contender} Contender */
/** @typedef {import('./measure.js').Figure} Figure */
/** @typedef {import('./platforms.js').Platform} Platform */

/** Of these, tidemark's time over theirs is told: at most so much. */
const AT_MOST = new Set(['native', 'smaller']);

/**
 * What a page of figures was written by, when, and on what.
 *
 * @param {string} command
 */
export function provenance(command) {
  const [{ model }] = cpus();
  const tanstack = JSON.parse(
    readFileSync('node_modules/@tanstack/query-core/package.json', 'utf8'),
  ).version;
  const today = new Date().toISOString().slice(0, 10);
  return `Written by \`${command}\` on ${today}; ${cpus().length} cores, ${model}; @tanstack/query-core ${tanstack}.`;
}

/** @returns {string[]} */
export function introduction() {
  return [
    '# Figures',
    '',
    provenance('./build.sh bench'),
    '',
    'Times are medians of runs that take turns in one process, per operation; ratios are medians over',
    'the rounds. ✓ and "missed by" tell the target of each ratio. **tidemark** is the engine below the',
    'public client (`js-glue/engine/`): query keys as JavaScript arrays in, handles out. **TanStack** is',
    'the least that query-core offers for the task: `QueryCache.get(hashKey(key))`, `invalidateQueries`,',
    '`JSON.parse` before it, a `setTimeout` for each timer. **Plain JS** is `plain-index.js`, a Map of',
    'Maps, with positions, marks and times as the core keeps them. **Native C** is the same core compiled',
    'by gcc. Rows of the **public client** set whole clients side by side.',
  ];
}

/** @param {Platform} platform @returns {string[]} */
export function title({ name, version }) {
  return [
    '',
    `## ${name} ${version}`,
    '',
    '| operation | tidemark | against TanStack | against plain JS | against native C |',
    '|---|---|---|---|---|',
  ];
}

/** @returns {string[]} */
export function optimisticTitle() {
  return [
    '',
    'Optimistic update of a row of a 50 KB list, and its rollback:',
    '',
    "| with | tidemark | against TanStack's snapshots | against Redux Toolkit's patches | against a tenth of the mutations |",
    '|---|---|---|---|---|',
  ];
}

/**
 * @param {Row} row @param {string} platform
 * @param {Record<string, Figure>} figures
 */
export function rowLine(row, platform, figures) {
  const own = figures[row.contenders[0]];
  /** @param {Contender} contender */
  const cell = (contender) => {
    const figure = figures[contender];
    if (!figure || contender === row.contenders[0]) return '';
    const target = targetOf(row, contender, platform);
    return ratioCell(figure.ratio, time(figure.ns), target, AT_MOST.has(contender));
  };
  const third = figures.redux ? cell('redux') : cell('plain');
  const last = figures.smaller ? cell('smaller') : cell('native');
  return `| ${row.title} | ${time(own.ns)} | ${cell('tanstack')} | ${third} | ${last} |`;
}

/** @param {Row} row @param {Contender} contender @param {string} platform */
function targetOf({ targets }, contender, platform) {
  const target = targets[contender];
  return typeof target === 'object' ? target[platform] : target;
}

/**
 * @param {number} ratio their time over tidemark's
 * @param {string} theirs
 * @param {number | undefined} target
 * @param {boolean} atMost the inverse ratio is told, and may be at most so much
 */
function ratioCell(ratio, theirs, target, atMost) {
  const told = atMost ? 1 / ratio : ratio;
  const figure = `${times(told)} (${theirs})`;
  if (target === undefined) return figure;
  const reached = atMost ? told <= target : told >= target;
  return `${figure}, ${verdict(reached, told, target, atMost)}`;
}

/** @param {boolean} reached @param {number} told @param {number} target @param {boolean} atMost */
function verdict(reached, told, target, atMost) {
  const wanted = `${atMost ? '≤' : '≥'} ${times(target)}`;
  if (reached) return `${wanted} ✓`;
  const by = atMost ? told / target - 1 : 1 - told / target;
  return `**${wanted} missed by ${(by * 100).toFixed(0)} %**`;
}

/**
 * @param {Record<string, { heap: number, outside: number }>} weights
 * @param {Partial<typeof MEMORY.targets>} targets
 * @returns {string[]}
 */
export function memoryLines(weights, targets) {
  const total = Object.fromEntries(
    Object.entries(weights).map(([name, { heap, outside }]) => [name, heap + outside]),
  );
  const own = total.tidemark;
  const kept = targets.bytes
    ? `, ${verdict(own <= targets.bytes, own, targets.bytes, true).replaceAll('×', ' B')}`
    : '';
  const bytes = (/** @type {number} */ value) => `${value.toFixed(0)} B`;
  const against = (/** @type {string} */ name, /** @type {number | undefined} */ target) =>
    ratioCell(total[name] / own, bytes(total[name]), target, false);
  const client = total.tanstack / total.client;
  return [
    `| ${MEMORY.title} | ${bytes(own)}${kept} | ${against('tanstack', targets.tanstack)} | ${against('plain', targets.plain)} | |`,
    `| public client: ${MEMORY.title} | ${bytes(total.client)} | ${times(client)} (${bytes(total.tanstack)}) | | |`,
  ];
}

/** @param {number} ns */
function time(ns) {
  if (ns < 10) return `${ns.toFixed(1)} ns`;
  if (ns < 1000) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1000).toFixed(1)} µs`;
  return `${(ns / 1e6).toFixed(1)} ms`;
}

/** @param {number} ratio */
function times(ratio) {
  if (ratio >= 100) return `${Math.round(ratio).toLocaleString('en')}×`;
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(ratio % 1 === 0 ? 0 : 2)}×`;
}
