import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { startChromium } from '../../browser/chromium.js';

/**
 * A real page in Chromium with the package, React and the helpers of page/main.js in it, bundled as
 * an app would bundle them.
 */
export async function openPage() {
  const input = fileURLToPath(new URL('./page/main.js', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    // React's checks, StrictMode among them, are in its development build only.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { write: false, rolldownOptions: { input, output: { format: 'iife' } } },
  });
  const { output } = Array.isArray(result) ? result[0] : result;
  const chromium = await startChromium();
  const page = await chromium.browser.contexts()[0].newPage();
  /** Errors that nobody caught, and what React and others complain of. @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.addScriptTag({ content: output[0].code });
  return { page, errors, close: () => chromium.close() };
}
