/**
 * Runs every suite, whatever became of the ones before it, and closes with `N passed, N failed`.
 * Started by `./build.sh test [SUITE [WORD...]]`; a WORD keeps the test files whose path holds it.
 */
import { findFiles } from './find-files.js';
import { runCommand } from './run-command.js';
import { runNativeTests } from './run-native-tests.js';
import { runNodeTests } from './run-node-tests.js';
import { runPlantedBugs } from './run-planted-bugs.js';
import { runSameTraces } from './run-same-traces.js';

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 * @property {string} output  what to print if something failed
 * @property {string} [report]  what to print in any case
 */

const [chosen = 'all', ...words] = process.argv.slice(2);

/** @param {string} folder @param {RegExp} name */
function testFiles(folder, name) {
  const files = findFiles(folder, name);
  return words.length === 0 ? files : files.filter((path) => words.some((w) => path.includes(w)));
}

/**
 * A static check: one command, one test.
 *
 * @param {string} log @param {string[]} command
 * @returns {Promise<Outcome>}
 */
async function check(log, ...command) {
  const { ok, output } = await runCommand(log, command);
  const lines = output.split('\n');
  const shown = lines.slice(0, 100);
  if (lines.length > shown.length) shown.push(`... the rest is in build/log/${log}.log`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output: shown.join('\n') };
}

/** The simulator's worlds in each run of the tests; `./build.sh simulate` plays more. */
const SIMULATED_SEEDS = '100000';
const REFUSING_SEEDS = '1000';
/** So many leave the same trace natively and in WebAssembly. */
const COMPARED_SEEDS = '10000';
/** Within so many worlds each mistake planted in the core is seen. */
const PLANTED_SEEDS = '30000';

const bin = 'node_modules/.bin';
const cFiles = [...findFiles('src', /\.[ch]$/), ...findFiles('wasm', /\.[ch]$/)];
const cTests = ['native', 'fuzz', 'simulation', 'bench'].flatMap((folder) =>
  findFiles(`tests/${folder}`, /\.[ch]$/),
);

/** What each suite finds built. */
const BUILD = {
  core: () => check('test-build', './build.sh', 'build'),
  'demo page': () => check('test-build-demo', './build.sh', 'build-demo'),
};

/** In the order they run. @type {Record<string, Record<string, () => Promise<Outcome>>>} */
const SUITES = {
  checks: {
    'JavaScript format and lint': () => check('biome', `${bin}/biome`, 'ci', '--colors=off', '.'),
    'C format': () =>
      check('clang-format', 'clang-format', '--dry-run', '-Werror', ...cFiles, ...cTests),
    'clang-tidy': () => check('clang-tidy', './build.sh', 'make', '-k', 'tidy'),
    types: () => check('tsc', `${bin}/tsc`, '--pretty', 'false'),
    'published types': () =>
      check('tsc-types', `${bin}/tsc`, '--pretty', 'false', '-p', 'tsconfig.types.json'),
    structure: () => runNodeTests('structure', testFiles('tests/structure', /\.test\.js$/)),
  },
  native: {
    'native tests': () => runNativeTests(testFiles('tests', /\/(native\/test|fuzz\/fuzz)_\w+\.c$/)),
    simulation: () => check('simulation', './build.sh', 'simulate', '--seeds', SIMULATED_SEEDS),
    'simulation, out of memory': () =>
      check('simulation-memory', './build.sh', 'simulate', '--memory', '--seeds', REFUSING_SEEDS),
    'simulation, the same in WebAssembly': () => runSameTraces(COMPARED_SEEDS),
    'planted bugs': () => runPlantedBugs(PLANTED_SEEDS),
  },
  node: {
    'node tests': () =>
      runNodeTests('node', testFiles('tests/node', /\.test\.js$/), { concurrency: 2 }),
  },
  browser: {
    'browser tests': () => runNodeTests('browser', testFiles('tests/browser', /\.test\.js$/)),
  },
};

/** @param {string} name @param {() => Promise<Outcome>} run */
async function runStage(name, run) {
  process.stdout.write(`${name} ... `);
  const start = performance.now();
  const outcome = await run();
  if (outcome.passed + outcome.failed === 0) {
    outcome.failed = 1;
    outcome.output += `${name}: ran no test\n`;
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${closingLine(outcome)} (${seconds} s)`);
  if (outcome.report) process.stdout.write(outcome.report);
  if (outcome.failed > 0) console.log(outcome.output);
  return outcome;
}

/** @param {{ passed: number, failed: number, skipped?: number }} outcome */
function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

if (chosen !== 'all' && !(chosen in SUITES)) {
  console.error(`No such suite: ${chosen}. There are: ${Object.keys(SUITES).join(' ')}`);
  process.exit(1);
}

const suites = chosen === 'all' ? Object.values(SUITES) : [SUITES[chosen]];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, run] of [BUILD, ...suites].flatMap(Object.entries)) {
  const outcome = await runStage(name, run);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped ?? 0;
}
console.log(closingLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;
