import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runCommand } from './run-command.js';

/**
 * Builds and runs the cmocka programs, and the fuzz targets on the inputs that fuzzers found, under
 * AddressSanitizer and UndefinedBehaviorSanitizer.
 *
 * @param {string[]} files  tests/native/test_*.c, tests/fuzz/fuzz_*.c
 * @returns {Promise<import('./run.js').Outcome>}
 */
export async function runNativeTests(files) {
  const total = { passed: 0, failed: 0, output: '' };
  if (files.length === 0) return total;

  const built = await make('compile-tests', '-k', 'tests', 'replays');
  if (!built.ok) total.output += built.output;
  for (const file of files) {
    const command = commandOf(file);
    const upToDate = (await make('compile-test', '-q', command[0])).ok;
    const outcome = upToDate ? await runProgram(command) : { passed: 0, failed: 1, output: '' };
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    if (!upToDate) total.output += `${file} did not compile\n`;
    if (outcome.failed > 0) total.output += outcome.output;
  }
  return total;
}

/** @param {string} file @returns {string[]}  what make builds of it, and its arguments */
function commandOf(file) {
  const target = /\/fuzz_(\w+)\.c$/.exec(file)?.[1];
  return target
    ? [`build/fuzz-replays/${target}`, target, `tests/fuzz/corpus/${target}`]
    : [file.replace(/^tests\/native\/(.*)\.c$/, 'build/native-tests/$1')];
}

/** @param {string[]} command */
async function runProgram(command) {
  const name = command[0].replace(/^build\//, '').replaceAll('/', '-');
  const { ok, output } = await runCommand(name, command, { env: environment() });
  const planned = Number(output.match(/^1\.\.(\d+)/m)?.[1] ?? 0);
  const passed = output.match(/^ok \d+/gm)?.length ?? 0;
  if (planned === 0) return { passed, failed: 1, output: `${name} ran no test\n${output}` };
  // A sanitizer ends the program in the middle of a test; a leak shows only after the last one.
  const failed = Math.max(planned - passed, ok ? 0 : 1);
  return { passed, failed, output: `${name}:\n${output.replace(/^ok \d.*\n/gm, '')}` };
}

/** @param {string} log @param {string[]} args */
function make(log, ...args) {
  return runCommand(log, ['./build.sh', 'make', ...args]);
}

/** @returns {Record<string, string>}  TAP from cmocka, line numbers from the sanitizers */
function environment() {
  const symbolizer = execFileSync('clang', ['-print-prog-name=llvm-symbolizer'], {
    encoding: 'utf8',
  }).trim();
  return {
    CMOCKA_MESSAGE_OUTPUT: 'TAP',
    ASAN_OPTIONS: 'print_legend=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
    ...(existsSync(symbolizer) && { ASAN_SYMBOLIZER_PATH: symbolizer }),
  };
}
