/**
 * Which lines and branches of src/ the native tests, the simulator and the fuzzers' corpus run, by
 * file and in all. Fails below 100 % of lines or 95 % of branches; what nobody ran is listed in
 * build/coverage/missed.txt. Started by `./build.sh coverage`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { findFiles } from './find-files.js';
import { runCommand } from './run-command.js';

const LEAST = { lines: 100, branches: 95 };
const PROFILES = 'build/coverage/profiles';
const MERGED = 'build/coverage/all.profdata';
const MISSED = 'build/coverage/missed.txt';

/**
 * What ran of one file: the count of each line by its number, and of both sides of each condition
 * by `line:column`.
 *
 * @typedef {object} FileCoverage
 * @property {Map<number, number>} lines
 * @property {Map<string, [whenTrue: number, whenFalse: number]>} conditions
 */

/** Programs and their arguments. @returns {string[][]} */
function programs() {
  const tests = findFiles('tests/native', /\/test_\w+\.c$/);
  const targets = findFiles('tests/fuzz', /\/fuzz_\w+\.c$/);
  return [
    ...tests.map((path) => [path.replace(/.*\/(\w+)\.c$/, 'build/coverage/$1')]),
    ...targets.map((path) => {
      const name = path.replace(/.*\/fuzz_(\w+)\.c$/, '$1');
      return [`build/coverage/fuzz_${name}`, name, `tests/fuzz/corpus/${name}`];
    }),
    ['build/coverage/simulate', '--seeds', '1000'],
  ];
}

/** @param {string} log @param {string[]} command */
async function mustRun(log, command) {
  const { ok, output } = await runCommand(log, command);
  if (ok) return;
  console.log(output.split('\n').slice(-60).join('\n'));
  console.error(`tidemark: ${command[0]} failed, see above and build/log/${log}.log`);
  process.exit(1);
}

/** A program that fails has run nevertheless: the rest is measured too. @param {string[]} command */
async function runCounted(command) {
  const name = command[0].replace(/.*\//, '');
  const env = { LLVM_PROFILE_FILE: `${PROFILES}/${name}.profraw` };
  const { ok } = await runCommand(`coverage-${name}`, command, { env });
  if (ok) return;
  console.error(`tidemark: ${command[0]} failed, see build/log/coverage-${name}.log`);
  process.exitCode = 1;
}

/** The tool of clang's own version. @param {string} name */
const llvmTool = (name) =>
  execFileSync('clang', [`-print-prog-name=${name}`], { encoding: 'utf8' }).trim();

/** @param {string} format @param {string[]} options @param {string[]} objects */
function exportCoverage(format, options, objects) {
  const [first, ...others] = objects;
  const command = ['export', `-format=${format}`, `-instr-profile=${MERGED}`, ...options, first];
  for (const object of others) command.push('-object', object);
  return execFileSync(llvmTool('llvm-cov'), [...command, 'src'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
}

/** @param {string[]} objects @returns {Map<string, FileCoverage>} by path from the top folder */
function readCoverage(objects) {
  /** @type {Map<string, FileCoverage>} */
  const files = new Map();
  /** @type {FileCoverage} */
  let file = { lines: new Map(), conditions: new Map() };
  for (const line of exportCoverage('lcov', [], objects).split('\n')) {
    const [, word, rest] = /^(SF|DA):(.*)$/.exec(line) ?? [];
    if (word === 'SF') {
      file = { lines: new Map(), conditions: new Map() };
      files.set(relative('.', rest), file);
    } else if (word === 'DA') {
      const [number, count] = rest.split(',').map(Number);
      file.lines.set(number, count);
    }
  }
  // lcov has no columns; and an inline function of a header has its conditions once per user.
  for (const { filename, branches } of JSON.parse(exportCoverage('text', [], objects)).data[0]
    .files) {
    const conditions = files.get(relative('.', filename))?.conditions;
    for (const [line, column, , , whenTrue, whenFalse] of branches) {
      const [t, f] = conditions?.get(`${line}:${column}`) ?? [0, 0];
      conditions?.set(`${line}:${column}`, [t + whenTrue, f + whenFalse]);
    }
  }
  return files;
}

/**
 * Takes out what is only there for bugs planted on purpose (src/planted.h) and is no part of this
 * build: conditions that ask for one, what is joined to one with &&, and blocks behind one.
 *
 * @param {string} path @param {FileCoverage} coverage
 */
function withoutPlanted(path, { lines, conditions }) {
  const source = readFileSync(path, 'utf8').split('\n');
  const behind = new Set();
  source.forEach((line, i) => {
    const [, indent] = /^( *)if \(PLANTED\(\w+\)(?: && .*)?\) \{$/.exec(line) ?? [];
    if (indent === undefined) return;
    for (let j = i + 1; j <= source.indexOf(`${indent}}`, i); j++) behind.add(j + 1);
  });
  /** @param {string} at */
  const asks = (at) => {
    const [line, column] = at.split(':').map(Number);
    const text = source[line - 1];
    const [before, rest] = [text.slice(0, column - 1), text.slice(column - 1)];
    return /^!?PLANTED\(/.test(rest) || /PLANTED\(\w+\) && $/.test(before);
  };
  return {
    lines: new Map([...lines].filter(([number]) => !behind.has(number))),
    conditions: new Map([...conditions].filter(([at]) => !asks(at))),
  };
}

/** @param {string} path @param {FileCoverage} coverage */
function summaryOf(path, { lines, conditions }) {
  const sides = [...conditions].flatMap(([at, [whenTrue, whenFalse]]) => [
    { at, side: 'true', count: whenTrue },
    { at, side: 'false', count: whenFalse },
  ]);
  const missedLines = [...lines].filter(([, count]) => count === 0);
  const missedSides = sides.filter(({ count }) => count === 0);
  return {
    path,
    lines: { all: lines.size, run: lines.size - missedLines.length },
    branches: { all: sides.length, run: sides.length - missedSides.length },
    missed: [
      ...missedLines.map(([number]) => `${path}:${number} never ran`),
      ...missedSides.map(({ at, side }) => `${path}:${at} was never ${side}`),
    ],
  };
}

/** @typedef {{ all: number, run: number }} Count */

/** @param {Count} count */
const percent = ({ all, run }) => (all === 0 ? 100 : (100 * run) / all);

/** @param {Count} count */
const cell = (count) =>
  `${percent(count).toFixed(1).padStart(7)} % ${`${count.run}/${count.all}`.padStart(10)}`;

/** @param {Count[]} counts @returns {Count} */
const sum = (counts) => ({
  all: counts.reduce((total, { all }) => total + all, 0),
  run: counts.reduce((total, { run }) => total + run, 0),
});

rmSync('build/coverage/profiles', { recursive: true, force: true });
mkdirSync(PROFILES, { recursive: true });
await mustRun('coverage-compile', ['./build.sh', 'make', 'coverage']);
for (const command of programs()) await runCounted(command);
const profiles = findFiles(PROFILES, /\.profraw$/);
await mustRun('coverage-merge', [
  llvmTool('llvm-profdata'),
  'merge',
  '-sparse',
  '-o',
  MERGED,
  ...profiles,
]);

const files = [...readCoverage(programs().map(([program]) => program))]
  .map(([path, coverage]) => summaryOf(path, withoutPlanted(path, coverage)))
  .sort((a, b) => (a.path < b.path ? -1 : 1));
const total = {
  lines: sum(files.map(({ lines }) => lines)),
  branches: sum(files.map(({ branches }) => branches)),
};
console.log(`${'file'.padEnd(26)}${'lines'.padStart(20)}${'branches'.padStart(20)}`);
for (const { path, lines, branches } of [...files, { path: 'in all', ...total }]) {
  console.log(`${path.padEnd(26)}${cell(lines)}${cell(branches)}`);
}
writeFileSync(
  MISSED,
  files
    .flatMap(({ missed }) => missed)
    .map((line) => `${line}\n`)
    .join(''),
);
if (percent(total.lines) < LEAST.lines || percent(total.branches) < LEAST.branches) {
  console.error(
    `tidemark: less than ${LEAST.lines} % of lines or ${LEAST.branches} % of branches: see ${MISSED}`,
  );
  process.exitCode = 1;
}
