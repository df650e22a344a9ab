import { Redis } from 'ioredis';
import {
  freePort,
  startServer,
  temporaryFolder,
  unprivileged,
  untilReady,
} from './server-process.js';

/** A Redis server of the test's own. It keeps what a SAVE wrote, and nothing else. */
export async function startRedis() {
  const owner = unprivileged('redis');
  const folder = temporaryFolder('redis', owner);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);

  /** @template T @param {(redis: Redis) => Promise<T>} work @returns {Promise<T>} */
  const ask = async (work) => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async () => {
    const server = startServer('redis-server', args, { folder, owner, stopSignal: 'SIGTERM' });
    await untilReady(server, () => ask((redis) => redis.ping()));
    return server;
  };

  let server = await start();
  return {
    url,
    port,
    ask,
    stop: () => server.stop(),
    /** Crashes it, and starts it again with what was saved. */
    async restart() {
      await server.crash();
      server = await start();
    },
  };
}
