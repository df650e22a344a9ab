/** @typedef {import('pg').Client} Client */

/**
 * Runs what needs a session of its own so that it shows where there is none. A pooler in transaction
 * mode lends a session for one transaction; whoever is alone gets the same one again, and hears
 * itself. So behind a pooler another connection keeps a session busy meanwhile.
 *
 * @param {Client} client
 * @param {() => Client} another connection to the same
 * @param {() => Promise<void>} run
 */
export async function besideAnother(client, another, run) {
  if (await isDirect(client)) return run();
  const other = another();
  other.on('error', () => {});
  try {
    await other.connect();
    await other.query('BEGIN');
  } catch {
    // There is one session, and it is ours.
  }
  try {
    await run();
  } finally {
    void other.end().catch(() => {});
  }
}

/**
 * A pooler makes up the process id that it says when a connection begins, as it stands for many.
 *
 * @param {Client} client
 */
async function isDirect(client) {
  const { rows } = await client.query({ text: 'select pg_backend_pid()', rowMode: 'array' });
  return Number(rows[0][0]) === /** @type {{ processID?: number }} */ (client).processID;
}
