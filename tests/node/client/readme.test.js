import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../../../', import.meta.url);

/** The block of JavaScript after the line `<!-- example -->`. */
function example() {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const [, code] = readme.match(/<!-- example -->\s*```js\n([\s\S]*?)```/) ?? [];
  assert.ok(code, 'README.md marks its example with <!-- example -->');
  return code;
}

test('the example of the README runs as it stands', async (t) => {
  // In the checkout, so that the package finds itself by its own name.
  const folder = mkdtempSync(fileURLToPath(new URL('tests/node/client/readme-', root)));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = `${folder}/example.js`;
  writeFileSync(file, example());
  await import(pathToFileURL(file).href);
});

test('it fits a screen', () => {
  assert.ok(example().split('\n').length <= 30);
});
