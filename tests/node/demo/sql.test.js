import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../../demo/server/database.js';
import { makePrivate, openSqlSocket, sqlSocketPath } from '../../../demo/server/sql-socket.js';

const SQL_JS = fileURLToPath(new URL('../../../demo/sql.js', import.meta.url));

/** Runs demo/sql.js as a person would. */
const sql = (port, ...args) =>
  new Promise((resolve) => {
    const { DATABASE_URL: _, ...env } = process.env;
    execFile(
      process.execPath,
      [SQL_JS, ...args],
      { env: { ...env, PORT: String(port) } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

describe('demo/sql.js', () => {
  let database;
  let socket;
  let port;
  let holder;

  before(async () => {
    database = await openDatabase();
    holder = createServer().listen(0, '127.0.0.1'); // keeps the port, and so the file, ours
    await new Promise((resolve) => holder.once('listening', resolve));
    port = holder.address().port;
    await writeFile(await sqlSocketPath(port), ''); // as a crash would leave it
    socket = await openSqlSocket(database, port);
  });
  after(async () => {
    holder.close();
    await database.close();
  });

  it('prints rows as a table', async () => {
    const { stdout } = await sql(port, 'select id, name from people where id < 3 order by id');
    assert.equal(
      stdout,
      [
        'id  name',
        '──  ───────────────────',
        '1   Dr Amara Osei',
        '2   Dr Henrik Lindqvist',
        '2 rows',
        '',
      ].join('\n'),
    );
  });

  it('prints rows as JSON with --json', async () => {
    const { stdout } = await sql(port, '--json', 'select id, name from people where id = 1');
    assert.deepEqual(JSON.parse(stdout), [{ id: 1, name: 'Dr Amara Osei' }]);
  });

  it('says how many rows a change touched', async () => {
    const { stdout } = await sql(
      port,
      `update payments set status = 'verified' where id in (3, 5)`,
    );
    assert.equal(stdout, '2 rows changed\n');
  });

  it('runs several statements in one transaction: all or none', async () => {
    await sql(port, `update people set name = 'Nobody' where id = 6; select 1 / 0`);
    const { stdout } = await sql(port, '--json', 'select name from people where id = 6');
    assert.deepEqual(JSON.parse(stdout), [{ name: 'Ines Caldera' }]);
  });

  it('fails with the database’s own words for bad SQL', async () => {
    const { code, stderr } = await sql(port, 'select * from nowhere');
    assert.deepEqual([code, stderr], [1, 'relation "nowhere" does not exist\n']);
  });

  it('says how it is used when no SQL is given', async () => {
    const { code, stderr } = await sql(port);
    assert.deepEqual(
      [code, stderr],
      [1, 'usage: node demo/sql.js [--json] "select * from appointments"\n'],
    );
  });

  it('says so when no demo is running on that port', async () => {
    const { code, stderr } = await sql(1, 'select 1');
    assert.equal(code, 1);
    assert.match(stderr, /^No demo is running on port 1\./);
  });

  it('lies in a folder that nobody but the user who runs the demo may enter', async () => {
    const { mode } = await stat(dirname(await sqlSocketPath(port)));
    assert.equal(mode & 0o777, 0o700);
  });

  it('does not trust a folder that others may enter, or a link to one', async () => {
    const base = await mkdtemp(join(tmpdir(), 'tidemark-test-'));
    const [open, link] = [join(base, 'open'), join(base, 'link')];
    await makePrivate(open);
    await symlink(open, link);
    await chmod(open, 0o755);
    for (const path of [open, link]) await assert.rejects(makePrivate(path), /must be a folder/);
    await rm(base, { recursive: true });
  });

  it('leaves no socket file behind', async () => {
    await socket.close();
    await assert.rejects(stat(await sqlSocketPath(port)), { code: 'ENOENT' });
  });
});
