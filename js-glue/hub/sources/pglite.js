import { quoteChannel } from './channel.js';

/**
 * Changes from an embedded PGlite. It lives in this process, so it is never lost.
 *
 * @param {import('../index.js').ListeningDatabase} db
 * @param {{ channel?: string }} [options]
 * @returns {import('../index.js').HubSource}
 */
export function pgliteSource(db, { channel = 'tidemark' } = {}) {
  const quoted = quoteChannel(channel);
  /** @type {Promise<() => Promise<void>> | null} */
  let listening = null;
  let closed = false;
  return {
    async start({ change }) {
      listening = db.listen(quoted, (payload) => {
        if (!closed) change(payload);
      });
      await listening;
    },
    async close() {
      closed = true;
      const stop = await listening?.catch(() => null);
      if (stop && !db.closed) await stop();
    },
  };
}
