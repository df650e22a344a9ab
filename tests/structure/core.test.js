import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { findFiles } from '../find-files.js';
import { boundaryFiles, codeOf, coreFiles, filesUsing, includesOf } from './source.js';

/** What any part of the core may build on; these build on each other only. */
const FOUNDATION = [
  'tidemark',
  'invariant',
  'memory',
  'bytes',
  'pool',
  'table',
  'hash',
  'prng',
  'wheel',
  'position',
  'planted',
];

/** The modules under the wiring: they do not know each other, but for these. */
const MODULES = {
  detail: [],
  freshness: [],
  entry: ['freshness'],
  observer: ['entry'],
  schedule: [],
  key: [],
  index: ['key'],
  tags: ['index', 'key'],
  json_check: [],
  json: ['json_check', 'cJSON'],
  key_writer: ['json'],
  rules: ['json', 'detail', 'key_writer'],
  message: ['json'],
  stream: [],
  storm: [],
  scopes: [],
  mutations: [],
  error: [],
};

/**
 * The wiring, from the ground up: a file knows the state, whatever module it needs, and of the
 * wiring only what stands above it here.
 */
const WIRING = {
  cache: [],
  cache_check: [],
  cache_gc: [],
  cache_entry: ['cache_gc'],
  cache_mark: ['cache_entry'],
  cache_mutation: ['cache_entry', 'cache_mark'],
  cache_scope: ['cache_entry', 'cache_mark'],
  cache_drain: ['cache_check', 'cache_entry', 'cache_gc', 'cache_scope'],
  cache_inspect: ['cache_scope'],
  cache_start: ['cache_entry'],
  cache_observer: ['cache_entry', 'cache_gc', 'cache_mutation', 'cache_start'],
  cache_environment: ['cache_entry', 'cache_gc', 'cache_observer'],
  cache_lifetime: ['cache_entry', 'cache_gc', 'cache_mutation', 'cache_observer'],
  cache_change: ['cache_lifetime', 'cache_mark', 'cache_mutation'],
  cache_fetch: [
    'cache_entry',
    'cache_lifetime',
    'cache_mark',
    'cache_mutation',
    'cache_observer',
    'cache_start',
  ],
  cache_stream: ['cache_change', 'cache_mark', 'cache_scope'],
  cache_step: [
    'cache_change',
    'cache_check',
    'cache_fetch',
    'cache_lifetime',
    'cache_mutation',
    'cache_environment',
    'cache_observer',
    'cache_scope',
    'cache_start',
    'cache_stream',
  ],
};

/** Who may include whom, besides its own header and the foundation. @type {Record<string, string[]>} */
const MAY_INCLUDE = {
  ...Object.fromEntries(FOUNDATION.map((name) => [name, []])),
  ...MODULES,
  ...Object.fromEntries(
    Object.entries(WIRING).map(([name, wiring]) => [
      name,
      ['cache', ...wiring, ...Object.keys(MODULES)],
    ]),
  ),
};

/** Who may have variables of file scope: json, as cJSON's hooks have no context to find memory by. */
const MAY_HOLD_STATE = ['json'];

/** @param {string} path */
const moduleOf = (path) => path.replace(/^.*\/|\.[ch]$/g, '');

test('every file of the core stands in the table of who may include whom', () => {
  const modules = new Set(coreFiles.map(moduleOf));
  assert.deepEqual([...modules].sort(), Object.keys(MAY_INCLUDE).sort());
});

test('a file of the core includes only what the table grants it', () => {
  const wrong = coreFiles.flatMap((path) => {
    const own = moduleOf(path);
    const granted = new Set([own, ...FOUNDATION, ...MAY_INCLUDE[own]]);
    return includesOf(path)
      .filter((header) => !granted.has(moduleOf(header)))
      .map((header) => `${path} includes ${header}`);
  });
  assert.deepEqual(wrong, []);
});

test('a file of the wiring knows only files that stand above it in the table', () => {
  const order = Object.keys(WIRING);
  const wrong = Object.entries(WIRING).flatMap(([name, wiring]) =>
    wiring
      .filter((other) => order.indexOf(other) >= order.indexOf(name))
      .map((o) => `${name}: ${o}`),
  );
  assert.deepEqual(wrong, []);
});

test('a function starts with the name of the file that declares it', () => {
  const wrong = coreFiles
    .filter((path) => path.endsWith('.h') && !['invariant', 'planted'].includes(moduleOf(path)))
    .flatMap((path) => {
      const declared = codeOf(path).matchAll(/^(?!static|\s)[\w *]+?\b(\w+)\([^;{]*\);/gm);
      const prefix = moduleOf(path)
        .replace(/_(writer)$/, '')
        .replace(/s$/, 's?');
      return [...declared]
        .map((match) => match[1])
        .filter((name) => !new RegExp(`^${prefix}(_|$)`).test(name))
        .map((name) => `${path} declares ${name}`);
    });
  assert.deepEqual(wrong, []);
});

test('the foundation builds on itself alone', () => {
  const wrong = coreFiles
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

test('no core that is shipped has a mistake planted in it, or an invariant left in', () => {
  const objects = coreFiles
    .filter((path) => path.endsWith('.c'))
    .flatMap((path) =>
      ['native/gcc', 'native/clang', 'wasm'].map((b) => `build/${b}/${path.replace(/c$/, 'o')}`),
    );
  // Objects name what they need of others in plain text, WebAssembly's too.
  const needing = (/** @type {string} */ symbol) =>
    objects.filter((path) => readFileSync(path).includes(symbol));
  assert.deepEqual(needing('tidemark_planted'), []);
  assert.deepEqual(needing('tidemark_invariant_broken'), []);
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
