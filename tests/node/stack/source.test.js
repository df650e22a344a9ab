import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { QueryClient, QueryObserver } from 'tidemark';
import { createHub } from 'tidemark/hub';
import { WebSocket } from 'ws';
import { eventually } from '../hub/client.js';
import { ManualSource } from '../hub/manual-source.js';

/**
 * A hub and its clients, all real but for the source.
 *
 * @param {import('node:test').TestContext} t
 * @param {'websocket' | 'events'} transport
 */
async function open(t, transport) {
  const source = new ManualSource();
  source.listen();
  const hub = createHub({
    source,
    authorize: () => true,
    origins: ['no-origin'],
    onWarning() {},
  });
  await hub.ready;
  const server = createServer();
  hub.attach(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const path = transport === 'events' ? '/tidemark/events' : '/tidemark';
  t.after(async () => {
    await hub.close();
    server.close();
  });

  /** @returns what a page shows of one query: the data and whether it is live */
  const page = () => {
    const client = new QueryClient();
    client.connect({
      url: `http://127.0.0.1:${port}${path}`,
      transport,
      WebSocket: /** @type {any} */ (WebSocket),
      scopes: ['a'],
      ticket: () => hub.issueTicket('ann'),
    });
    let asked = 0;
    const observer = new QueryObserver(client, {
      queryKey: ['k'],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: async () => {
        asked += 1;
        return asked;
      },
    });
    observer.subscribe(() => {});
    t.after(() => client.clear());
    t.after(() => client.signOut());
    return {
      status: () => observer.getCurrentResult().streamStatus,
      asked: () => asked,
    };
  };
  return { source, page };
}

for (const transport of /** @type {const} */ (['websocket', 'events'])) {
  test(`while the hub has lost its source no page of it is live, over ${transport}`, async (t) => {
    const { source, page } = await open(t, transport);
    const early = page();
    await eventually('it is live', () => early.status() === 'live');
    source.sink.lost('backend terminated');
    await eventually('it is told', () => early.status() === 'catching-up');
    const late = page();
    await eventually('the late one has an answer', () => late.asked() > 0);
    await eventually('and is connected', () => late.status() === 'catching-up');
    const before = early.asked();
    source.sink.restored();
    await eventually('the early one is live', () => early.status() === 'live');
    await eventually('the late one is live', () => late.status() === 'live');
    assert.ok(early.asked() > before, 'what was missed meanwhile is asked for before it is live');
  });
}
