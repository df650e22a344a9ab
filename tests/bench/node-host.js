/** A host in a process of its own, driven by messages of its parent. */
import { host } from './host.js';

const commands = {
  ...host,
  /** Bytes on the JS heap, after all that can be collected is. */
  heap() {
    for (let i = 0; i < 4; i++) /** @type {any} */ (globalThis).gc();
    return process.memoryUsage().heapUsed;
  },
};

process.on('message', (/** @type {{ command: string, argument: any }} */ { command, argument }) => {
  try {
    process.send?.({ result: /** @type {any} */ (commands)[command](argument) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
process.on('disconnect', () => process.exit());
