import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { glueFiles } from './source.js';

/** Each one is a place where tsc does not see whether code and declaration part. */
const MOST = 15;

/** `any`, and what says the same in other words. */
const UNTYPED = /\bany\b|\bAny\b|\bFunction\b|\*/;

/**
 * The types of JSDoc: what stands in the braces behind a tag.
 *
 * @param {string} code
 * @returns {{ type: string, start: number, end: number }[]}
 */
function typesOf(code) {
  return [...code.matchAll(/@\w+\s+\{/g)].map((match) => {
    const start = match.index + match[0].length;
    let end = start;
    for (let depth = 1; depth > 0 && end < code.length; end++) {
      if (code[end] === '{') depth += 1;
      if (code[end] === '}') depth -= 1;
    }
    return { type: code.slice(start, end - 1).replace(/\n\s*\*/g, ''), start, end };
  });
}

const places = glueFiles.flatMap((path) => {
  const code = readFileSync(path, 'utf8');
  return typesOf(code)
    .filter(({ type }) => UNTYPED.test(type))
    .map(({ type, start, end }) => {
      const line = code.slice(0, start).split('\n').length;
      const behind = code.slice(end).split('\n', 2).join(' ');
      return { place: `${path}:${line}: ${type}`, hasReason: /\bany: /.test(behind) };
    });
});

test(`at most ${MOST} types in js-glue are any`, () => {
  assert.ok(places.length <= MOST, places.map(({ place }) => place).join('\n'));
});

test('every any in js-glue says why, behind it or on the next line', () => {
  const silent = places.filter(({ hasReason }) => !hasReason).map(({ place }) => place);
  assert.deepEqual(silent, []);
});

for (const type of ['any', 'any[]', '{ a: { b: any } }', '(...args: any[]) => void', '*']) {
  test(`${type} counts as any`, () => {
    const [found] = typesOf(`/** @param {${type.replace(' ', '\n * ')}} name any length */`);
    assert.match(found.type, UNTYPED);
  });
}
