/** What the options of a client must be. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { QueryClient } from '../../../js-glue/index.js';

for (const [config, message] of /** @type {[any, RegExp][]} */ ([
  [{ limits: { jsonDepth: 100 } }, /^TypeError: limits\.jsonDepth must be .* to 64; got 100/],
  [{ limits: { entries: -1 } }, /^TypeError: limits\.entries must be .*; got -1/],
  [
    { limits: { messageBytes: '64 KiB' } },
    /^TypeError: limits\.messageBytes must be .*; got "64 KiB"/,
  ],
  [
    { limits: { concurrentRefetches: Infinity } },
    /^TypeError: limits\.concurrentRefetches must be .*; got Inf/,
  ],
  [{ limits: { entires: 5 } }, /^TypeError: limits must only have .*entries.*; got entires/],
  [{ clientId: 'é'.repeat(33) }, /^TypeError: clientId must be .* 64 bytes; got "é+"/],
  [{ seed: 1 }, /^TypeError: seed must be a BigInt, such as 1n; got 1/],
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
    assert.throws(() => new QueryClient({ limits: { [name]: most + 1 } }), /must be a number/);
  });
}

test('a limit that is 0 or left out is the default', () => {
  const client = new QueryClient({ limits: { keyBytes: 0, entries: undefined } });
  assert.equal(client.setQueryData(['k'], 1), 1);
});
