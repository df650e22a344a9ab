/** Answers that say their position in the stream. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startLive } from './live.js';
import { observe } from './setup.js';

test('an answer as of an epoch that the stream never had is fetched once, and warned of once', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const { client, advance } = await startLive(t);
  let fetches = 0;
  const queryFn = async (/** @type {any} */ { asOf }) => {
    fetches += 1;
    asOf('elsewhere:9');
    return fetches;
  };
  const one = observe(t, client, { queryKey: ['tasks', '1'], queryFn, staleTime: Infinity });
  observe(t, client, { queryKey: ['tasks', '2'], queryFn, staleTime: Infinity });
  await advance(20 * 60_000);
  assert.equal(fetches, 2, 'one of each');
  assert.equal(one.result.isStale, false);
  const warnings = warn.mock.calls.map(({ arguments: [text] }) => text);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /Tidemark-As-Of.*must be asOf\(\) of the hub/);
});
