import { once } from 'node:events';
import net from 'node:net';

const TERMINATE = 'X'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

/** @typedef {{ socket: net.Socket, client: net.Socket | null }} Session */

/**
 * A pooler in transaction mode before a PostgreSQL that trusts everybody: whoever begins a
 * transaction is lent the session that was given back last, and what a session says that nobody has
 * is dropped. Simple queries only.
 *
 * @param {import('node:test').TestContext} t ends it
 * @param {string} connectionString
 * @returns {Promise<string>} the connection string that leads through it
 */
export async function startTransactionPooler(t, connectionString) {
  const url = new URL(connectionString);
  const startup = startupOf(url.username, url.pathname.slice(1));
  /** @type {Session[]} */
  const idle = [];
  /** @type {Set<net.Socket>} */
  const sockets = new Set();

  async function open() {
    /** @type {Session} */
    const session = { socket: net.connect(Number(url.port), '127.0.0.1'), client: null };
    sockets.add(session.socket);
    session.socket.on('error', () => {});
    session.socket.write(startup);
    await begin(session, idle);
    return session;
  }

  const server = net.createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    let greeted = false;
    /** @type {Promise<unknown>} */
    let turn = Promise.resolve();
    /** @type {Session | null} */
    let session = null;
    splitMessages(
      client,
      () => greeted,
      (message) => {
        if (!greeted) {
          greeted = true;
          client.write(GREETING);
        } else if (message[0] === TERMINATE) {
          client.end();
        } else {
          turn = turn.then(async () => {
            if (session?.client !== client) {
              session = idle.pop() ?? (await open());
              session.client = client;
            }
            session.socket.write(message);
          });
        }
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return connectionString.replace(url.port, String(port));
}

/**
 * Resolves when the session is there; afterwards it is given back at the end of each transaction.
 *
 * @param {Session} session
 * @param {Session[]} idle
 */
function begin(session, idle) {
  return new Promise((resolve) => {
    let begun = false;
    splitMessages(
      session.socket,
      () => true,
      (message) => {
        if (begun) session.client?.write(message);
        const ends = message[0] === READY && message[5] === IDLE;
        if (ends && begun) {
          session.client = null;
          idle.push(session);
        } else if (ends) {
          begun = true;
          resolve(undefined);
        }
      },
    );
  });
}

/**
 * @param {net.Socket} socket
 * @param {() => boolean} typed the first message of a client has no type
 * @param {(message: Buffer) => void} on
 */
function splitMessages(socket, typed, on) {
  let bytes = Buffer.alloc(0);
  socket.on('data', (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    for (;;) {
      const at = typed() ? 1 : 0;
      const end = bytes.length < at + 4 ? Number.POSITIVE_INFINITY : at + bytes.readInt32BE(at);
      if (bytes.length < end) return;
      const message = bytes.subarray(0, end);
      bytes = bytes.subarray(end);
      on(message);
    }
  });
}

/** @param {string} type @param {Buffer} body */
function message(type, body) {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Authentication is not needed; a process id and a key made up; ready. */
const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('K', Buffer.from([0x7f, 0, 0, 1, 0, 0, 0, 1])),
  message('Z', Buffer.from('I')),
]);

/** @param {string} user @param {string} database */
function startupOf(user, database) {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}
