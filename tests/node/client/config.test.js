/** What the options of a client must be. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { QueryClient } from '../../../js-glue/index.js';

for (const [config, message] of /** @type {[any, RegExp][]} */ ([
  [{ limits: { jsonDepth: 100 } }, /^TypeError: limits\.jsonDepth is 100; .* up to 64/],
  [{ limits: { entries: -1 } }, /^TypeError: limits\.entries is -1/],
  [{ limits: { messageBytes: '64 KiB' } }, /^TypeError: limits\.messageBytes is 64 KiB/],
  [{ limits: { concurrentRefetches: Infinity } }, /^TypeError: limits\.concurrentRefetches is Inf/],
  [{ limits: { entires: 5 } }, /^TypeError: limits\.entires is unknown; allowed are .*entries/],
  [{ clientId: 'é'.repeat(33) }, /^TypeError: clientId is é+; .* 64 bytes/],
  [{ seed: 1 }, /^TypeError: seed is 1; it must be a bigint/],
])) {
  test(`refused by its name: ${message.source.match(/: ([\w\\.]+)/)?.[1].replace('\\', '')}`, () => {
    assert.throws(() => new QueryClient(config), message);
  });
}

for (const [name, most] of /** @type {const} */ ([
  ['jsonDepth', 64],
  ['keyBytes', 2 ** 20],
  ['entries', 2 ** 29 - 1],
])) {
  test(`the most that the core takes as limits.${name} is taken, and no more`, () => {
    const client = new QueryClient({ limits: { [name]: most } });
    assert.equal(client.setQueryData(['k'], 1), 1);
    assert.throws(() => new QueryClient({ limits: { [name]: most + 1 } }), /up to/);
  });
}

test('a limit that is 0 or left out is the default', () => {
  const client = new QueryClient({ limits: { keyBytes: 0, entries: undefined } });
  assert.equal(client.setQueryData(['k'], 1), 1);
});
