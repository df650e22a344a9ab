import assert from 'node:assert/strict';
import test from 'node:test';
import { WebSocket } from 'ws';
import { RULES, reached } from '../client/live.js';
import { observe, start } from '../client/setup.js';
import { eventually } from '../hub/client.js';
import { startPlainBackend } from './plain-backend.js';

/**
 * A client that shows both tasks of a plain backend, live.
 *
 * @param {import('node:test').TestContext} t
 * @param {'websocket' | 'events'} transport
 */
async function startLive(t, transport) {
  const backend = await startPlainBackend(t);
  const { client, advance } = start(t, { rules: RULES });
  const channel = client.connect({ url: `${backend.url}/live`, transport, WebSocket });
  t.after(() => channel.close());
  await reached(channel, 'live');
  const views = ['1', '2'].map((id) => {
    const queryFn = async () => (await fetch(`${backend.url}/tasks/${id}`)).json();
    return observe(t, client, { queryKey: ['tasks', id], queryFn, staleTime: Infinity });
  });
  const shown = () => views.map(({ observer }) => observer.getCurrentResult().data).join(' ');
  const live = () =>
    views.every(({ observer }) => observer.getCurrentResult().streamStatus === 'live');
  const shows = (/** @type {string} */ text) =>
    eventually(`it shows ${text}`, () => shown() === text && live());
  await shows('open open');
  return { backend, client, advance, channel, shows };
}

for (const transport of /** @type {const} */ (['websocket', 'events'])) {
  test(`a plain backend over ${transport}: a change refetches what it touches`, async (t) => {
    const { backend, client, shows } = await startLive(t, transport);
    backend.write('1', 'done');
    await shows('done open');
    assert.deepEqual([backend.reads('1'), backend.reads('2')], [2, 1]);
    assert.equal(client.getStats().messagesBad, 0);
  });

  test(`a plain backend over ${transport}: "reconnect" refetches all that is looked at`, async (t) => {
    const { backend, advance, shows } = await startLive(t, transport);
    backend.write('1', 'done', { told: false });
    backend.tell({ type: 'reconnect', data: { reason: 'the database connection was lost' } });
    await eventually('it is heard', async () => {
      await advance(100);
      return backend.reads('1') === 2;
    });
    await advance(2000);
    await shows('done open');
  });

  test(`a plain backend over ${transport}: what was missed while away is seen after the return`, async (t) => {
    const { backend, advance, channel, shows } = await startLive(t, transport);
    backend.cut();
    await reached(channel, 'offline');
    backend.write('2', 'done');
    await advance(500);
    await reached(channel, 'live');
    await advance(2000);
    await shows('open done');
  });
}
