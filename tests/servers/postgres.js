import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import {
  freePort,
  startServer,
  temporaryFolder,
  unprivileged,
  untilReady,
} from './server-process.js';

/** Debian keeps the server's programs here, by version, and not on PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** What only matters to those who want to keep their data. */
const FAST = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'shared_buffers=32MB'];

/**
 * A PostgreSQL server of the test's own: an empty cluster in a temporary folder, on a free port.
 *
 * @returns {Promise<{ connectionString: string, stop: () => Promise<void> }>}
 */
export async function startPostgres() {
  const programs = findPrograms();
  const owner = unprivileged('postgres');
  const folder = temporaryFolder('postgres', owner);
  const initdb = spawnSync(
    join(programs, 'initdb'),
    ['-D', folder, '-U', 'tidemark', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    { ...owner, cwd: folder, encoding: 'utf8' },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed:\n${initdb.stderr || initdb.error}`);

  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
  ];
  const server = startServer(
    join(programs, 'postgres'),
    ['-D', folder, ...[...settings, ...FAST].flatMap((setting) => ['-c', setting])],
    // "Fast": ends the sessions that are left instead of waiting for them.
    { folder, owner, stopSignal: 'SIGINT' },
  );
  const connectionString = `postgres://tidemark@127.0.0.1:${port}/postgres`;
  await untilReady(server, async () => {
    const client = new pg.Client({ connectionString });
    client.on('error', () => {});
    await client.connect();
    await client.end();
  });
  return { connectionString, stop: server.stop };
}

/** @returns {string} the folder that holds initdb and postgres */
function findPrograms() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin'));
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const found = [...folders, ...onPath].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
  if (!found) throw new Error('initdb and postgres are nowhere to be found: install PostgreSQL');
  return found;
}
