/**
 * A headless Chromium in which a tab that another one covers is really hidden. Playwright
 * keeps every page visible in a browser that it launches itself; in one that it connects to,
 * it leaves the default context as it finds it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-port=0',
];

/** @returns {Promise<{ browser: import('playwright-core').Browser, close: () => Promise<void> }>} */
export async function startChromium() {
  const profile = await mkdtemp(join(tmpdir(), 'tidemark-chromium-'));
  const program = process.env.CHROMIUM || '/usr/bin/chromium';
  const child = spawn(program, [...ARGUMENTS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = await lineMatching(child, child.stderr, /^DevTools listening on (ws:\S+)/m);
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  return {
    browser,
    async close() {
      await browser.close();
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Waits for a line in what a child process prints.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {import('node:stream').Readable} output
 * @param {RegExp} pattern
 * @returns {Promise<string>} what its first group matched
 * @throws {Error} with the output so far if the process ends, or a minute passes, before that
 */
export function lineMatching(child, output, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = () => reject(new Error(`${child.spawnfile} did not get ready:\n${text}`));
    const deadline = setTimeout(fail, 60_000);
    child.once('error', fail).once('exit', fail);
    output.setEncoding('utf8').on('data', (part) => {
      text += part;
      const found = pattern.exec(text);
      if (!found) return;
      clearTimeout(deadline);
      resolve(found[1]);
    });
  });
}
