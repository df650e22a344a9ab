import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, ORIGIN, withDeadline } from './client.js';
import { ManualSource } from './manual-source.js';
import { change, listen, startHub } from './start-hub.js';

/**
 * Reads Server-Sent Events as they come.
 *
 * @param {Response} response
 */
function eventsOf(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    /** @returns {Promise<{ id?: string, data: any } | null>} null at the end */
    async next() {
      while (!text.includes('\n\n')) {
        const { done, value } = await withDeadline('an event', reader.read());
        if (done) return null;
        text += decoder.decode(value, { stream: true });
      }
      const event = text.slice(0, text.indexOf('\n\n'));
      text = text.slice(event.length + 2);
      const fields = Object.fromEntries(
        event
          .split('\n')
          .map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
      );
      return { ...fields, data: JSON.parse(fields.data) };
    },
    cancel: () => reader.cancel(),
  };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof startHub>[1]} [options]
 */
async function startEvents(t, options) {
  const started = await startHub(t, options);
  const base = `${started.url.replace('ws:', 'http:')}/events`;

  /** @param {string} [query] @param {Record<string, string>} [headers] @param {string} [method] */
  const request = (query = '', headers = {}, method = 'GET') =>
    fetch(`${base}${query}`, { method, headers: { origin: ORIGIN, ...headers } });

  const ticket = () => ({ authorization: `Bearer ${started.hub.issueTicket('ann')}` });

  /** @param {string} query @param {Record<string, string>} [headers] */
  const subscribed = async (query, headers = {}) => {
    const response = await request(query, { ...ticket(), ...headers });
    assert.equal(response.status, 200);
    const events = eventsOf(response);
    const hello = await events.next();
    const answer = await events.next();
    return { response, events, hello, answer };
  };
  return { ...started, request, ticket, subscribed };
}

test('events begin with hello and subscribed, and go on with the changes of the scopes', async (t) => {
  const { hub, subscribed } = await startEvents(t);
  const { events, hello, answer } = await subscribed('?scope=a&scope=b');
  hub.publish(change(1, 'c'));
  hub.publish(change(2, 'b'));
  const next = await events.next();
  assert.deepEqual(
    [hello?.data.type, answer?.data.type, next?.data.data.id, next?.data.prev],
    ['hello', 'subscribed', '2', 0],
  );
});

test('a source that is lost is told as an event, and to whoever comes meanwhile', async (t) => {
  const source = new ManualSource();
  source.listen();
  const { subscribed } = await startEvents(t, { source });
  const { events } = await subscribed('?scope=a');
  source.sink.lost('backend terminated');
  assert.deepEqual((await events.next())?.data, { type: 'ping', seq: 0, source: false });
  assert.equal((await subscribed('?scope=a')).hello?.data.source, false);
});

test('an event that tells where the client then stands has that as its id', async (t) => {
  const { hub, clock, subscribed } = await startEvents(t);
  const { epoch } = hub.position();
  const { events, hello, answer } = await subscribed('?scope=a');
  hub.publish(change(1, 'a'));
  hub.publish({ reset: true, scope: 'a' });
  clock.advance(25_000);
  const rest = [await events.next(), await events.next(), await events.next()];
  assert.deepEqual(
    [hello, answer, ...rest].map((event) => [event?.data.type, event?.id]),
    [
      ['hello', undefined],
      ['subscribed', `${epoch}:0`],
      ['cache_invalidate', `${epoch}:1`],
      ['reset', `${epoch}:2`],
      ['ping', undefined],
    ],
  );
});

test('Last-Event-ID resumes there', async (t) => {
  const { hub, subscribed } = await startEvents(t);
  hub.publish(change(1, 'a'));
  const last = hub.asOf();
  hub.publish(change(2, 'a'));
  const { answer } = await subscribed('?scope=a', { 'last-event-id': last });
  assert.deepEqual(
    [answer?.data.recovered, answer?.data.messages.map((/** @type {any} */ m) => m.data.id)],
    [true, ['2']],
  );
});

test('a position of a WebSocket is good for events, and the other way round', async (t) => {
  const started = await startEvents(t);
  const { hub } = started;
  const { answer } = await started.subscribed('?scope=a');
  hub.publish(change(1, 'a'));
  const { client } = await started.signIn();
  const { epoch, seq } = answer?.data ?? {};
  const resumed = await client.subscribe(['a'], { epoch, seq });
  assert.equal(resumed.messages.length, 1);
});

for (const last of ['', 'nonsense', 'epoch:-1', 'epoch:1e3', ':1', `x:${'9'.repeat(30)}`]) {
  test(`Last-Event-ID ${JSON.stringify(last)} is none`, async (t) => {
    const { subscribed } = await startEvents(t);
    const { answer } = await subscribed('?scope=a', { 'last-event-id': last });
    assert.equal(answer?.data.recovered, false);
  });
}

test('the answer is not for caches and not to be gathered by proxies', async (t) => {
  const { subscribed } = await startEvents(t);
  const { response } = await subscribed('?scope=a');
  const { headers } = response;
  assert.deepEqual(
    ['content-type', 'cache-control', 'x-accel-buffering'].map((name) => headers.get(name)),
    ['text/event-stream', 'no-store', 'no'],
  );
});

test('a ticket that is missing, wrong or used is answered 401', async (t) => {
  const { hub, request, ticket } = await startEvents(t);
  const used = ticket();
  const first = await request('', used);
  const answers = [
    await request(),
    await request('', { authorization: 'Bearer x' }),
    await request('', used),
  ];
  assert.deepEqual([first.status, ...answers.map(({ status }) => status)], [200, 401, 401, 401]);
  assert.equal(hub.stats().refusedSignIns, 3);
  await eventually('refused ones leave no connection', () => hub.connections === 1);
});

test('a ticket in the address is none', async (t) => {
  const { hub, request } = await startEvents(t);
  const { status } = await request(`?ticket=${hub.issueTicket('ann')}`);
  assert.equal(status, 401);
});

for (const [name, scope] of [
  ['NUL', '%00'],
  ['a control character', 'a%0A'],
  ['too long', 'x'.repeat(129)],
]) {
  test(`a scope that is ${name} is answered 400`, async (t) => {
    const { request, ticket } = await startEvents(t);
    assert.equal((await request(`?scope=a&scope=${scope}`, ticket())).status, 400);
  });
}

test('scopes that are none, or too many, are answered 400', async (t) => {
  const { request, ticket } = await startEvents(t, { limits: { scopesPerConnection: 2 } });
  const empty = await request('?scope=', ticket());
  const many = await request('?scope=a&scope=b&scope=c', ticket());
  assert.deepEqual([empty.status, many.status], [400, 400]);
});

test('a foreign scope is an error event, and nothing of it is delivered', async (t) => {
  const { hub, request, ticket } = await startEvents(t, {
    authorize: (_user, scope) => scope === 'a',
  });
  const events = eventsOf(await request('?scope=a&scope=foreign', ticket()));
  await events.next();
  const error = await events.next();
  assert.deepEqual([error?.data.code, error?.data.scopes], ['forbidden_scope', ['foreign']]);
  await events.next();
  hub.publish(change(1, 'foreign'));
  hub.publish(change(2, 'a'));
  assert.equal((await events.next())?.data.data.id, '2');
});

for (const [name, headers] of /** @type {[string, Record<string, string>][]} */ ([
  ['of another site', { origin: 'https://evil.example' }],
  ['that is null', { origin: 'null' }],
])) {
  test(`events for an Origin ${name} are answered 403, without a word to the page`, async (t) => {
    const { request, ticket } = await startEvents(t);
    const response = await request('?scope=a', { ...ticket(), ...headers });
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });
}

test('the operator is told of an origin that is refused its events', async (t) => {
  const { request, warnings } = await startEvents(t);
  await request('', { origin: 'https://evil.example' }, 'OPTIONS');
  await request('', { origin: 'https://evil.example' });
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0],
    /the Origin https:\/\/evil.example; origins are https:\/\/app.example$/,
  );
});

for (const [site, listed, status] of /** @type {[string, boolean, number][]} */ ([
  ['same-origin', true, 200],
  ['same-origin', false, 403],
  ['same-site', true, 403],
  ['none', true, 403],
])) {
  test(`a request without Origin from ${site} of a host ${listed ? '' : 'not '}in origins is answered ${status}`, async (t) => {
    const { server, url } = await listen();
    t.after(() => server.close());
    const page = new URL(url.replace('ws:', 'http:')).origin;
    const { hub } = await startHub(t, { origins: [listed ? page : ORIGIN] });
    hub.attach(server);
    const response = await fetch(`${page}/tidemark/events`, {
      headers: { 'sec-fetch-site': site, authorization: `Bearer ${hub.issueTicket('ann')}` },
    });
    assert.equal(response.status, status);
    await response.body?.cancel();
  });
}

test('a page of an allowed origin may send the ticket across origins', async (t) => {
  const { request } = await startEvents(t);
  const response = await request('', {}, 'OPTIONS');
  const allowed = (/** @type {string} */ name) =>
    response.headers.get(`access-control-allow-${name}`);
  assert.deepEqual(
    [response.status, allowed('origin'), allowed('headers'), allowed('methods')],
    [204, ORIGIN, 'authorization, last-event-id', 'GET'],
  );
});

test('refusals can be read across origins', async (t) => {
  const { request } = await startEvents(t);
  const response = await request();
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
});

test('another method is answered 405', async (t) => {
  const { request, ticket } = await startEvents(t);
  assert.equal((await request('', ticket(), 'POST')).status, 405);
});

test('a hub without room answers 503', async (t) => {
  const { hub, request, ticket } = await startEvents(t);
  hub.accepting = false;
  assert.equal((await request('', ticket())).status, 503);
});

test('a user with too many connections is answered 503', async (t) => {
  const { request, ticket, subscribed } = await startEvents(t, {
    limits: { connectionsPerUser: 1 },
  });
  await subscribed('?scope=a');
  assert.equal((await request('', ticket())).status, 503);
});

test('other paths are left to the server’s own listeners', async (t) => {
  const { url } = await startEvents(t);
  const response = await fetch(`${url.replace('ws:', 'http:')}/events/other`);
  assert.equal(await response.text(), 'http');
});

test('events live on without a pong as long as the network takes them', async (t) => {
  const { hub, clock, subscribed } = await startEvents(t);
  const { events } = await subscribed('?scope=a');
  for (let count = 0; count < 4; count += 1) {
    clock.advance(25_000);
    assert.equal((await events.next())?.data.type, 'ping');
  }
  assert.deepEqual([hub.connections, hub.stats().deadPeers], [1, 0]);
});

test('a client of events that goes away leaves nothing', async (t) => {
  const { hub, clock, subscribed } = await startEvents(t);
  const before = clock.timers;
  const { events } = await subscribed('?scope=a');
  await events.cancel();
  await eventually('the hub noticed', () => hub.connections === 0);
  assert.deepEqual([hub.stats().scopes, clock.timers], [0, before]);
});

test('a closing hub says goodbye and ends the events', async (t) => {
  const { hub, subscribed } = await startEvents(t);
  const { events } = await subscribed('?scope=a');
  const closed = hub.close({ spread: 5_000 });
  assert.deepEqual((await events.next())?.data, { type: 'goodbye', after: 0, spread: 5_000 });
  assert.equal(await events.next(), null);
  await closed;
});

test('a client of events that reads too slowly is ended', async (t) => {
  const { hub, clock, subscribed } = await startEvents(t, { limits: { bufferedBytes: 100_000 } });
  await subscribed('?scope=a');
  for (let sent = 0; hub.stats().slowReaders === 0 && sent < 400; sent += 1) {
    hub.publish({ resource: 'doc', scope: 'a', row: 'x'.repeat(60_000) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(hub.stats().slowReaders, 1);
  clock.advance(2_000);
  await eventually('the connection is gone', () => hub.connections === 0);
});

test('a server whose hubs are closed asks those who listen, in their order', async (t) => {
  /** @type {string[]} */
  const asked = [];
  const { server, url } = await listen(() => asked.push('first'));
  t.after(() => server.close());
  for (const path of ['/a', '/b']) {
    const { hub } = await startHub(t);
    hub.attach(server, { path });
    server.on('request', () => asked.push(`after ${path}`));
    await hub.close();
  }
  server.on('request', (_request, response) => void response.end());
  await fetch(url.replace('ws:', 'http:'));
  assert.deepEqual(asked, ['first', 'after /a', 'after /b']);
});

test('what listens between two hubs is asked after the paths of both', async (t) => {
  const { server, url, hub } = await startEvents(t);
  const { hub: other } = await startHub(t);
  /** @type {(string | undefined)[]} */
  const asked = [];
  server.on('request', (request) => void asked.push(request.url));
  other.attach(server, { path: '/other' });
  const page = new URL(url.replace('ws:', 'http:')).origin;
  for (const path of ['/tidemark/events', '/other/events', '/']) await fetch(`${page}${path}`);
  assert.deepEqual(
    [asked, hub.stats().refusedOrigins, other.stats().refusedOrigins],
    [['/'], 1, 1],
  );
});
