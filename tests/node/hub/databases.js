import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { startPostgres } from '../../servers/postgres.js';
import { withDeadline } from './client.js';

const END = 'that is all';

/** A database, what is notified in it, and what it warns of. */
export class Database {
  /** @type {string[]} what was warned of since it was last emptied */
  warnings = [];
  /** @type {string[]} */
  #payloads = [];
  #heardAll = () => {};

  /**
   * @param {(sql: string) => Promise<unknown>} run one or more statements
   * @param {() => Promise<unknown>} close
   */
  constructor(run, close) {
    this.run = run;
    this.close = close;
  }

  /** @param {string | undefined} payload */
  hear(payload = '') {
    if (payload === END) this.#heardAll();
    else this.#payloads.push(payload);
  }

  /** @param {{ severity?: string, message?: string }} notice */
  notice({ severity, message }) {
    if (severity === 'WARNING') this.warnings.push(String(message));
  }

  /**
   * What SQL makes the triggers say. Notifications come in order, so a last one ends the wait.
   *
   * @param {string} sql
   */
  async textsOf(sql) {
    this.#payloads = [];
    const all = new Promise((resolve) => {
      this.#heardAll = () => resolve(undefined);
    });
    await this.run(sql);
    await this.run(`NOTIFY tidemark, '${END}'`);
    await withDeadline('the end of the notifications', all);
    return this.#payloads;
  }

  /** @param {string} sql @returns {Promise<any[]>} */
  async changesOf(sql) {
    return (await this.textsOf(sql)).map((text) => {
      const { notify_id: _, ...change } = JSON.parse(text);
      return change;
    });
  }
}

/** @returns {Promise<Database>} */
export async function openPglite() {
  const db = await PGlite.create();
  const database = new Database(
    (sql) => db.exec(sql, { onNotice: (notice) => database.notice(notice) }),
    () => db.close(),
  );
  await db.listen('tidemark', (payload) => database.hear(payload));
  return database;
}

/** @returns {Promise<Database>} */
export async function openPostgres() {
  const server = await startPostgres();
  const client = new pg.Client(server);
  await client.connect();
  const database = new Database(
    (sql) => client.query(sql),
    async () => {
      await client.end();
      await server.stop();
    },
  );
  client.on('notification', ({ payload }) => database.hear(payload));
  client.on('notice', (notice) => database.notice(notice));
  await client.query('LISTEN tidemark');
  return database;
}

export const openers = { PGlite: openPglite, PostgreSQL: openPostgres };
