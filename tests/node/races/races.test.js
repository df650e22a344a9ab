import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { racesTable } from './table.js';

test('the table of races in the README is what ./build.sh races prints', async () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, table] = readme.match(/<!-- races -->\n+((?:\|.*\n)+)/) ?? [];
  assert.equal(table?.trim(), await racesTable());
});
