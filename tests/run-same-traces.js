import { runCommand } from './run-command.js';

const SIMULATOR = 'build/simulation/simulate';

/**
 * Plays the same worlds natively and in WebAssembly: each must leave the same trace.
 *
 * @param {string} seeds
 * @returns {Promise<import('./run.js').Outcome>}
 */
export async function runSameTraces(seeds) {
  const built = await runCommand('compile-simulation-wasm', [
    './build.sh',
    ...['make', SIMULATOR, `${SIMULATOR}.wasm`],
  ]);
  if (!built.ok) return { passed: 0, failed: 1, output: built.output };
  const native = await runCommand('hashes-native', [SIMULATOR, '--hashes', '--seeds', seeds]);
  const wasm = await runCommand('hashes-wasm', ['node', 'tests/simulation/hashes.js', seeds]);
  if (!native.ok || !wasm.ok) return { passed: 0, failed: 1, output: native.output + wasm.output };
  return compare(native.output.trim().split('\n'), wasm.output.trim().split('\n'), Number(seeds));
}

/**
 * @param {string[]} native  "seed hash" each
 * @param {string[]} wasm
 * @param {number} seeds
 */
function compare(native, wasm, seeds) {
  const other = native.findIndex((line, i) => line !== wasm[i]);
  const same = other < 0 && native.length === seeds && wasm.length === seeds;
  const output = `natively and in WebAssembly: ${native[other]}, ${wasm[other]}`;
  return { passed: same ? 1 : 0, failed: same ? 0 : 1, output };
}
