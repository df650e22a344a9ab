import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect, withDeadline } from './client.js';
import { startHub } from './start-hub.js';

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
    assert.throws(() => hub.close(options), /it must be 0 to 150000 milliseconds/);
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

test('a closed hub no longer answers upgrades', async (t) => {
  const { hub, server } = await startHub(t);
  await hub.close();
  assert.equal(server.listenerCount('upgrade'), 0);
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
