import assert from 'node:assert/strict';
import test from 'node:test';
import { MEMORY, OPTIMISTIC, ROWS } from '../../bench/rows.js';
import { runCommand } from '../../run-command.js';

test('the bench measures every row in Node', async () => {
  const { ok, output } = await runCommand('bench', [
    './build.sh',
    'bench',
    '--quick',
    '--platform',
    'node',
  ]);
  assert.ok(ok, output);
  for (const { title } of [...ROWS, MEMORY, ...OPTIMISTIC]) {
    const line = output.split('\n').find((line) => line.startsWith(`| ${title} |`));
    assert.match(line ?? '', /^\| [^|]+ \| [\d.]+ (ns|µs|ms|B) \|/, title);
  }
});
