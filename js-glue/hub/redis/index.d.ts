import type { HubBackplane } from '../index.js';

export interface RedisBackplaneOptions {
  /** `redis://…` or `rediss://…`, with user and password if there are any. */
  readonly url: string;
  /** Begins the names of the keys. Hubs with the same one share one stream. Default `tidemark`. */
  readonly prefix?: string;
  /** How long a hub that fell silent still leads. Default 5,000 ms, at least 100. */
  readonly leaseMs?: number;
}

/**
 * Keeps the stream of changes in Redis 5 or later, for several hubs. Needs the package `ioredis`.
 * The first connection must succeed; a later loss is retried without end, from 100 ms doubling to
 * 5 s. What was published meanwhile is appended then. A Redis that was restarted, replaced or
 * emptied begins a new epoch. One that refuses to write counts as lost.
 * `hub.close()` waits a second at most for what Redis has not confirmed, and warns of the rest.
 * @throws {TypeError} naming the option that is wrong and what is allowed
 */
export function redisBackplane(options: RedisBackplaneOptions): HubBackplane;
