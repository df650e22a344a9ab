import { observe, server, start } from './setup.js';

export const queryKey = ['list'];
const staleTime = Infinity;
export const append = (/** @type {string[]} */ list, /** @type {string} */ item) => [...list, item];

/**
 * A client with `['base']` under the key, observed if asked for; `add` begins a mutation that
 * appends its variable.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ active?: boolean }} [options]
 */
export function startWithList(t, { active = true } = {}) {
  const { client, time, advance } = start(t);
  const api = server();
  const fetches = server();
  client.setQueryData(queryKey, ['base']);
  if (active) observe(t, client, { queryKey, queryFn: fetches.ask, staleTime });
  const add = (/** @type {string} */ variables, /** @type {any} */ options = {}) =>
    client
      .mutate({
        mutationFn: api.ask,
        variables,
        optimistic: [{ queryKey, update: append }],
        ...options,
      })
      .catch((/** @type {unknown} */ error) => error);
  const shown = () => client.getQueryData(queryKey);
  return { client, time, advance, api: api.calls, fetches: fetches.calls, add, shown };
}
