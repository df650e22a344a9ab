/**
 * The demo as a person meets it: the real server as its own process, and Chromium.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lineMatching, startChromium } from './chromium.js';

const run = promisify(execFile);
const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Longest time that anything on a page may take to appear, in milliseconds. */
const PATIENCE = 15_000;

export async function openClinic() {
  const { DATABASE_URL: _, ...env } = process.env;
  const server = spawn(process.execPath, [fromHere('../../demo/server/main.js')], {
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = lineMatching(server, server.stdout, /^tidemark demo ready: (\S+)$/m);
  const [url, chromium] = await Promise.all([ready, startChromium()]);
  const { port } = new URL(url);
  const contexts = [];

  return {
    url,

    /** A browser of its own, as a colleague would have: nothing is shared with the others. */
    async open(path, options = { viewport: { width: 1280, height: 900 } }) {
      const context = await chromium.browser.newContext(options);
      contexts.push(context);
      return watch(await context.newPage(), `${url}${path}`);
    },

    /** A tab among others of one window, which another tab can cover. */
    openTab: async (path) => watch(await chromium.browser.contexts()[0].newPage(), `${url}${path}`),

    /** Runs SQL in the demo's database from outside, as its README says. */
    async sql(text) {
      const { stdout } = await run(
        process.execPath,
        [fromHere('../../demo/sql.js'), '--json', text],
        {
          env: { ...env, PORT: port },
        },
      );
      return JSON.parse(stdout);
    },

    post: (path, body) => postAsOperator(url, path, body),

    /** Closes what the last test opened, and sets the clinic back. */
    async startTheDay() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      await this.post('/demo/cut', { seconds: 0 });
      await this.post('/demo/reset');
    },

    async close() {
      await chromium.close();
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}

/** Posts to a clinic's API as its operator. */
export async function postAsOperator(url, path, body = {}) {
  const send = async (to, payload, headers) => {
    const response = await fetch(`${url}/api${to}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(payload),
    });
    return response.json();
  };
  const { token } = await send('/session', { role: 'operator' });
  return send(path, body, { authorization: `Bearer ${token}` });
}

/** Loads a page and keeps count of what it asks for and hears. */
async function watch(page, address) {
  page.setDefaultTimeout(PATIENCE);
  const reads = [];
  const heard = [];
  const problems = [];
  page.on('request', (request) => {
    if (request.method() === 'GET' && request.url().includes('/api/')) {
      reads.push(new URL(request.url()).pathname.replace('/api/', ''));
    }
  });
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => heard.push(String(payload)));
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(address);
  return new Visit(page, { reads, heard, problems });
}

/** One page of the demo. */
class Visit {
  constructor(page, { reads, heard, problems }) {
    this.page = page;
    /** Lists asked for, in order. */
    this.reads = reads;
    /** Frames that came over the page's sockets. */
    this.heard = heard;
    /** Errors that nothing caught. */
    this.problems = problems;
  }

  /** The line about a patient, on the dashboard of a role. */
  row(role, patient) {
    return this.page.locator(`[data-role=${role}] .row`, { hasText: patient });
  }

  tab(name) {
    return this.page.getByRole('tab', { name });
  }

  control(name) {
    return this.page.getByRole('region', { name: 'Make it go wrong' }).getByText(name);
  }

  /** Waits until every dashboard shown is connected and has its rows. */
  async settled() {
    const dashboards = this.page.locator('.dashboard');
    await dashboards.first().waitFor();
    for (const dashboard of await dashboards.all()) {
      await dashboard.locator('.row').first().waitFor();
      await dashboard.locator('[data-status=live]').waitFor();
    }
    return this;
  }

  /** Waits until a message of the stream has come that holds this text, `count` times. */
  async hears(text, count = 1) {
    const deadline = Date.now() + PATIENCE;
    while (this.heard.filter((frame) => frame.includes(text)).length < count) {
      if (Date.now() > deadline) throw new Error(`never heard ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Notes every text that an element shows from now on; gives them when asked. */
  async record(locator) {
    const texts = await locator.evaluateHandle((element) => {
      const shown = [element.innerText];
      const note = () => shown.push(element.innerText);
      const changes = { childList: true, characterData: true, subtree: true };
      new MutationObserver(note).observe(element, changes);
      return shown;
    });
    return () => texts.jsonValue();
  }

  /** Holds this page's requests to a path back until released or refused. */
  async hold(path) {
    let settle;
    const decided = new Promise((resolve) => {
      settle = resolve;
    });
    await this.page.route(`**/api${path}`, async (route) => {
      if ((await decided) === 'release') await route.continue();
      else await route.abort('connectionfailed');
    });
    return { release: () => settle('release'), breakOff: () => settle('abort') };
  }
}

/** Waits until an element shows a text; fails with what it shows instead. */
export async function shows(locator, text) {
  try {
    await locator.filter({ hasText: text }).waitFor();
  } catch (error) {
    const found = await locator.allInnerTexts();
    throw new Error(`expected “${text}”, found ${JSON.stringify(found)}`, { cause: error });
  }
}

/** Waits until an element is gone. */
export const gone = (locator) => locator.waitFor({ state: 'detached' });
