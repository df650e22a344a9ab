import { once } from 'node:events';
import { WebSocketServer } from 'ws';

/**
 * A real WebSocket server that says nothing by itself.
 *
 * @param {import('node:test').TestContext} t
 */
export async function listen(t) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  t.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `ws://127.0.0.1:${port}`,
    server,
    /** The next connection, with the frames it receives. */
    async connection() {
      const [socket] = await once(server, 'connection');
      return { socket, ...frames(socket) };
    },
  };
}

/** @param {import('ws').WebSocket} socket */
function frames(socket) {
  /** @type {any[]} */
  const waiting = [];
  /** @type {((frame: any) => void)[]} */
  const readers = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    const reader = readers.shift();
    if (reader) reader(frame);
    else waiting.push(frame);
  });
  return {
    /** The next frame that the client sends. @returns {Promise<any>} */
    received: () =>
      new Promise((resolve) => {
        if (waiting.length > 0) resolve(waiting.shift());
        else readers.push(resolve);
      }),
    send: (/** @type {any} */ frame) => socket.send(JSON.stringify(frame)),
    close: (/** @type {number} */ code) => socket.close(code),
  };
}
