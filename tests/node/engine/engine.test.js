import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Effect, ErrorCode } from '../../../js-glue/engine/codes.js';
import { Engine } from '../../../js-glue/engine/engine.js';

const HOUR = 3_600_000;

test('a number in a message finds the key that holds it, as JSON.parse would read it', () => {
  const engine = new Engine({ seed: 1n });
  engine.rules(JSON.stringify([{ on: 'n', invalidate: [{ key: ['n', '$id'], exact: true }] }]), 0);
  const texts = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc
      .tuple(fc.integer(), fc.nat(), fc.integer({ min: -330, max: 300 }))
      .map(([whole, fraction, exponent]) => `${whole}.${fraction}e${exponent}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const entry = engine.build(['n', JSON.parse(text)], HOUR, 0);
      const touched = engine.change(`{"resource":"n","id":${text}}`, 0);
      engine.remove([entry], 0);
      engine.drain(() => {});
      return touched === 1;
    }),
    { numRuns: 2000 },
  );
});

test('memory grows under a hundred thousand entries, and every one is found', () => {
  const engine = new Engine({ seed: 1n });
  const before = engine.stats().memory;
  for (let i = 0; i < 100_000; i++) engine.build(['tasks', 'detail', i], HOUR, 0);
  assert.ok(engine.stats().memory > before);
  for (let i = 0; i < 100_000; i += 97) assert.ok(engine.find(['tasks', 'detail', i]) > 0);
  assert.equal(engine.match(['tasks'], 0, 0).length, 100_000);
});

test('a list longer than the scratch buffer reaches the core whole', () => {
  const engine = new Engine({ seed: 1n });
  const entries = Array.from({ length: 50_000 }, (_, i) => engine.build([i], HOUR, 0));
  let dropped = 0;
  engine.remove(entries, 0);
  engine.drain((type) => {
    dropped += type === Effect.DROP ? 1 : 0;
  });
  assert.equal(dropped, 50_000);
});

test('a limit that is out of range is refused by name of the option', () => {
  assert.throws(
    () => new Engine({ limits: { jsonDepth: 1000 } }),
    (error) => error.code === ErrorCode.OPTION,
  );
});

test('at the limit the entry that was unused longest is forgotten', () => {
  const engine = new Engine({ limits: { entries: 2 } });
  engine.build(['a'], HOUR, 0);
  engine.build(['b'], HOUR, 1);
  engine.build(['a'], HOUR, 2); // asked for again: b is unused longer now
  engine.build(['c'], HOUR, 3);
  assert.deepEqual(
    [['a'], ['b'], ['c']].map((key) => engine.find(key) > 0),
    [true, false, true],
  );
});

test('two engines share nothing', () => {
  const [one, other] = [new Engine({ seed: 1n }), new Engine({ seed: 1n })];
  one.build(['a'], HOUR, 0);
  assert.equal(other.find(['a']), 0);
});

test('a frame longer than the limit is counted and dropped', () => {
  const engine = new Engine({ seed: 1n });
  engine.connect({}, 0);
  engine.socketOpened(1, 0);
  engine.socketText(1, JSON.stringify({ type: 'x'.repeat(100_000) }), 0);
  assert.equal(engine.stats().messagesBad, 1);
});
