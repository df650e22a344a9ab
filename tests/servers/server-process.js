import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Who runs a server that refuses to be run by root: the given user, or `nobody`.
 *
 * @param {string} name
 * @returns {{ uid?: number, gid?: number }} for spawn; nothing unless this process is root's
 */
export function unprivileged(name) {
  if (process.getuid?.() !== 0) return {};
  for (const user of [name, 'nobody']) {
    const id = (/** @type {string} */ flag) => spawnSync('id', [flag, user], { encoding: 'utf8' });
    if (id('-u').status === 0)
      return { uid: Number(id('-u').stdout), gid: Number(id('-g').stdout) };
  }
  return {};
}

/**
 * A folder of the server's own.
 *
 * @param {string} name
 * @param {{ uid?: number, gid?: number }} owner
 */
export function temporaryFolder(name, { uid, gid }) {
  const folder = mkdtempSync(join(tmpdir(), `tidemark-${name}-`));
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

/** @returns {Promise<number>} a port of 127.0.0.1 that is free now */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * Starts a server in a folder that goes with it. Whatever way this process ends, the server ends.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ folder: string, owner: { uid?: number, gid?: number }, stopSignal: NodeJS.Signals }} options
 */
export function startServer(program, args, { folder, owner, stopSignal }) {
  const child = spawn(program, args, { ...owner, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-10_000);
    });
  }
  const exited = once(child, 'exit');
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const end = () => {
    child.kill('SIGKILL');
    removeFolder();
  };
  process.once('exit', end);
  return {
    exited,
    /** What it said last. */
    output: () => output,
    async stop() {
      process.off('exit', end);
      child.kill(stopSignal);
      await exited;
      removeFolder();
    },
    /** Ends it without a warning, and leaves its folder to another. */
    async crash() {
      process.off('exit', end);
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Tries until it works, or the server has ended.
 *
 * @param {ReturnType<typeof startServer>} server
 * @param {() => Promise<unknown>} attempt
 */
export async function untilReady(server, attempt) {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (ended) throw new Error(`the server ended:\n${server.output()}`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
