import { NetworkMode, RefetchType } from '../engine/codes.js';
import { giveScopes } from '../query/query-scopes.js';
import { giveTags } from '../query/tags.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from '../query/query.js' */

/**
 * After a trap: tells a new engine what the lost one knew. Answers are kept and marked, what is
 * looked at or waited for is fetched again, and the stream starts over.
 *
 * @param {QueryClient} client
 * @param {Engine} engine
 * @param {number} now
 */
export function rebuild(client, engine, now) {
  if (client.rules) engine.rules(client.rules, now);
  client.world.tell(engine, now);
  const queries = rebuildQueries(client, engine, now);
  for (const mutation of client.getMutationCache().getAll()) {
    if (mutation.layers.isPending) mutation.layers.begin(engine, now);
  }
  for (const query of queries) refetch(query, engine, now);
  client.stream.rebuild(engine, now);
}

/**
 * @param {QueryClient} client
 * @param {Engine} engine
 * @param {number} now
 */
function rebuildQueries(client, engine, now) {
  const cache = client.getQueryCache();
  const queries = cache.held();
  for (const query of queries) {
    query.abandonRun();
    query.entry = engine.build(query.queryKey, query.options.gcTime, now);
  }
  cache.rebind(queries);
  for (const query of queries) {
    giveScopes(query, engine, now);
    if (!query.view.hasBase) continue;
    const age = Math.max(0, now - query.dataUpdatedAt);
    engine.setData(query.entry, { age, keepChanges: false }, now);
    giveTags(query, query.options, engine, now);
    engine.invalidate([query.entry], { refetchType: RefetchType.NONE, trail: false }, now);
  }
  return queries;
}

/**
 * @param {Query} query
 * @param {Engine} engine
 * @param {number} now
 */
function refetch(query, engine, now) {
  for (const observer of query.observers) observer.reobserve(engine, now);
  if (query.isRemoved) {
    engine.remove([query.entry], now);
  } else if (query.isAwaited) {
    const networkMode = NetworkMode.ONLINE;
    engine.fetch(query.entry, { restart: false, networkMode, refetch: false }, now);
  } else if (query.observers.length > 0) {
    engine.refetch([query.entry], { trail: false }, now);
  }
}
