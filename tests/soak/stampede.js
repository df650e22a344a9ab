import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHub } from 'tidemark/hub';
import { startCrowd } from './crowd.js';

const BINS = 10;
/** For all of them to be back and to have read again. */
const PATIENCE_MS = 60_000;

/**
 * Drops many clients of the package at once, each with an active query that has to be read again,
 * and looks at how they come back.
 *
 * @param {{ clients: number }} size
 * @returns {Promise<Record<string, number>>} `…Peak`: the fullest tenth of the time beside the mean of
 *   the tenths; `heapGrowth`: the hub's heap afterwards beside before
 */
export async function playStampede({ clients }) {
  /** @type {number[]} when tickets were asked for, in ms of this machine's clock */
  let returns = [];
  const hub = createHub({
    authorize: () => true,
    origins: ['no-origin'],
    limits: { connectionsPerUser: clients, pendingPerAddress: clients, authMs: 30_000 },
  });
  const server = createServer((_request, response) => {
    returns.push(performance.timeOrigin + performance.now());
    // A connection kept for the next ticket would look like memory of the hub's.
    response.setHeader('connection', 'close');
    response.end(hub.issueTicket('ann'));
  });
  hub.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const crowd = startCrowd();
  try {
    await crowd.tell('openClients', {
      url: `ws://127.0.0.1:${port}/tidemark`,
      ticketUrl: `http://127.0.0.1:${port}/`,
      count: clients,
      scopes: ['a'],
    });
    await crowd.settled();
    returns = [];
    const before = usedHeap();

    hub.disconnect();
    hub.publish({ reset: true, scope: 'a' });
    const reads = await gather(crowd, clients);
    return {
      clients,
      returned: returns.length,
      returnMs: Math.round(Math.max(...returns) - Math.min(...returns)),
      returnPeak: peak(returns),
      reads: reads.length,
      readMs: Math.round(Math.max(...reads) - Math.min(...reads)),
      readPeak: peak(reads),
      heapGrowth: usedHeap() / before,
    };
  } finally {
    crowd.stop();
    hub.disconnect();
    await hub.close();
    server.close();
  }
}

/** @param {ReturnType<typeof startCrowd>} crowd @param {number} count @returns {Promise<number[]>} */
async function gather(crowd, count) {
  const reads = [];
  const end = performance.now() + PATIENCE_MS;
  while (reads.length < count && performance.now() < end) {
    reads.push(...(await crowd.tell('reads')));
    await wait(50);
  }
  return reads;
}

/** @param {number[]} times @returns {number} */
function peak(times) {
  const first = Math.min(...times);
  const width = (Math.max(...times) - first) / BINS;
  const bins = Array.from({ length: BINS }, () => 0);
  for (const time of times) bins[Math.min(BINS - 1, Math.floor((time - first) / width))] += 1;
  return Math.max(...bins) / (times.length / BINS);
}

/** @returns {number} bytes in use that nobody could free */
function usedHeap() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
