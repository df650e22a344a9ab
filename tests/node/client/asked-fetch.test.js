/** What somebody asks for is fetched before the verb returns; what changes want, when the turn ends. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { onlineManager, QueryObserver } from '../../../js-glue/index.js';
import { counter, observe, server, start } from './setup.js';

const queryKey = ['tasks'];

test('a query function has been called when subscribe returns', (t) => {
  const { client } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn });
  assert.equal(queryFn.calls, 1);
});

test('and when fetchQuery, prefetchQuery or ensureQueryData returns', (t) => {
  const { client } = start(t);
  const queryFn = counter();
  client.fetchQuery({ queryKey: ['a'], queryFn });
  client.prefetchQuery({ queryKey: ['b'], queryFn });
  client.ensureQueryData({ queryKey: ['c'], queryFn });
  assert.equal(queryFn.calls, 3);
});

test('and when an observer was moved to another key, or asked to refetch', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  const { observer } = observe(t, client, { queryKey: ['a'], queryFn });
  observer.setOptions({ queryKey: ['b'], queryFn });
  assert.equal(queryFn.calls, 2);
  await advance(0);
  observer.refetch();
  assert.equal(queryFn.calls, 3);
});

test('fifty invalidations wait for the end of the turn, and are one fetch', async (t) => {
  const { client, advance } = start(t);
  const queryFn = counter();
  observe(t, client, { queryKey, queryFn });
  await advance(0);
  for (let i = 0; i < 50; i += 1) client.invalidateQueries({ queryKey });
  assert.equal(queryFn.calls, 1);
  await advance(0);
  assert.equal(queryFn.calls, 2);
});

test('the answer for an observer that comes and goes in a turn is kept', async (t) => {
  const { client, advance } = start(t);
  new QueryObserver(client, { queryKey, queryFn: async () => 'data' }).subscribe(() => {})();
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 'data');
});

test('so is that for one that is disabled again in its turn', async (t) => {
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const { observer } = observe(t, client, { queryKey, queryFn: ask });
  observer.setOptions({ queryKey, queryFn: ask, enabled: false });
  await advance(0);
  calls[0].resolve('data');
  await advance(0);
  assert.equal(client.getQueryData(queryKey), 'data');
});

test('an observer that comes offline shows at once that it is paused', (t) => {
  const { client } = start(t);
  onlineManager.setOnline(false);
  t.after(() => onlineManager.setOnline(true));
  const { observer } = observe(t, client, { queryKey, queryFn: counter() });
  assert.equal(observer.getCurrentResult().fetchStatus, 'paused');
});

test('so does one of a client that is not mounted', (t) => {
  const { client } = start(t);
  client.unmount();
  t.after(() => client.mount());
  onlineManager.setOnline(false);
  t.after(() => onlineManager.setOnline(true));
  const { observer } = observe(t, client, { queryKey, queryFn: counter() });
  assert.equal(observer.getCurrentResult().fetchStatus, 'paused');
});
