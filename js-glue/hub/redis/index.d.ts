import type { HubBackplane } from '../index.js';

export interface RedisBackplaneOptions {
  /** `redis://…` or `rediss://…`, with user and password if there are any. */
  readonly url: string;
  /** Prefix of all Redis keys. Hubs with the same prefix share one stream. Default `tidemark`. */
  readonly prefix?: string;
  /** How long a hub stays the leader after it fell silent. Default 5,000 ms, at least 100. */
  readonly leaseMs?: number;
}

/**
 * Stores the stream of changes in Redis 5 or later, for several hubs. Needs the package `ioredis`.
 * The first connection must succeed. After a later loss the backplane reconnects without limit, after
 * 100 ms doubling to 5 s, and then appends what was published meanwhile. If Redis was restarted, replaced or
 * emptied, a new epoch begins. A Redis that refuses writes counts as lost.
 * `hub.close()` waits at most a second for changes that Redis has not confirmed, and warns about the rest.
 * @throws {TypeError} that names the invalid option and what is allowed
 */
export function redisBackplane(options: RedisBackplaneOptions): HubBackplane;
