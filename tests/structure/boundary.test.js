import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { findFiles } from '../find-files.js';
import { codeOf } from './source.js';

const listed = readFileSync('wasm/exports.txt', 'utf8').split('\n').filter(Boolean);
const bytes = readFileSync('wasm/tidemark.wasm');
const module = new WebAssembly.Module(bytes);

test('wasm/exports.txt is sorted and names nothing twice', () => {
  assert.deepEqual(listed, [...new Set(listed)].sort());
});

test('the compiled core exports what wasm/exports.txt lists, its memory and its initializer', () => {
  const exported = WebAssembly.Module.exports(module).map(({ kind, name }) => `${kind} ${name}`);
  const expected = new Set([...listed, '_initialize'].map((name) => `function ${name}`));
  assert.deepEqual(exported.sort(), [...expected, 'memory memory'].sort());
});

test('the compiled core imports word of memory growth and a parser of rare numbers, no more', () => {
  const imported = WebAssembly.Module.imports(module).map((i) => `${i.kind} ${i.module}.${i.name}`);
  assert.deepEqual(imported.sort(), [
    'function env.emscripten_notify_memory_growth',
    'function env.parse_number',
  ]);
});

test('wasm/tidemark.js holds the same bytes as wasm/tidemark.wasm', async () => {
  const { default: base64 } = await import('../../wasm/tidemark.js');
  assert.ok(bytes.equals(Buffer.from(base64, 'base64')));
});

test('the engine runs the initializer, without which the allocator of the core traps', () => {
  const engine = findFiles('js-glue/engine', /\.js$/);
  assert.ok(engine.some((path) => /\b_initialize\b/.test(codeOf(path))));
});
