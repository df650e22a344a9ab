import assert from 'node:assert/strict';
import test from 'node:test';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import {
  QueryClientProvider,
  useChannelStatus,
  useIsFetching,
  useMutation,
  useQuery,
  useQueryClient,
  useStreamStatus,
} from '../../../js-glue/react/index.js';
import { counter, start } from './setup.js';

/** @param {import('node:test').TestContext} t @param {() => any} Component */
function renderOnServer(t, Component, prepare = (/** @type {any} */ _client) => {}) {
  const { client, advance } = start(t, { environment: { isServer: true } });
  prepare(client);
  const element = createElement(QueryClientProvider, { client }, createElement(Component));
  return { html: renderToString(element), advance };
}

const queryKey = ['k'];

test('on a server useQuery shows what is cached and fetches nothing', async (t) => {
  const queryFn = counter();
  const Component = () => {
    const cached = useQuery({ queryKey: ['cached'], queryFn });
    const other = useQuery({ queryKey, queryFn });
    return `${cached.data} ${other.status} ${other.fetchStatus}`;
  };
  const { html, advance } = renderOnServer(t, Component, (client) => {
    client.setQueryData(['cached'], 'data');
  });
  assert.equal(html, 'data pending fetching');
  await advance(0);
  assert.equal(queryFn.calls, 0);
});

test('the other hooks show that nothing is going on', (t) => {
  const Component = () => {
    const { status } = useMutation({ mutationFn: async () => 1 });
    const shown = [useIsFetching(), useChannelStatus(), useStreamStatus({ queryKey })];
    return `${status} ${shown.join(' ')}`;
  };
  assert.equal(renderOnServer(t, Component).html, 'idle 0 stopped stopped');
});

test('without a provider the error says what is missing', () => {
  const Component = () => {
    useQueryClient();
    return null;
  };
  assert.throws(() => renderToString(createElement(Component)), /use QueryClientProvider/);
});

test('a hook that is called in the form of older versions says which form there is', (t) => {
  const hook = /** @type {any} */ (useQuery);
  const forms = [() => hook(queryKey, { staleTime: 1 }), () => hook(queryKey, counter())];
  for (const form of [...forms, () => hook(queryKey)]) {
    assert.throws(() => renderOnServer(t, form), { name: 'TypeError', message: /object form/ });
  }
});
