import { Match, RefetchType } from '../engine/codes.js';
import { choice, matchFlags, remainingPredicate } from '../query/filters.js';
import { fetchStatusOf } from '../query/query-state.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from '../query/query.js' */
/** @import { InvalidateQueryFilters, QueryFilters } from '../types/cache.js' */
/** @import { CancelOptions, InvalidateOptions, RefetchOptions, ResetOptions, ResultOptions } from '../types/query-options.js' */

const REFETCH_TYPES = {
  active: RefetchType.ACTIVE,
  inactive: RefetchType.INACTIVE,
  all: RefetchType.ALL,
  none: RefetchType.NONE,
};

const MATCH_TYPES = { active: Match.ACTIVE, inactive: Match.INACTIVE, all: 0 };

/**
 * @param {QueryClient} client
 * @param {InvalidateQueryFilters} [filters]
 * @param {InvalidateOptions} [options]
 */
export function invalidateQueries(client, filters = {}, options = {}) {
  const type = filters.refetchType ?? filters.type ?? 'active';
  const name = filters.refetchType ? 'refetchType' : 'type';
  const refetchType = choice(name, type, REFETCH_TYPES);
  const how = { refetchType, trail: trail(options) };
  client.optionFunctions.ask();
  if (remainingPredicate(filters) || filters.stale !== undefined || filters.fetchStatus) {
    const queries = onSelected(client, filters, (engine, entries, now) =>
      engine.invalidate(entries, how, now),
    );
    return settled(
      queries.filter((query) => isOfType(query, type)),
      options,
    );
  }
  // What is marked need not be named: only what is fetched then is waited for.
  const { queryKey = [] } = filters;
  const flags = matchFlags(filters);
  client.driver.apply((engine, now) => engine.invalidateMatching(queryKey, flags, how, now));
  if (type === 'none') return settled([], options);
  const fetching = flags | MATCH_TYPES[type] | Match.FETCHING;
  const entries = client.driver.ask((engine, now) => engine.match(queryKey, fetching, now));
  const cache = client.getQueryCache();
  return settled(
    entries.flatMap((entry) => cache.of(entry) ?? []),
    options,
  );
}

/**
 * @param {QueryClient} client
 * @param {QueryFilters} [filters]
 * @param {RefetchOptions} [options]
 */
export function refetchQueries(client, filters = {}, options = {}) {
  const queries = onSelected(client, filters, (engine, entries, now) =>
    engine.refetch(entries, { trail: trail(options) }, now),
  );
  return settled(queries, options);
}

/**
 * @param {QueryClient} client
 * @param {QueryFilters} [filters]
 * @param {CancelOptions} [options]
 */
export async function cancelQueries(client, filters = {}, { revert = true } = {}) {
  onSelected(client, filters, (engine, entries, now) => engine.cancel(entries, { revert }, now));
}

/**
 * @param {QueryClient} client
 * @param {QueryFilters} [filters]
 */
export function removeQueries(client, filters = {}) {
  const cache = client.getQueryCache();
  cache.removeAll(cache.findAll(filters));
}

/**
 * @param {QueryClient} client
 * @param {QueryFilters} [filters]
 * @param {ResetOptions} [options]
 */
export function resetQueries(client, filters = {}, options = {}) {
  const queries = onSelected(client, filters, (engine, entries, now) => engine.reset(entries, now));
  return settled(
    queries.filter((query) => isOfType(query, 'active')),
    options,
  );
}

/**
 * @param {QueryClient} client
 * @param {QueryFilters} filters
 * @param {(engine: Engine, entries: number[], now: number) => unknown} step
 * @returns {Query[]} what was selected
 */
function onSelected(client, filters, step) {
  client.optionFunctions.ask();
  const queries = client.getQueryCache().findAll(filters);
  if (queries.length > 0) {
    client.driver.apply((engine, now) =>
      step(
        engine,
        queries.map((query) => query.entry),
        now,
      ),
    );
  }
  return queries;
}

/** Without `cancelRefetch`, what is in flight may land. @param {InvalidateOptions | RefetchOptions} options */
function trail(options) {
  return options.cancelRefetch === false;
}

/** @param {Query} query @param {string} type */
function isOfType(query, type) {
  return type === 'all' || (type !== 'none' && query.isActive() === (type === 'active'));
}

/**
 * Resolves when the fetches that are under way are over. Paused ones do not block; errors are
 * swallowed unless `throwOnError`.
 *
 * @param {Query[]} queries
 * @param {ResultOptions} options
 */
async function settled(queries, { throwOnError = false }) {
  const waits = queries
    .filter((query) => hasFetchStatus(query, 'fetching'))
    .map((query) => ({ query, promise: query.wait() }));
  if (waits.length === 0) return;
  await waits[0].query.client.driver.flushed();
  const promises = waits
    .filter(({ query }) => !hasFetchStatus(query, 'paused'))
    .map(({ promise }) => promise);
  if (throwOnError) await Promise.all(promises);
  else await Promise.allSettled(promises);
}

/** @param {Query} query @param {string} status */
function hasFetchStatus(query, status) {
  return !query.dropped && fetchStatusOf(query.bits) === status;
}
