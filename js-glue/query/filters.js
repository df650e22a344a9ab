import { Match } from '../engine/codes.js';
import { argumentError } from '../runtime/argument-error.js';
import { checkObject } from '../runtime/check-object.js';
import { asksForAbsence, hashKey, partialMatchKey } from '../runtime/hash-key.js';
import { fetchStatusOf } from './query-state.js';

/** @import { Query } from './query.js' */
/** @import { Mutation } from '../mutation/mutation.js' */
/** @import { MutationFilters, QueryFilters } from '../types/cache.js' */

/** @typedef {NonNullable<QueryFilters['predicate']>} Predicate */

const TYPE_FLAGS = { active: Match.ACTIVE, inactive: Match.INACTIVE, all: 0 };
const FETCH_STATUS_FLAGS = {
  fetching: Match.FETCHING,
  idle: Match.IDLE,
  paused: Match.PAUSED,
};

/**
 * What the core can decide of a filter, as bits of Match.
 *
 * @param {QueryFilters} filters
 * @throws {TypeError} for filters that are no object, or a value that is not one of the allowed ones
 */
export function matchFlags(filters) {
  checkObject('filters', filters, '{ queryKey }');
  const { queryKey, exact, type = 'all', stale, fetchStatus } = filters;
  let flags = choice('type', type, TYPE_FLAGS);
  if (exact && queryKey) flags |= Match.EXACT;
  if (typeof stale === 'boolean') flags |= stale ? Match.STALE : Match.FRESH;
  if (fetchStatus) flags |= choice('fetchStatus', fetchStatus, FETCH_STATUS_FLAGS);
  return flags;
}

/**
 * What the core cannot decide of a filter.
 *
 * @param {QueryFilters} filters
 * @returns {Predicate | undefined} asked of what the core has selected
 */
export function remainingPredicate({ queryKey, exact, predicate }) {
  if (exact || !queryKey || !asksForAbsence(queryKey)) return predicate;
  return (query) => partialMatchKey(query.queryKey, queryKey) && (!predicate || predicate(query));
}

/**
 * @template {Record<string, number>} Table
 * @param {string} name
 * @param {string} value
 * @param {Table} table
 * @returns {number}
 */
export function choice(name, value, table) {
  if (Object.hasOwn(table, value)) return table[value];
  const allowed = Object.keys(table).map((key) => `'${key}'`);
  throw argumentError(name, `one of ${allowed.join(', ')}`, value);
}

/**
 * True if the filters, ANDed, select the query.
 *
 * @param {QueryFilters} filters
 * @param {Query} query
 */
export function matchQuery(filters, query) {
  const { queryKey, exact, type = 'all', stale, fetchStatus, predicate } = filters;
  if (queryKey) {
    const same = exact
      ? hashKey(query.queryKey) === hashKey(queryKey)
      : partialMatchKey(query.queryKey, queryKey);
    if (!same) return false;
  }
  if (type !== 'all' && query.isActive() !== (type === 'active')) return false;
  if (typeof stale === 'boolean' && query.isStale() !== stale) return false;
  if (fetchStatus && fetchStatusOf(query.bits) !== fetchStatus) return false;
  return !predicate || predicate(query);
}

/**
 * @param {MutationFilters} filters
 * @param {Mutation} mutation
 * @returns {boolean}
 */
export function matchMutation({ mutationKey, exact, status, predicate }, mutation) {
  if (mutationKey) {
    const own = mutation.options.mutationKey;
    if (!own) return false;
    const same = exact ? hashKey(own) === hashKey(mutationKey) : partialMatchKey(own, mutationKey);
    if (!same) return false;
  }
  if (status && mutation.state.status !== status) return false;
  return !predicate || predicate(mutation);
}
