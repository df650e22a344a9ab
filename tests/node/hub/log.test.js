import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Log } from '../../../js-glue/hub/log/log.js';

const SCOPES = ['a', 'b', 'c', 'd'];
const scopesOf = fc.uniqueArray(fc.constantFrom(...SCOPES), { minLength: 1, maxLength: 2 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ append: scopesOf }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ epoch: true }) },
);

/**
 * Plays steps on a log and keeps, beside it, everything that ever happened.
 *
 * @param {({ append: string[] } | { wait: number } | { epoch: boolean })[]} steps
 */
function play(steps) {
  let now = 0;
  const log = new Log({ now: () => now, count: 5, ageMs: 100 });
  /** @type {{ seq: number, at: number, scopes: string[], epoch: string }[]} */
  const history = [];
  for (const one of steps) {
    if ('append' in one) {
      const { seq } = log.append({ scopes: one.append, data: '{}' });
      history.push({ seq, at: now, scopes: one.append, epoch: log.epoch });
    } else if ('wait' in one) now += one.wait;
    else log.begin(log.nextEpoch());
  }
  const start = history.filter(({ epoch }) => epoch !== log.epoch).length;
  return { log, history: history.slice(start), start, now };
}

test('since tells exactly what happened or nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), scopesOf, fc.nat(60), (steps, wanted, seq) => {
      const { log, history, start } = play(steps);
      const told = log.since({ epoch: log.epoch, seq }, new Set(wanted));
      if (told === null) return;
      assert.equal(seq >= start, true, 'a position from before this epoch is worth nothing');
      const truth = history.filter(
        (entry) => entry.seq > seq && entry.scopes.some((scope) => wanted.includes(scope)),
      );
      assert.deepEqual(
        told.map((entry) => entry.seq),
        truth.map((entry) => entry.seq),
      );
    }),
  );
});

test('since tells whenever all that was missed is among the last five and young enough', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), scopesOf, fc.nat(60), (steps, wanted, back) => {
      const { log, history, start, now } = play(steps);
      const seq = Math.max(start, log.seq - back);
      const missed = history.filter(
        (entry) => entry.seq > seq && entry.scopes.some((scope) => wanted.includes(scope)),
      );
      const kept = missed.every((entry) => entry.seq > log.seq - 5 && entry.at >= now - 100);
      const told = log.since({ epoch: log.epoch, seq }, new Set(wanted));
      assert.equal(told !== null, kept);
    }),
  );
});

test('a change of very many scopes takes bounded memory, and costs old positions only', () => {
  const log = new Log({ now: () => 0, count: 1, ageMs: 1 });
  for (let id = 1; id <= 10_002; id += 1) log.append({ scopes: [`s${id}`], data: '{}' });
  const since = (/** @type {number} */ seq, /** @type {string} */ scope) =>
    log.since({ epoch: log.epoch, seq }, new Set([scope]))?.length ?? null;
  assert.equal(since(0, 'never used'), null);
  assert.equal(since(1, 'never used'), 0);
  assert.equal(since(1, 's10002'), 1);
});
