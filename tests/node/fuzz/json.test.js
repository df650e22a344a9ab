/**
 * What the core takes for JSON, held against JSON.parse through the module that browsers run.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { ErrorCode } from '../../../js-glue/engine/codes.js';
import { Engine } from '../../../js-glue/engine/engine.js';
import { findFiles } from '../../find-files.js';
import { refusalOf } from './refusals.js';

const LIMITS = { depth: 32, bytes: 16384, members: 1024 };
const engine = new Engine({ seed: 1n, limits: { messageBytes: LIMITS.bytes } });

/** A text that is JSON, but no change, is refused too: with another code. @param {string} text */
function coreTakes(text) {
  try {
    engine.change(text, 0);
    return true;
  } catch (error) {
    if (error.code === ErrorCode.CHANGE) return true;
    assert.equal(error.code, ErrorCode.JSON, String(error));
    return false;
  }
}

/** @param {string} text */
function javaScriptTakes(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} text */
function assertAgreement(text) {
  const expected = javaScriptTakes(text) && refusalOf(text, LIMITS) === undefined;
  assert.equal(coreTakes(text), expected, JSON.stringify(text.slice(0, 400)));
}

/** @param {string} text @param {string} reason */
function assertRefusedFor(text, reason) {
  assert.ok(javaScriptTakes(text));
  assert.equal(refusalOf(text, LIMITS), reason);
  assert.equal(coreTakes(text), false);
}

/** @param {number} levels */
const nested = (levels) => '['.repeat(levels) + ']'.repeat(levels);
/** @param {number} count */
const withMembers = (count) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, 0])));
/** @param {number} bytes */
const ofLength = (bytes) => `"${'x'.repeat(bytes - 2)}"`;

for (const [limit, make, most, reason] of /** @type {const} */ ([
  ['levels', nested, LIMITS.depth, 'too deep'],
  ['members of an object', withMembers, LIMITS.members, 'too many members'],
  ['bytes', ofLength, LIMITS.bytes, 'too long'],
])) {
  test(`${most} ${limit} are taken`, () => {
    assert.ok(coreTakes(make(most)));
  });

  test(`${most + 1} ${limit} are refused`, () => {
    assertRefusedFor(make(most + 1), reason);
  });
}

for (const [text, reason] of [
  ['{"a":1,"a":2}', 'a name twice'],
  ['[{"b":{"a":1,"\\u0061":2}}]', 'a name twice'],
  ['["\\u0000"]', 'a zero character'],
  ['{"\\u0000":1}', 'a zero character'],
  ['"\\ud800"', 'half a surrogate pair'],
  ['"\\udc00\\ud800"', 'half a surrogate pair'],
]) {
  test(`${text} is refused for ${reason}`, () => {
    assertRefusedFor(text, reason);
  });
}

const letters = fc.constantFrom(
  ...'{}[]",:\\ \n\t0123456789.eE+-truefalsnulbdx\u0000\u007f\u{1f600}é',
);
const words = fc.constantFrom(
  ...['null', 'true', '"a":', '{}', '[]', '\\u0000', '\\ud83d', '\\ude00', '1e999', '-0', '\ufeff'],
);

test('JSON of any value is taken or refused as JSON.parse and the limits say', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 8 }), assertAgreement), { numRuns: 5000 });
});

test('JSON with anything changed in it is taken or refused as JSON.parse and the limits say', () => {
  const change = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.oneof(letters, words));
  const texts = fc
    .tuple(fc.json({ maxDepth: 4 }), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) =>
      changes.reduce((changed, [where, gone, come]) => {
        const at = where % (changed.length + 1);
        return changed.slice(0, at) + come + changed.slice(at + gone);
      }, text),
    )
    .filter((text) => text.isWellFormed());
  fc.assert(fc.property(texts, assertAgreement), { numRuns: 20_000 });
});

test('letters and words of JSON in any order are taken or refused as JSON.parse and the limits say', () => {
  const texts = fc
    .array(fc.oneof(letters, words), { maxLength: 12 })
    .map((parts) => parts.join(''));
  fc.assert(fc.property(texts, assertAgreement), { numRuns: 20_000 });
});

test("the fuzzers' corpus is taken or refused as JSON.parse and the limits say", () => {
  const files = findFiles('tests/fuzz/corpus', /\/(json|message|rules)\/[^/]+$/);
  assert.ok(files.length > 0);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const file of files) {
    for (const line of readFileSync(file).toString('latin1').split('\n')) {
      let text;
      try {
        text = decoder.decode(Buffer.from(line, 'latin1'));
      } catch {
        continue; /* no text at all: JSON.parse has no say in it */
      }
      assertAgreement(text);
    }
  }
});
