import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { createHub } from '../../../js-glue/hub/index.js';
import { connect, eventually, ORIGIN, withDeadline } from './client.js';
import { ManualSource } from './manual-source.js';
import { listen, startHub } from './start-hub.js';

for (const [name, origin] of /** @type {[string, string | null][]} */ ([
  ['of another site', 'https://evil.example'],
  ['that only starts like an allowed one', `${ORIGIN}.evil.example`],
  ['of another port', `${ORIGIN}:8443`],
  ['called null, as of a sandboxed frame', 'null'],
  ['that is missing', null],
])) {
  test(`an Origin ${name} is answered 403 and nothing else`, async (t) => {
    const { hub, url } = await startHub(t);
    await assert.rejects(connect(url, { origin }), { status: 403, body: '' });
    assert.equal(hub.stats().refusedOrigins, 1);
  });
}

test('the operator is told once of an origin that is refused, and which ones are allowed', async (t) => {
  const { url, warnings } = await startHub(t, { origins: [ORIGIN, 'http://localhost:3000'] });
  for (const origin of ['https://evil.example', 'https://evil.example', null]) {
    await assert.rejects(connect(url, { origin }), { status: 403 });
  }
  const allowed = 'origins are https://app.example, http://localhost:3000';
  assert.deepEqual(warnings, [
    `tidemark hub: answered 403 to a request with the Origin https://evil.example; ${allowed}`,
    `tidemark hub: answered 403 to a request with no Origin; ${allowed}`,
  ]);
});

test('refused origins fill no log: ten are told, 128 printable characters of each', async (t) => {
  const { hub, url, warnings } = await startHub(t);
  for (let n = 0; n < 12; n += 1) {
    const origin = `${n} \u00e9${'x'.repeat(200)}`;
    await assert.rejects(connect(url, { origin }), { status: 403 });
  }
  assert.equal(hub.stats().refusedOrigins, 12);
  assert.equal(warnings.length, 10);
  assert.match(warnings[0], /the Origin 0 \?x{125}; origins are/);
});

test('no-origin lets in a client without an Origin header', async (t) => {
  const { url } = await startHub(t, { origins: ['no-origin'] });
  const client = await connect(url, { origin: null });
  assert.equal(client.socket.readyState, WebSocket.OPEN);
});

test('no-origin is not the name of an origin', async (t) => {
  const { url } = await startHub(t, { origins: ['no-origin'] });
  await assert.rejects(connect(url, { origin: 'no-origin' }), { status: 403 });
});

for (const origins of /** @type {any[]} */ ([
  undefined,
  [],
  ['*'],
  ['null'],
  ['https://app.example/'],
  ['app.example'],
  [7],
])) {
  test(`origins ${JSON.stringify(origins)} are refused when the hub is created`, () => {
    assert.throws(() => createHub({ authorize: () => true, origins }), /^TypeError: origins/);
  });
}

test('a path without any listener is answered 404', async (t) => {
  const { url } = await startHub(t);
  await assert.rejects(connect(`${url}/other`), { status: 404 });
});

test('a path of none of the hubs of a server is answered 404', async (t) => {
  const { server, url, otherUrl } = await startTwoHubs(t);
  await connect(url);
  await connect(otherUrl);
  const refused = withDeadline('an answer', connect(`${url}/nobody`));
  await assert.rejects(refused, { status: 404 });
  assert.equal(server.listenerCount('upgrade'), 1);
});

test('a hub that closes answers 503 on its path, and the other hub stays', async (t) => {
  const { hub, url, otherUrl } = await startTwoHubs(t);
  await hub.close();
  await assert.rejects(connect(url), { status: 503 });
  await connect(otherUrl);
});

test('a path is taken by one hub of a server', async (t) => {
  const { server, other } = await startTwoHubs(t);
  assert.throws(() => other.attach(server), /path must not be one that a hub .*; got \/tidemark/);
});

test('a query does not change the path', async (t) => {
  const { url } = await startHub(t);
  const client = await connect(`${url}?build=7`);
  assert.equal(client.socket.readyState, WebSocket.OPEN);
});

test('another path is left to another listener', async (t) => {
  const { server, url } = await startHub(t);
  const other = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/other') return;
    other.handleUpgrade(request, socket, head, (opened) => opened.send('"other"'));
  });
  const client = await connect(url.replace('/tidemark', '/other'));
  assert.equal(await client.next(), 'other');
  client.socket.terminate();
});

test('ordinary requests to the same server are untouched', async (t) => {
  const { url } = await startHub(t);
  const response = await fetch(url.replace('ws:', 'http:'));
  assert.equal(await response.text(), 'http');
});

test('a request that nobody listens for is answered 404', async (t) => {
  const { server, url } = await listen(null);
  t.after(() => server.close());
  const { hub } = await startHub(t);
  hub.attach(server);
  const response = withDeadline('an answer', fetch(url.replace('ws:', 'http:')));
  assert.equal((await response).status, 404);
});

test('a hub that does not accept answers 503, keeps its sockets, and accepts again', async (t) => {
  const { hub, url, subscribed } = await startHub(t);
  const { client } = await subscribed([]);
  hub.accepting = false;
  await assert.rejects(connect(url), { status: 503 });
  hub.accepting = true;
  await connect(url);
  await client.subscribe([]);
});

test('upgrades are answered 503 until the source listens', async (t) => {
  const source = new ManualSource();
  const hub = createHub({
    authorize: () => true,
    origins: [ORIGIN],
    source,
  });
  const { server, url } = await listen();
  hub.attach(server);
  t.after(async () => {
    hub.disconnect();
    await hub.close();
    server.close();
  });
  await assert.rejects(connect(url), { status: 503 });
  source.listen();
  await hub.ready;
  await connect(url);
});

test('connections over the limit are closed with 1013', async (t) => {
  const { hub, url } = await startHub(t, { limits: { connections: 1 } });
  const first = await connect(url);
  assert.equal((await (await connect(url)).whenClosed()).code, 1013);
  first.socket.close();
  await eventually('the seat is free', () => hub.connections === 0);
  await connect(url);
});

test('connections of one user over the limit are closed with 1013, other users are let in', async (t) => {
  const { hub, url, signIn } = await startHub(t, { limits: { connectionsPerUser: 1 } });
  const { client: first } = await signIn({ id: 1 });
  const second = await connect(url);
  second.send({ type: 'auth', v: 1, ticket: hub.issueTicket({ id: 1 }) });
  assert.equal((await second.whenClosed()).code, 1013);
  assert.equal((await signIn({ id: 2 })).hello.type, 'hello');
  first.socket.close();
  await once(first.socket, 'close');
  await eventually('the seat is free', () => hub.connections === 1);
  assert.equal((await signIn({ id: 1 })).hello.type, 'hello');
});

test('a path without a leading slash is refused', async (t) => {
  const { hub, server } = await startHub(t);
  assert.throws(() => hub.attach(server, { path: 'x' }), /path must start with a slash; got x/);
});

/**
 * A hub, and an other one on the same server.
 *
 * @param {import('node:test').TestContext} t
 */
async function startTwoHubs(t) {
  const started = await startHub(t);
  const { hub: other } = await startHub(t);
  other.attach(started.server, { path: '/other' });
  return { ...started, other, otherUrl: started.url.replace('/tidemark', '/other') };
}
