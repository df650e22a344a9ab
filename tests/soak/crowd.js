import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process full of clients; each order is one of crowd-process.js. */
export function startCrowd() {
  const child = fork(fileURLToPath(new URL('crowd-process.js', import.meta.url)));
  let expected = 0;
  /** @param {string} name @param {object} [order] @returns {Promise<any>} its answer */
  const tell = async (name, order = {}) => {
    child.send({ ...order, name });
    const [{ answer }] = await once(child, 'message');
    return answer;
  };
  return {
    tell,
    /** Resolves when the plain sockets have had so many more changes. @param {number} count */
    expect(count) {
      expected += count;
      return tell('expect', { total: expected });
    },
    stop() {
      child.kill('SIGKILL');
    },
  };
}
