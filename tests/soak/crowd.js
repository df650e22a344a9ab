import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process full of clients; each order is one of crowd-process.js. */
export function startCrowd() {
  const child = fork(fileURLToPath(new URL('crowd-process.js', import.meta.url)));
  return {
    /** @param {string} name @param {object} [order] @returns {Promise<any>} its answer */
    async tell(name, order = {}) {
      child.send({ ...order, name });
      const [{ answer }] = await once(child, 'message');
      return answer;
    },
    stop() {
      child.kill('SIGKILL');
    },
  };
}
