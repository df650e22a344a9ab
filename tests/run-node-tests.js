import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCommand } from './run-command.js';

/**
 * Runs files of node:test and counts from its TAP output.
 *
 * @param {string} log  name of the log under build/log
 * @param {string[]} files
 * @param {{ concurrency?: number }} [options]  files at a time, 1 unless said
 * @returns {Promise<import('./run.js').Outcome>}
 */
export async function runNodeTests(log, files, { concurrency = 1 } = {}) {
  if (files.length === 0) return { passed: 0, failed: 0, output: '' };
  const tap = `build/log/${log}.tap`;
  rmSync(tap, { force: true });
  const { ok, output } = await runCommand(log, [
    process.execPath,
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-timeout=300000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
    ...files,
  ]);
  return judge(ok, output, readIfThere(tap), files);
}

/**
 * @param {boolean} ok  whether the runner said that all is well
 * @param {string} output
 * @param {string} tap
 * @param {string[]} files
 * @returns {import('./run.js').Outcome}
 */
function judge(ok, output, tap, files) {
  const count = (/** @type {string} */ name) =>
    Number(tap.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  let passed = count('pass');
  let failed = count('fail') + count('cancelled');
  let shown = withoutPassing(output);

  // node:test reports a file without any test as one test that passed and has the file's name.
  const lines = tap.split('\n').filter((line) => line.startsWith('ok '));
  for (const file of files.filter((name) =>
    lines.some((line) => line.endsWith(` - ${resolve(name)}`)),
  )) {
    passed -= 1;
    failed += 1;
    shown += `\n${file} holds no test\n`;
  }
  if (!ok && failed === 0) failed = 1;
  return { passed, failed, skipped: count('skipped') + count('todo'), output: shown };
}

/** @param {string} output  the spec reporter's; what is left is worth reading after a failure */
function withoutPassing(output) {
  return output
    .split('\n')
    .filter((line) => !/^\s*✔ /.test(line))
    .join('\n');
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
