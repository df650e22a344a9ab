/**
 * Where contenders run: in Node, in a page of Chromium, or natively. Each opens hosts, and a host
 * takes the commands of host.js, one at a time.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { startChromium } from '../browser/chromium.js';

const WHEEL = 'build/bench/wheel.wasm';
const NATIVE = 'build/bench/native';

/**
 * @typedef {object} Host
 * @property {(command: string, argument?: unknown) => Promise<any>} call rejects if the host does
 * @property {() => Promise<void>} stop
 */

/** @typedef {{ name: string, version: string, host(): Promise<Host>, stop(): Promise<void> }} Platform */

const wheel = () => readFileSync(WHEEL).toString('base64');

/** @returns {Platform} */
export function node() {
  return {
    name: 'Node',
    version: process.version,
    async host() {
      const child = fork(fileURLToPath(new URL('node-host.js', import.meta.url)), {
        execArgv: ['--expose-gc'],
        env: { ...process.env, NODE_ENV: 'production' },
      });
      const ended = once(child, 'exit');
      /** @type {Host['call']} */
      const call = async (command, argument) => {
        child.send({ command, argument });
        const [reply] = await Promise.race([
          once(child, 'message'),
          ended.then(() => [{ error: 'the process died' }]),
        ]);
        if (reply.error) throw new Error(reply.error);
        return reply.result;
      };
      await call('setup', wheel());
      const stop = async () => {
        if (child.connected) child.disconnect();
        await ended;
      };
      return { call, stop };
    },
    stop: async () => {},
  };
}

/** One module for a page, as an application's bundler would make it. */
async function bundle() {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: true,
      lib: { entry: 'tests/bench/page-host.js', formats: ['es'], fileName: 'bundle' },
    },
  });
  return /** @type {any} */ (built)[0].output[0].code;
}

/** @returns {Promise<Platform>} */
export async function chromium() {
  const code = await bundle();
  const { browser, close } = await startChromium();
  return {
    name: 'Chromium',
    version: browser.version(),
    async host() {
      const page = await browser.contexts()[0].newPage();
      await page.addScriptTag({ content: code, type: 'module' });
      await page.waitForFunction('globalThis.benchHost');
      const session = await page.context().newCDPSession(page);
      /** @type {Host['call']} */
      const call = async (command, argument) => {
        if (command === 'heap') {
          for (let i = 0; i < 4; i++) await session.send('HeapProfiler.collectGarbage');
          // A platform timer is an object of the embedder's heap.
          const { usedSize, embedderHeapUsedSize } = await session.send('Runtime.getHeapUsage');
          return usedSize + embedderHeapUsedSize;
        }
        return page.evaluate(
          ([name, value]) => /** @type {any} */ (globalThis).benchHost[name](value),
          /** @type {[string, any]} */ ([command, argument]),
        );
      };
      await call('setup', wheel());
      return { call, stop: () => page.close() };
    },
    stop: close,
  };
}

/** The core in C: `open` and `measure` only. @returns {Promise<Host>} */
export async function native() {
  const child = spawn(NATIVE, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** @param {string} line */
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${NATIVE} ended at "${line}"`);
    return value;
  };
  return {
    async call(command, argument) {
      const { task, size, count } = /** @type {any} */ (argument);
      if (command === 'open') return ask(`open ${task} ${size}`);
      const [ns, touched] = (await ask(`run ${count}`)).split(' ').map(Number);
      return { ms: ns / 1e6, touched };
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
