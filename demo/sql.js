/**
 * Runs SQL in the running demo's embedded database, as psql would in a server:
 *
 *   node demo/sql.js "update appointments set status = 'confirmed' where id = 6"
 *   node demo/sql.js --json "select * from journeys"
 *
 * PORT says which demo, as it does for the demo itself.
 */
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { sqlSocketPath } from './server/sql-socket.js';

const USAGE = `usage: node demo/sql.js [--json] "select * from appointments"`;

/** @typedef {{ rows: Record<string, unknown>[], fields: { name: string }[], affectedRows?: number }} Result */

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/**
 * @param {string} path
 * @param {string} sql
 * @returns {Promise<Result[]>}
 */
async function run(path, sql) {
  const socket = connect({ path, allowHalfOpen: true });
  socket.end(JSON.stringify({ sql }));
  socket.setEncoding('utf8');
  let text = '';
  for await (const part of socket) text += part;
  const { results, error } = JSON.parse(text);
  if (error) throw new Error(error);
  return results;
}

/** @param {unknown} value */
const asText = (value) =>
  value === null ? '∅' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/**
 * Lays rows out in columns under their names.
 *
 * @param {Result} result
 * @returns {string}
 */
function table({ rows, fields }) {
  const names = fields.map((field) => field.name);
  const cells = rows.map((row) => names.map((name) => asText(row[name])));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((c) => c[i].length)));
  /** @param {string[]} line */
  const lay = (line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width));
  return [names, rule, ...cells].map(lay).join('\n');
}

/** @param {number} n */
const countRows = (n) => `${n} ${n === 1 ? 'row' : 'rows'}`;

/** @param {Result} result */
function describe(result) {
  if (result.fields.length === 0) return `${countRows(result.affectedRows ?? 0)} changed`;
  return `${table(result)}\n${countRows(result.rows.length)}`;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) fail(USAGE);
  if (process.env.DATABASE_URL) {
    fail(
      'The demo with DATABASE_URL set uses that server: ' +
        'run psql "$DATABASE_URL" (its tables are in the schema clinic).',
    );
  }
  const port = Number(process.env.PORT ?? 5173);
  const results = await run(await sqlSocketPath(port), positionals[0]);
  if (values.json) return console.log(JSON.stringify(results.flatMap((r) => r.rows)));
  for (const result of results) console.log(describe(result));
}

main().catch((error) => {
  const notRunning = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
  if (!notRunning) fail(error.message);
  const port = process.env.PORT ?? 5173;
  fail(
    `No demo is running on port ${port}. Start it with ./build.sh demo, ` +
      'or set PORT to the port it runs on.',
  );
});
