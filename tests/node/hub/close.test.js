import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createHub } from '../../../js-glue/hub/index.js';
import { connect, ORIGIN, withDeadline } from './client.js';
import { listen, startHub } from './start-hub.js';

test('closing tells every client 1001, signed in or not', async (t) => {
  const { hub, url, signIn } = await startHub(t);
  const { client } = await signIn();
  const stranger = await connect(url);
  await hub.close();
  const codes = (await Promise.all([client.whenClosed(), stranger.whenClosed()])).map(
    ({ code }) => code,
  );
  assert.deepEqual(codes, [1001, 1001]);
});

test('closing with a spread tells signed-in clients when to come back, and closes with 1012', async (t) => {
  const { hub, url, signIn } = await startHub(t);
  const { client } = await signIn();
  const stranger = await connect(url);
  await hub.close({ after: 1_000, spread: 8_000 });
  assert.deepEqual(await client.next(), { type: 'goodbye', after: 1_000, spread: 8_000 });
  assert.equal((await client.whenClosed()).code, 1012);
  assert.equal((await stranger.whenClosed()).code, 1012);
  assert.deepEqual(stranger.sizes, []);
});

for (const options of [{ spread: -1 }, { after: Number.NaN }, { spread: 150_001 }]) {
  test(`closing with ${JSON.stringify(options)} is refused and closes nothing`, async (t) => {
    const { hub, subscribed } = await startHub(t);
    const { client } = await subscribed(['a']);
    assert.throws(() => hub.close(options), /must be 0 to 150000 milliseconds; got/);
    await client.subscribe(['a']);
  });
}

test('closing leaves no connection and no timer', async (t) => {
  const { hub, url, clock, subscribed } = await startHub(t);
  await subscribed(['a']);
  await connect(url);
  await hub.close();
  assert.deepEqual([hub.connections, clock.timers], [0, 0]);
});

test('closing does not wait longer than closeMs for a client that does not answer', async (t) => {
  const { hub, clock, subscribed } = await startHub(t);
  const { client } = await subscribed(['a']);
  client.socket.pause();
  const closed = hub.close();
  clock.advance(2_000);
  await withDeadline('the close of the hub', closed);
});

test('a closed hub answers 503 until its server is closed as well', async (t) => {
  const { server, url } = await listen(null);
  const hub = await attachHub(server);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await hub.close();
  const answer = withDeadline('an answer to the upgrade', connect(url));
  await assert.rejects(answer, { status: 503 });
  const events = fetch(`${url.replace('ws:', 'http:')}/events`);
  assert.equal((await withDeadline('an answer to the request', events)).status, 503);
});

test('a client that comes while hub and server close does not keep the server open', async (t) => {
  const { server, url } = await listen(null);
  const { port } = new URL(url);
  const hub = await attachHub(server);
  t.after(() => server.closeAllConnections());
  const early = net.connect(Number(port), '127.0.0.1');
  t.after(() => early.destroy());
  await once(server, 'connection');
  await hub.close();
  const closed = once(server, 'close');
  server.close();
  early.on('error', () => {});
  early.write(
    `GET /tidemark HTTP/1.1\r\nHost: ${url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  await withDeadline('the close of the server', closed);
});

test('the path of a closed hub is free for another hub', async (t) => {
  const { hub, server, url } = await startHub(t);
  await hub.close();
  const next = await attachHub(server);
  t.after(() => next.close());
  const client = await connect(url);
  client.socket.terminate();
});

test('a process whose hub and server are closed ends by itself', async () => {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('open-and-close.js', import.meta.url)),
  ]);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.pipe(process.stderr);
  try {
    const [code] = await withDeadline('the end of the process', once(child, 'close'));
    assert.deepEqual([code, output], [0, 'closed\n']);
  } finally {
    child.kill();
  }
});

/** @param {import('node:http').Server} server */
async function attachHub(server) {
  const hub = createHub({ authorize: () => true, origins: [ORIGIN] });
  hub.attach(server);
  await hub.ready;
  return hub;
}
