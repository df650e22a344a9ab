import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Over which a client spreads what it reads after a reset or its first subscription, and then some. */
const RESET_WINDOW_MS = 2_500;

/** A process full of clients; each order is one of crowd-process.js. */
export function startCrowd() {
  const child = fork(fileURLToPath(new URL('crowd-process.js', import.meta.url)));
  /** @type {Record<string, number>} */
  const expected = {};
  /** @param {string} name @param {object} [order] @returns {Promise<any>} its answer */
  const tell = async (name, order = {}) => {
    child.send({ ...order, name });
    const [{ answer }] = await once(child, 'message');
    return answer;
  };
  return {
    tell,
    /**
     * Resolves when something has happened so many more times.
     *
     * @param {number} count
     * @param {'received' | 'stale' | 'fresh'} [what] a plain socket had a change, unless said
     */
    expect(count, what = 'received') {
      expected[what] = (expected[what] ?? 0) + count;
      return tell('expect', { what, total: expected[what] });
    },
    /** Resolves when clients that have just come are done with reading. */
    async settled() {
      do await wait(RESET_WINDOW_MS);
      while ((await tell('reads')).length > 0);
    },
    stop() {
      child.kill('SIGKILL');
    },
  };
}
