/** What a change leaves behind when it is over, under a key that nobody looks at. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { start } from './setup.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

for (const [end, mutationFn] of /** @type {const} */ ([
  ['succeeds', async () => 'done'],
  ['is refused', () => Promise.reject(new Error('refused'))],
])) {
  test(`the variables of a change that ${end} are held by nothing`, async (t) => {
    const { client, advance } = start(t);
    client.setDefaultOptions({ mutations: { gcTime: 0 } });
    client.setQueryData(['list'], ['base']);
    const variables = await run(client, mutationFn);
    await advance(0);
    collect();
    assert.equal(variables.deref(), undefined);
  });
}

/**
 * A change of its own scope: what is left of it here is weak.
 *
 * @param {import('../../../js-glue/index.js').QueryClient} client
 * @param {() => Promise<unknown>} mutationFn
 */
async function run(client, mutationFn) {
  const variables = { title: 'A' };
  const update = (/** @type {string[]} */ list, /** @type {typeof variables} */ { title }) => [
    ...list,
    title,
  ];
  await client
    .mutate({ variables, mutationFn, optimistic: [{ queryKey: ['list'], update }] })
    .catch(() => {});
  return new WeakRef(variables);
}
