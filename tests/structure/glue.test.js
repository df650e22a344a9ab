import assert from 'node:assert/strict';
import { dirname, join } from 'node:path/posix';
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

/**
 * Who may import whom, from the ground up: a folder knows only folders that stand above it here.
 *
 * @type {Record<string, string[]>}
 */
const FOLDERS = {
  'js-glue/engine': ['wasm'],
  'js-glue/runtime': ['js-glue/engine'],
  'js-glue/errors': ['js-glue/runtime'],
  'js-glue/render': ['js-glue/runtime'],
  'js-glue/query': ['js-glue/runtime', 'js-glue/engine', 'js-glue/errors'],
  'js-glue/rules': ['js-glue/runtime', 'js-glue/query'],
  'js-glue/channel': ['js-glue/runtime', 'js-glue/engine', 'js-glue/errors'],
  'js-glue/mutation': [
    'js-glue/runtime',
    'js-glue/engine',
    'js-glue/errors',
    'js-glue/query',
    'js-glue/rules',
  ],
  'js-glue/client': [
    'js-glue/runtime',
    'js-glue/engine',
    'js-glue/errors',
    'js-glue/query',
    'js-glue/rules',
    'js-glue/channel',
    'js-glue/mutation',
  ],
  'js-glue': [
    'js-glue/runtime',
    'js-glue/engine',
    'js-glue/errors',
    'js-glue/render',
    'js-glue/query',
    'js-glue/rules',
    'js-glue/channel',
    'js-glue/mutation',
    'js-glue/client',
  ],
  'js-glue/react': [
    'js-glue/runtime',
    'js-glue/engine',
    'js-glue/query',
    'js-glue/mutation',
    'js-glue/client',
    'js-glue',
  ],

  'js-glue/hub/base': [],
  'js-glue/hub/figures': [],
  'js-glue/hub/log': ['js-glue/hub/base'],
  'js-glue/hub/access': ['js-glue/hub/base'],
  'js-glue/hub/delivery': [
    'js-glue/hub/base',
    'js-glue/hub/figures',
    'js-glue/hub/log',
    'js-glue/hub/access',
  ],
  'js-glue/hub/transport': [
    'js-glue/hub/base',
    'js-glue/hub/figures',
    'js-glue/hub/access',
    'js-glue/hub/delivery',
  ],
  'js-glue/hub/sources': ['js-glue/hub/base'],
  'js-glue/hub/postgres': ['js-glue/hub/base', 'js-glue/hub/sources'],
  'js-glue/hub/redis': ['js-glue/hub/base', 'js-glue/hub/log'],
  'js-glue/hub': [
    'js-glue/hub/base',
    'js-glue/hub/figures',
    'js-glue/hub/log',
    'js-glue/hub/access',
    'js-glue/hub/delivery',
    'js-glue/hub/transport',
    'js-glue/hub/sources',
  ],
};

/** @param {string} path */
const folderOf = (path) => path.split('/').slice(1, -1)[0] ?? '';

test('only the engine touches WebAssembly, its exports and its memory', () => {
  const others = glueFiles.filter((path) => !['engine', 'hub'].includes(folderOf(path)));
  assert.deepEqual(filesUsing(others, /\bWebAssembly\.|\.buffer\b|\bDataView\b|\.exports\b/), []);
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

test('every folder of the shim stands in the table of who may import whom', () => {
  const folders = new Set(glueFiles.map((path) => dirname(path)));
  assert.deepEqual([...folders].sort(), Object.keys(FOLDERS).sort());
});

test('a folder of the shim imports only what the table grants it', () => {
  const wrong = glueFiles.flatMap((path) =>
    importsOf(path)
      .filter((name) => name.startsWith('.'))
      .map((name) => dirname(join(dirname(path), name)))
      .filter((folder) => folder !== dirname(path) && !FOLDERS[dirname(path)].includes(folder))
      .map((folder) => `${path} imports from ${folder}`),
  );
  assert.deepEqual(wrong, []);
});

test('no folder of the shim imports upward', () => {
  const order = ['wasm', ...Object.keys(FOLDERS)];
  const wrong = Object.entries(FOLDERS).flatMap(([folder, others]) =>
    others.filter((o) => order.indexOf(o) >= order.indexOf(folder)).map((o) => `${folder}: ${o}`),
  );
  assert.deepEqual(wrong, []);
});

test('the shim imports nothing from the demo or the tests', () => {
  const wrong = glueFiles.filter((path) =>
    importsOf(path).some((name) => /(^|\/)(demo|tests)\//.test(name)),
  );
  assert.deepEqual(wrong, []);
});
