/** The three pages of one list. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import config from '../../../demo/vite.config.js';

/** @param {string} path from this folder */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export const BUILT = at('../../../build/pixels/');

/** By file, what each keeps its list current with. */
export const PAGES = {
  tidemark: 'tidemark: stream and rules',
  polling: 'TanStack Query, polling every second',
  socket: 'TanStack Query, hand-written socket',
};

/** Bundles them as the demo's page is. */
export async function bundlePages() {
  const names = Object.keys(PAGES);
  await build({
    ...config,
    configFile: false,
    logLevel: 'error',
    root: at('pages'),
    build: {
      ...config.build,
      outDir: BUILT,
      rolldownOptions: { input: names.map((name) => at(`pages/${name}.html`)) },
    },
  });
}
