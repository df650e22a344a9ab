import assert from 'node:assert/strict';
import test from 'node:test';
import { WebSocket } from 'ws';
import { RULES, reached } from '../client/live.js';
import { observe, start } from '../client/setup.js';
import { eventually, ORIGIN } from '../hub/client.js';
import { startHub } from '../hub/start-hub.js';

/**
 * A client whose channel reads Server-Sent Events of a real hub, and its requests.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ hub?: object, ticket?: (issue: () => string) => string, backoff?: object }} [options]
 */
async function startEvents(t, { hub: hubOptions, ticket = (issue) => issue(), backoff } = {}) {
  const { client, advance } = start(t, { rules: RULES });
  const { hub, server, url } = await startHub(t, hubOptions);
  /** @type {{ url: string, headers: Record<string, string>, status?: number }[]} */
  const requests = [];
  const channel = client.connect({
    url: `${url}/events`,
    transport: 'events',
    scopes: ['a'],
    backoff,
    ticket: async () => ticket(() => hub.issueTicket('ann')),
    // A browser says by itself which page asks.
    fetch: async (input, init) => {
      const headers = /** @type {Record<string, string>} */ (init?.headers);
      const request = { url: String(input), headers };
      requests.push(request);
      const response = await fetch(input, { ...init, headers: { origin: ORIGIN, ...headers } });
      Object.assign(request, { status: response.status });
      return response;
    },
  });
  t.after(() => channel.close());
  /** The network is cut, and time passes until the channel is live again. */
  const cutAndReturn = async (whileAway = () => {}) => {
    server.closeAllConnections();
    await reached(channel, 'offline');
    whileAway();
    await advance(1000);
    await reached(channel, 'live');
  };
  return { client, advance, hub, channel, requests, cutAndReturn };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {import('../../../js-glue/index.js').QueryClient} client
 * @param {string} id of a task
 */
function look(t, client, id) {
  let fetches = 0;
  const queryFn = () => {
    fetches += 1;
    return fetches;
  };
  observe(t, client, { queryKey: ['tasks', id], queryFn, staleTime: Infinity });
  return () => fetches;
}

/** @param {string} id @param {string} scope */
const task = (id, scope) => ({ resource: 'task', id, action: 'UPDATE', scope });

test('a channel of events is live with the hub, and its changes refetch', async (t) => {
  const { client, hub, channel, requests } = await startEvents(t);
  await reached(channel, 'live');
  const fetches = look(t, client, '1');
  await eventually('fetched', () => fetches() === 1);
  hub.publish(task('1', 'a'));
  await eventually('fetched again', () => fetches() === 2);
  assert.equal(requests.length, 1);
  assert.equal(new URL(requests[0].url).search, '?scope=a');
  assert.match(requests[0].headers.authorization, /^Bearer \S+$/);
});

test('after a cut it resumes: only what changed meanwhile is refetched', async (t) => {
  const { client, advance, hub, channel, requests, cutAndReturn } = await startEvents(t);
  await reached(channel, 'live');
  const [changed, other] = [look(t, client, '1'), look(t, client, '2')];
  await eventually('both fetched', () => changed() + other() === 2);
  const { epoch, seq } = hub.position();
  await cutAndReturn(() => hub.publish(task('1', 'a')));
  await eventually('fetched again', () => changed() === 2);
  await advance(5000);
  assert.deepEqual([changed(), other()], [2, 1]);
  assert.equal(requests[1].headers['last-event-id'], `${epoch}:${seq}`);
});

test('other scopes are asked for with another request and another ticket', async (t) => {
  const { client, hub, channel, requests } = await startEvents(t);
  await reached(channel, 'live');
  channel.setScopes(['a', 'b']);
  await reached(channel, 'catching-up');
  await reached(channel, 'live');
  assert.equal(new URL(requests[1].url).search, '?scope=a&scope=b');
  assert.notEqual(requests[1].headers.authorization, requests[0].headers.authorization);
  const fetches = look(t, client, '1');
  await eventually('fetched', () => fetches() === 1);
  hub.publish(task('1', 'b'));
  await eventually('fetched again', () => fetches() === 2);
});

test('scopes may change often: that is no connection that failed', async (t) => {
  const { channel } = await startEvents(t, { backoff: { maxAttempts: 1 } });
  await reached(channel, 'live');
  const heard = new Set();
  channel.subscribe((status) => heard.add(status));
  for (const scopes of [['b'], ['a'], ['a', 'b']]) {
    channel.setScopes(scopes);
    await reached(channel, 'catching-up');
    await reached(channel, 'live');
  }
  assert.deepEqual([...heard], ['catching-up', 'live']);
});

test('a ticket that the hub does not take is followed by another one', async (t) => {
  const tickets = ['of yesterday'];
  const { advance, channel, requests } = await startEvents(t, {
    ticket: (issue) => tickets.pop() ?? issue(),
  });
  await reached(channel, 'offline');
  assert.equal(requests[0].status, 401);
  await advance(1000);
  await reached(channel, 'live');
});

test('a page that the hub does not let in stops, and says so', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const { channel, requests } = await startEvents(t, {
    hub: { origins: ['https://other.example'] },
  });
  await reached(channel, 'stopped');
  assert.equal(requests[0].status, 403);
  assert.match(String(channel.error), /refused this connection/);
});

test('a hub that says goodbye is come back to within the time it named', async (t) => {
  const { advance, hub, channel, requests } = await startEvents(t);
  await reached(channel, 'live');
  const closed = hub.close({ after: 60_000, spread: 1000 });
  await reached(channel, 'offline');
  await advance(59_000);
  assert.equal(requests.length, 1);
  await advance(2001);
  await eventually('another request', () => requests.length >= 2);
  await closed;
});

test('a closed channel ends its request', async (t) => {
  const { hub, channel } = await startEvents(t);
  await reached(channel, 'live');
  assert.equal(hub.connections, 1);
  channel.close();
  await eventually('the connection ends', () => hub.connections === 0);
});

for (const transport of /** @type {const} */ (['events', 'websocket'])) {
  test(`over ${transport}, a tab beyond its user’s share is told the limit, and is live when another closes`, async (t) => {
    const { hub, url } = await startHub(t, { limits: { connectionsPerUser: 1 } });
    const open = () => {
      const { client, advance } = start(t, { rules: RULES });
      const channel = client.connect({
        url: transport === 'events' ? `${url}/events` : url,
        transport,
        scopes: ['a'],
        ticket: async () => hub.issueTicket('ann'),
        fetch: async (input, init) =>
          fetch(input, {
            ...init,
            headers: { origin: ORIGIN, .../** @type {any} */ (init?.headers) },
          }),
        WebSocket: class extends WebSocket {
          /** @param {string} address */
          constructor(address) {
            super(address, { origin: ORIGIN });
          }
        },
      });
      t.after(() => channel.close());
      return { channel, advance };
    };
    const first = open();
    await reached(first.channel, 'live');
    const second = open();
    await eventually('it is told', () => second.channel.error !== null);
    assert.match(
      String(second.channel.error),
      /\(1013\): over the hub's limits\.connectionsPerUser \(1\)$/,
    );
    first.channel.close();
    await eventually('the seat is free', () => hub.connections === 0);
    await second.advance(1000);
    await reached(second.channel, 'live');
    assert.equal(second.channel.error, null);
  });
}
