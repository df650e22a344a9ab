/**
 * Measures how long a change takes from its commit to the screen on three pages of one list, prints the
 * figures and writes results-pixels.md. Started by `./build.sh bench pixels`. `--changes N`,
 * `--idle SECONDS` and `--times N` only try it: they write nothing.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openClinic } from './clinic.js';
import { measureSingle, measureTogether } from './measure.js';
import { resultsPage } from './report.js';

const RESULTS = 'tests/bench/results-pixels.md';

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '200' },
    idle: { type: 'string', default: '60' },
    times: { type: 'string', default: '10' },
  },
});
const isWhole = process.argv.length === 2;
const effort = {
  changes: Number(values.changes),
  idleSeconds: Number(values.idle),
  times: Number(values.times),
};

const clinic = await openClinic();
try {
  const single = await measureSingle(clinic, effort);
  const together = await measureTogether(clinic, effort);
  const results = resultsPage(clinic.version, effort, single, together);
  console.log(results);
  if (isWhole) writeFileSync(RESULTS, `${results}\n`);
} finally {
  await clinic.close();
}
