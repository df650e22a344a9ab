import assert from 'node:assert/strict';
import test from 'node:test';
import { filesUsing, glueFiles, importsOf } from './source.js';

/**
 * Packages that a folder of js-glue may import; a folder that is not listed imports none.
 *
 * @type {Record<string, RegExp>}
 */
const MAY_IMPORT = {
  hub: /^(node:.*|ws|pg|ioredis|@electric-sql\/pglite)$/,
  react: /^react$/,
};

/** @param {string} path */
const folderOf = (path) => path.split('/').slice(1, -1)[0] ?? '';

test('only the engine touches WebAssembly, its exports and its memory', () => {
  const others = glueFiles.filter((path) => !['engine', 'hub'].includes(folderOf(path)));
  assert.deepEqual(filesUsing(others, /\bWebAssembly\b|\.buffer\b|\bDataView\b|\.exports\b/), []);
});

test('only the engine imports the compiled core', () => {
  const importers = glueFiles.filter((path) =>
    importsOf(path).some((name) => name.includes('wasm/tidemark')),
  );
  assert.ok(importers.length > 0);
  assert.deepEqual(
    importers.filter((path) => folderOf(path) !== 'engine'),
    [],
  );
});

test('a folder of the shim imports only the packages granted to it', () => {
  const wrong = glueFiles.flatMap((path) =>
    importsOf(path)
      .filter((name) => !name.startsWith('.') && !MAY_IMPORT[folderOf(path)]?.test(name))
      .map((name) => `${path} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test("the browser's half and the hub do not import each other", () => {
  const wrong = glueFiles.flatMap((path) =>
    importsOf(path)
      .filter((name) => name.startsWith('.'))
      .map((name) => new URL(name, `file:///${path}`).pathname.slice(1))
      .filter((target) => (folderOf(target) === 'hub') !== (folderOf(path) === 'hub'))
      .map((target) => `${path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('the shim imports nothing from the demo or the tests', () => {
  const wrong = glueFiles.filter((path) =>
    importsOf(path).some((name) => /(^|\/)(demo|tests)\//.test(name)),
  );
  assert.deepEqual(wrong, []);
});
