import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { findFiles } from '../find-files.js';
import { boundaryFiles, coreFiles, filesUsing, includesOf } from './source.js';

/** What any part of the core may build on; these build on each other only. */
const FOUNDATION = [
  'cache',
  'memory',
  'bytes',
  'pool',
  'table',
  'hash',
  'timer',
  'position',
  'planted',
];

/**
 * Who may include whom, besides its own header and the foundation. A module that is not listed may
 * include nothing more. cache.c and its parts are not listed: they connect the others.
 *
 * @type {Record<string, string[]>}
 */
const MAY_INCLUDE = {
  index: ['key'],
  entry: ['freshness'],
  observer: ['entry'],
  json: ['json_check', 'cJSON'],
  message: ['json'],
  key_writer: ['json'],
  rule: ['json', 'detail', 'key_writer'],
  tag: ['index', 'key'],
};

/** Who may have variables of file scope: json, as cJSON's hooks have no context to find memory by. */
const MAY_HOLD_STATE = ['json'];

const DISPATCHER = /^src\/cache(\.c|_\w+\.[ch])$/;
const features = coreFiles.filter((path) => !DISPATCHER.test(path));

/** @param {string} path */
const moduleOf = (path) => path.replace(/^.*\/|\.[ch]$/g, '');

test('a module of the core includes only what the table grants it', () => {
  const wrong = features.flatMap((path) => {
    const own = moduleOf(path);
    const granted = new Set([own, ...FOUNDATION, ...(MAY_INCLUDE[own] ?? [])]);
    return includesOf(path)
      .filter((header) => !granted.has(moduleOf(header)))
      .map((header) => `${path} includes ${header}`);
  });
  assert.deepEqual(wrong, []);
});

test('the foundation builds on itself alone', () => {
  const wrong = features
    .filter((path) => FOUNDATION.includes(moduleOf(path)))
    .flatMap((path) => includesOf(path).map((header) => ({ path, header: moduleOf(header) })))
    .filter(({ header }) => !FOUNDATION.includes(header));
  assert.deepEqual(wrong, []);
});

test('no two headers of the core include each other, directly or around corners', () => {
  const headers = new Map(
    coreFiles
      .filter((path) => path.endsWith('.h'))
      .map((path) => [moduleOf(path), includesOf(path).map(moduleOf)]),
  );
  /** @param {string} name @param {string[]} trail */
  const visit = (name, trail) => {
    assert.ok(!trail.includes(name), `${[...trail, name].join(' -> ')}`);
    for (const next of headers.get(name) ?? []) visit(next, [...trail, name]);
  };
  for (const name of headers.keys()) visit(name, []);
});

test('cJSON is included by json.c alone', () => {
  const users = [...coreFiles, ...boundaryFiles].filter((path) =>
    includesOf(path).some((header) => /cJSON/i.test(header)),
  );
  assert.deepEqual(users, ['src/json.c']);
});

test('nothing uses the parts of cJSON that print, compare, patch or ignore case', () => {
  const banned =
    /\bcJSON_(Compare|Print\w*|GetObjectItem|HasObjectItem|Minify)\s*\(|\bcJSONUtils_\w+/;
  assert.deepEqual(filesUsing([...coreFiles, ...boundaryFiles], banned), []);
});

test('the core asks nobody but its caller for memory, time, chance or output', () => {
  const banned =
    /(?<![.>\w])(malloc|calloc|realloc|free|strdup|alloca|v?f?s?n?printf|puts|fopen|time|clock|clock_gettime|gettimeofday|s?rand|random|getenv|abort|exit)\s*\(/;
  assert.deepEqual(filesUsing(coreFiles, banned), []);
});

test('Emscripten is known to wasm/exports.c alone', () => {
  const others = [...coreFiles, ...boundaryFiles].filter((path) => path !== 'wasm/exports.c');
  assert.deepEqual(filesUsing(others, /emscripten|__wasm/i), []);
});

test('the core has no variables of file scope that can change', () => {
  const sources = coreFiles.filter((path) => path.endsWith('.c'));
  const variables = sources
    .filter((path) => !MAY_HOLD_STATE.includes(moduleOf(path)))
    .flatMap((path) => {
      const object = `build/native/gcc/${path.replace(/\.c$/, '.o')}`;
      return execFileSync('nm', ['--format=sysv', object], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => /\|\s*(\.t?bss|\.t?data(?!\.rel\.ro)|\*COM\*)\S*$/.test(line))
        .map((line) => `${path}: ${line.split('|')[0].trim()}`);
    });
  assert.deepEqual(variables, []);
});

test('no core that is shipped has a mistake planted in it', () => {
  const objects = coreFiles
    .filter((path) => path.endsWith('.c'))
    .flatMap((path) =>
      ['native/gcc', 'native/clang', 'wasm'].map((b) => `build/${b}/${path.replace(/c$/, 'o')}`),
    );
  // Objects name what they need of others in plain text, WebAssembly's too.
  const needing = (/** @type {string} */ symbol) =>
    objects.filter((path) => readFileSync(path).includes(symbol));
  assert.deepEqual(needing('tidemark_planted'), []);
  assert.notDeepEqual(needing('memory_release'), []);
});

test('every mistake that can be planted stands at one place', () => {
  const header = readFileSync('src/planted.h', 'utf8');
  const names = [...header.matchAll(/ {2}BUG\((\w+),/g)].map((match) => match[1]);
  const sources = coreFiles
    .filter((path) => path.endsWith('.c'))
    .map((f) => readFileSync(f, 'utf8'));
  const places = (/** @type {string} */ name) =>
    sources.join().split(`PLANTED(${name})`).length - 1;
  assert.deepEqual(
    names.filter((name) => places(name) !== 1),
    [],
  );
  assert.ok(names.length >= 18);
});

test('no line of C is longer than 100 characters: clang-format leaves comments as they are drawn', () => {
  const wrong = [...coreFiles, ...boundaryFiles, ...findFiles('tests', /\.[ch]$/)].flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.length > 100 ? [`${path}:${index + 1}`] : [])),
  );
  assert.deepEqual(wrong, []);
});
