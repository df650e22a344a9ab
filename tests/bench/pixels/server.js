/**
 * The clinic's server on PGlite, with the pages of the bench instead of the demo's. Takes SQL from
 * its parent and answers with the time of the commit.
 */
import { startDemo } from '../../../demo/server/server.js';
import { BUILT } from './pages.js';

const demo = await startDemo({ port: 0, page: BUILT });

process.on('message', async (/** @type {string} */ sql) => {
  await demo.database.script(sql);
  process.send?.({ committedAt: performance.timeOrigin + performance.now() });
});
process.once('disconnect', () => demo.close().then(() => process.exit(0)));
process.send?.({ url: demo.url });
