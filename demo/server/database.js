/**
 * The demo's database, behind the four verbs that the rest needs: PGlite in this process's
 * memory, or a PostgreSQL server when DATABASE_URL is set.
 *
 * @typedef {{ rows: any[], fields: { name: string }[], affectedRows?: number }} Result
 * @typedef {{ query: (sql: string, values?: unknown[]) => Promise<Result> }} Queryable
 *
 * @typedef {Queryable & {
 *   transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>,
 *   script: (sql: string) => Promise<Result[]>,
 *   source: () => import('tidemark/hub').HubSource,
 *   embedded: boolean,
 *   close: () => Promise<void>,
 * }} Database
 */
import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { pgliteSource, postgresSource } from 'tidemark/hub';
import { TRIGGERS } from './triggers.js';

/** The channel that the schema's triggers notify. */
export const CHANNEL = 'tidemark';

/** @param {string} name */
const sqlFile = (name) => readFile(new URL(name, import.meta.url), 'utf8');

/**
 * Opens the database and creates the schema if it is absent; a new one gets the clinic's day.
 *
 * @param {string} [connectionString] of a PostgreSQL server; without it, PGlite in memory
 * @returns {Promise<Database>}
 */
export async function openDatabase(connectionString) {
  const database = connectionString ? openServer(connectionString) : await openEmbedded();
  await database.script(await sqlFile('schema.sql'));
  await database.script(TRIGGERS);
  const { rows } = await database.query('select from clinic.people limit 1');
  if (rows.length === 0) await startTheDay(database);
  return database;
}

/**
 * Sets every row of the clinic back to how the day begins.
 *
 * @param {Database} database
 */
export async function startTheDay(database) {
  await database.script(await sqlFile('seed.sql'));
}

/** @returns {Promise<Database>} */
async function openEmbedded() {
  const db = await PGlite.create();
  await db.exec('set search_path to clinic, public');
  return {
    query: (sql, values) => db.query(sql, values),
    transaction: (work) => db.transaction((tx) => work(tx)),
    script: (sql) => db.transaction((tx) => tx.exec(sql)),
    source: () => pgliteSource(db, { channel: CHANNEL }),
    embedded: true,
    close: () => db.close(),
  };
}

/**
 * @param {string} connectionString
 * @returns {Database}
 */
function openServer(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 8 });
  pool.on('error', () => {}); // an idle connection that broke: the next query opens another

  /** @type {Database['transaction']} */
  const transaction = async (work) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      const broken = await client.query('rollback').catch((reason) => reason);
      client.release(broken instanceof Error ? broken : undefined);
      throw error;
    }
  };

  return {
    query: (sql, values) => pool.query(sql, values),
    transaction,
    script: (sql) => transaction(async (tx) => [await tx.query(sql)].flat()),
    source: () => postgresSource({ connectionString, channel: CHANNEL }),
    embedded: false,
    close: () => pool.end(),
  };
}
