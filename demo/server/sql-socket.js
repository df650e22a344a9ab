/**
 * SQL from outside for the embedded database, which no psql can reach. It goes through a
 * socket file, in a folder that only this user may enter, never through HTTP. One connection carries one
 * request, `{"sql": "…"}`, ended by closing its half, and one answer:
 * `{"results": [{ "rows": […], "fields": […], "affectedRows": n }]}` or `{"error": "…"}`.
 */
import { lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Longest script taken, in UTF-16 code units. */
const LONGEST_SCRIPT = 1024 * 1024;

const { uid, username } = userInfo();

/**
 * @param {number} port of the demo's HTTP server, which tells demos on one machine apart
 * @returns {Promise<string>} path of the socket file, in a folder that is there
 */
export async function sqlSocketPath(port) {
  return join(await makePrivate(join(tmpdir(), `tidemark-demo-${username}`)), `${port}.sock`);
}

/**
 * @param {string} path of a folder that is made unless it is there
 * @returns {Promise<string>} that path
 * @throws {Error} if somebody else made it, or may enter it: what is in there may not be ours
 */
export async function makePrivate(path) {
  await mkdir(path, { mode: 0o700, recursive: true });
  const folder = await lstat(path);
  const isOurs = folder.isDirectory() && folder.uid === uid && (folder.mode & 0o077) === 0;
  if (!isOurs && process.platform !== 'win32') {
    throw new Error(`${path} must be a folder that only ${username} may enter; remove it.`);
  }
  return path;
}

/**
 * @param {import('./database.js').Database} database
 * @param {number} port whose listener is this process: a socket file left over is a dead one's
 * @returns {Promise<{ path: string, close: () => Promise<void> }>}
 */
export async function openSqlSocket(database, port) {
  const path = await sqlSocketPath(port);
  await unlink(path).catch(() => {});
  const server = createServer({ allowHalfOpen: true }, (socket) => answer(database, socket));
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(path, () => resolve(undefined));
  });
  return {
    path,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/**
 * @param {import('./database.js').Database} database
 * @param {import('node:net').Socket} socket
 */
async function answer(database, socket) {
  socket.on('error', () => socket.destroy()); // the asker left; nobody is there to be told
  try {
    const { sql } = JSON.parse(await readAll(socket));
    if (typeof sql !== 'string') throw new Error('expected {"sql": "…"}');
    const results = await database.script(sql);
    socket.end(JSON.stringify({ results }, bigintAsString));
  } catch (error) {
    socket.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}

/** @param {import('node:net').Socket} socket */
async function readAll(socket) {
  socket.setEncoding('utf8');
  let text = '';
  for await (const part of socket.iterator({ destroyOnReturn: false })) {
    text += part;
    if (text.length > LONGEST_SCRIPT) throw new Error('the script is longer than 1 MiB');
  }
  return text;
}

/** @param {string} _key @param {unknown} value */
const bigintAsString = (_key, value) => (typeof value === 'bigint' ? String(value) : value);
