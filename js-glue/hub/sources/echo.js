import { randomBytes } from 'node:crypto';

const NOT_HEARD =
  'the connection must keep one session (direct, or through a pooler in session mode); ' +
  'got one on which LISTEN succeeds but no notification arrives';

/**
 * Listening is not hearing: behind a pooler in transaction mode LISTEN succeeds, on a session that is
 * somebody else's afterwards. So who listens notifies itself as well, and has to hear that. The
 * channel is of this session alone: no other hub is disturbed.
 */
export class Echo {
  #channel = `tidemark_echo_${randomBytes(8).toString('hex')}`;
  #count = 0;
  /** @type {(payload: string) => void} */
  #take = () => {};

  get listen() {
    return `LISTEN "${this.#channel}"`;
  }

  /** @param {string} channel @param {string} payload of any notification that the session hears */
  take(channel, payload) {
    if (channel === this.#channel) this.#take(payload);
  }

  /**
   * Resolves when the session has heard itself.
   *
   * @param {import('pg').Client} client
   * @param {number} ms from the answer to the echo
   */
  async probe(client, ms) {
    this.#count += 1;
    const expected = String(this.#count);
    const heard = new Promise((resolve) => {
      this.#take = (payload) => payload === expected && resolve(undefined);
    });
    // In literals: a statement with parameters is prepared, which not every pooler carries.
    await client.query(`select pg_notify('${this.#channel}', '${expected}')`);
    await within(ms, heard);
  }
}

/** @param {number} ms @param {Promise<unknown>} heard */
async function within(ms, heard) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(NOT_HEARD)), ms);
    // Of a connection that is closed meanwhile nothing is heard, and nothing is left to wait for.
    timer.unref();
  });
  await Promise.race([heard, late]);
  clearTimeout(timer);
}
