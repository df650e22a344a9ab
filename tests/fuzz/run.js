/**
 * Builds the fuzz targets and runs each for a while, from the committed corpus and what earlier
 * runs left in build/. What reaches code that the committed corpus does not is added to that.
 * Started by `./build.sh fuzz [TARGET...] [--seconds N]`; 60 seconds each unless said.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findFiles } from '../find-files.js';
import { runCommand } from '../run-command.js';

const TARGETS = findFiles('tests/fuzz', /\/fuzz_\w+\.c$/).map((path) =>
  path.replace(/.*\/fuzz_(\w+)\.c$/, '$1'),
);
/** Targets whose input is text have words to put together. */
const SPEAKS_JSON = ['json', 'message', 'rules', 'events'];
const FINDINGS = 'build/fuzz-findings';

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`tidemark: ${message}`);
  process.exit(1);
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '60' } },
  });
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1) {
    fail(`--seconds ${values.seconds} is not a whole number from 1 on`);
  }
  const unknown = positionals.find((name) => !TARGETS.includes(name));
  if (unknown) fail(`no such target: ${unknown}. There are: ${TARGETS.join(' ')}`);
  return { seconds, targets: positionals.length > 0 ? positionals : TARGETS };
}

/** @param {string} folder */
const countFiles = (folder) => readdirSync(folder).length;

/** @param {string} log @param {string[]} command @param {number} [minutes] */
async function mustRun(log, command, minutes) {
  const { ok, output } = await runCommand(log, command, { minutes });
  if (!ok) {
    console.log(output.split('\n').slice(-60).join('\n'));
    fail(
      `${command[0]} failed: the whole output is in build/log/${log}.log, an input, if one was found, in ${FINDINGS}/`,
    );
  }
  return output;
}

/**
 * Keeps in the committed corpus as few inputs as reach every edge of the code that was reached.
 *
 * @param {string} target @param {string} work @param {string} corpus
 */
async function keepWhatIsNew(target, work, corpus) {
  const before = countFiles(corpus);
  const merge = ['-set_cover_merge=1', '-use_counters=0', corpus, work];
  await mustRun(`fuzz-merge-${target}`, [`build/fuzz/${target}`, ...merge]);
  return countFiles(corpus) - before;
}

/** @param {string} target @param {number} seconds */
async function fuzz(target, seconds) {
  const corpus = `tests/fuzz/corpus/${target}`;
  const work = `build/fuzz-corpus/${target}`;
  for (const folder of [corpus, work, FINDINGS]) mkdirSync(folder, { recursive: true });
  process.stdout.write(`${target} ... `);
  await mustRun(`fuzz-compile-${target}`, [
    'make',
    '-s',
    '-f',
    'src/Makefile',
    `build/fuzz/${target}`,
  ]);
  const options = [`-max_total_time=${seconds}`, '-max_len=400', '-timeout=20'];
  if (SPEAKS_JSON.includes(target)) options.push('-dict=tests/fuzz/json.dict');
  const output = await mustRun(
    `fuzz-${target}`,
    [`build/fuzz/${target}`, ...options, `-artifact_prefix=${FINDINGS}/${target}-`, work, corpus],
    seconds / 60 + 5,
  );
  const done = /Done (\d+) runs in (\d+) second/.exec(output);
  const added = await keepWhatIsNew(target, work, corpus);
  console.log(`${done?.[1]} executions in ${done?.[2]} s, ${added} inputs added to ${corpus}`);
  return Number(done?.[1] ?? 0);
}

const { seconds, targets } = readArguments();
let executions = 0;
for (const target of targets) executions += await fuzz(target, seconds);
console.log(`${executions} executions, no finding`);
