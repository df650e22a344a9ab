import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.entries(manifest.exports).filter(([, target]) => target.types);
const folder = 'build/exports';

/**
 * TypeScript that compiles only if the types declare these values and no others.
 *
 * @param {string} entry  as a user imports it
 * @param {string[]} names
 */
function claim(entry, names) {
  return `import * as entry from '${entry}';
export const exported: Record<keyof typeof entry, true> = {
${names.map((name) => `  ${name}: true,\n`).join('')}};
`;
}

for (const [path, target] of entries) {
  const entry = path.replace('.', manifest.name);
  test(`the types of ${entry} declare exactly what it exports`, async () => {
    const names = Object.keys(await import(`../../${target.default}`));
    const name = entry.replaceAll('/', '-');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${name}.ts`, claim(entry, names));
    writeFileSync(
      `${folder}/${name}.json`,
      JSON.stringify({ extends: '../../tsconfig.json', include: [`${name}.ts`] }),
    );
    const { stdout } = spawnSync(
      'node_modules/.bin/tsc',
      ['-p', `${folder}/${name}.json`, '--noErrorTruncation'],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(stdout, '', stdout);
  });
}
