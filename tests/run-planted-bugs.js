import { execFileSync } from 'node:child_process';
import { runCommand } from './run-command.js';

const SIMULATOR = 'build/simulation/planted';

/**
 * Plants each mistake of src/planted.h in the core, one at a time, and lets the simulator look for
 * it: what it does not see shows a hole in its invariants.
 *
 * @param {string} seeds  how many worlds each may take
 * @returns {Promise<import('./run.js').Outcome>}
 */
export async function runPlantedBugs(seeds) {
  const built = await runCommand('compile-planted', ['./build.sh', 'make', SIMULATOR]);
  if (!built.ok) return { passed: 0, failed: 1, output: built.output };
  const list = execFileSync(SIMULATOR, ['--bugs'], { encoding: 'utf8' }).trim().split('\n');
  const total = { passed: 0, failed: 0, output: '', report: '' };
  for (const name of list.map((line) => line.split(' ')[0])) {
    const { ok, output } = await runCommand(`planted-${name}`, [
      SIMULATOR,
      ...['--bug', name, '--seeds', seeds],
    ]);
    // A crash would be no proof: only the sentence of the simulator counts.
    const caught = ok && output.startsWith(`${name}: caught by `);
    total.passed += caught ? 1 : 0;
    total.failed += caught ? 0 : 1;
    if (caught) total.report += `  ${output.split('\n')[0]}\n`;
    else total.output += output || `${name}: the simulator ended without a word\n`;
  }
  return total;
}
