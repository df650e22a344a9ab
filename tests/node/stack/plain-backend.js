import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/**
 * A backend as many have one: it keeps tasks, tells whoever listens of each change in one plain message,
 * and knows no positions, tickets or scopes.
 *
 * @param {import('node:test').TestContext} t
 */
export async function startPlainBackend(t) {
  /** @type {Record<string, string>} */
  const tasks = { 1: 'open', 2: 'open' };
  /** @type {Map<string, number>} */
  const reads = new Map();
  /** @type {Set<(text: string) => void>} */
  const listeners = new Set();

  const server = createServer((request, response) => {
    const [, folder, id] = (request.url ?? '').split('/');
    if (folder === 'tasks') {
      reads.set(id, (reads.get(id) ?? 0) + 1);
      response.end(JSON.stringify(tasks[id]));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const listener = (/** @type {string} */ text) => response.write(`data: ${text}\n\n`);
    listeners.add(listener);
    response.on('close', () => listeners.delete(listener));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    const listener = (/** @type {string} */ text) => socket.send(text);
    listeners.add(listener);
    socket.on('close', () => listeners.delete(listener));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  /** Ends every connection without a word. */
  const cut = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  };
  t.after(() => {
    cut();
    sockets.close();
    server.close();
  });
  const tell = (/** @type {object} */ message) => {
    for (const listener of listeners) listener(JSON.stringify(message));
  };
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    tell,
    cut,
    /** Commits, and tells of it unless the message is to be lost. @param {string} id @param {string} state */
    write(id, state, { told = true } = {}) {
      tasks[id] = state;
      const data = { resource: 'task', id, action: 'UPDATE', timestamp: '2026-01-01T00:00:00Z' };
      if (told) tell({ type: 'cache_invalidate', data });
    },
    /** How often a task was read. @param {string} id */
    reads: (id) => reads.get(id) ?? 0,
  };
}
