/** What is measured: the clinic's server in a process of its own, and the pages in Chromium. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChromium } from '../../browser/chromium.js';
import { postAsOperator } from '../../browser/clinic.js';
import { bundlePages } from './pages.js';

/** Longest time in milliseconds until a change has to show, reconnecting included. */
const PATIENCE = 15_000;
/** Milliseconds between two questions whether a page is ready. */
const LOOK_EVERY = 20;

/** How many appointments the clinic's day has; their ids count from 1. */
export const APPOINTMENTS = 8;

/**
 * @typedef {Awaited<ReturnType<typeof openClinic>>} Clinic
 * @typedef {Awaited<ReturnType<Clinic['open']>>} Page
 * @typedef {Awaited<ReturnType<Clinic['change']>>} Change
 */

export async function openClinic() {
  await bundlePages();
  const server = fork(fileURLToPath(new URL('server.js', import.meta.url)));
  const gone = new AbortController();
  server.once('exit', () => gone.abort());
  const answer = async () => (await once(server, 'message', { signal: gone.signal }))[0];
  const { url } = await answer();
  const { browser, close } = await startChromium();
  let changes = 0;

  return {
    version: browser.version(),

    /** Opens one of the pages and waits until it is ready. @param {string} name */
    async open(name) {
      const context = await browser.newContext();
      const page = await context.newPage();
      let requests = 0;
      let reads = 0;
      page.on('request', (request) => {
        if (!new URL(request.url()).pathname.startsWith('/api/')) return;
        requests += 1;
        if (request.method() === 'GET') reads += 1;
      });
      await page.goto(`${url}/${name}.html`);
      const opened = {
        /** How many requests it has made of the API, and how many of them read the list. */
        asked: () => ({ requests, reads }),

        /** Waits until it shows the list and hears of changes. */
        async ready() {
          const deadline = Date.now() + PATIENCE;
          while (!(await page.evaluate(() => /** @type {any} */ (globalThis).bench?.isReady()))) {
            if (Date.now() > deadline) throw new Error(`${name}.html does not get ready`);
            await wait(LOOK_EVERY);
          }
        },

        /**
         * @param {string} text
         * @returns {Promise<number | null>} when it was on screen, in ms since 1970; null if it
         *   never is
         */
        async painted(text) {
          const tooLate = new AbortController();
          const at = await Promise.race([
            page.evaluate((it) => /** @type {any} */ (globalThis).bench.painted(it), text),
            wait(PATIENCE, null, tooLate).catch(() => null),
          ]);
          tooLate.abort();
          return at;
        },

        close: () => context.close(),
      };
      await opened.ready();
      return opened;
    },

    /** Gives the next appointment in turn a room that none ever had. */
    async change() {
      changes += 1;
      const room = `Room ${100 + changes}`;
      const id = 1 + (changes % APPOINTMENTS);
      server.send(`update appointments set room = '${room}' where id = ${id}`);
      const { committedAt } = await answer();
      return { room, committedAt };
    },

    /** Cuts every socket and lets none in meanwhile. @param {number} seconds */
    cut: (seconds) => postAsOperator(url, '/demo/cut', { seconds }),

    async close() {
      await close();
      server.disconnect();
      if (server.exitCode === null) await once(server, 'exit');
    },
  };
}
