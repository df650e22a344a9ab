import { WebSocket } from 'ws';
import { start } from './setup.js';
import { listen } from './websocket-server.js';

export const RULES = [{ on: 'task', invalidate: [['tasks', '$id']] }];
export const scopes = ['project:9'];

/** @param {any} channel @param {string} status */
export function reached(channel, status) {
  return new Promise((resolve) => {
    const stop = channel.subscribe(check);
    function check() {
      if (channel.status !== status) return;
      stop();
      resolve(undefined);
    }
    check();
  });
}

/**
 * A client that is live with a server that signs it in.
 *
 * @param {import('node:test').TestContext} t
 * @param {any} [config]
 */
export async function startLive(t, config) {
  const { client, advance } = start(t, { rules: RULES, ...config });
  const hub = await listen(t);
  let tickets = 0;
  const ticket = async () => {
    tickets += 1;
    return `ticket ${tickets}`;
  };
  const connected = hub.connection();
  const channel = client.connect({ url: hub.url, ticket, scopes, WebSocket });
  t.after(() => channel.close());
  const connection = await connected;
  const auth = await connection.received();
  connection.send({ type: 'hello', v: 1, epoch: 'e', seq: 5, ping: 25000, window: 1024 });
  const subscribe = await connection.received();
  connection.send({ type: 'subscribed', epoch: 'e', seq: 5, recovered: true, messages: [] });
  await reached(channel, 'live');
  return { client, advance, hub, channel, connection, auth, subscribe };
}
