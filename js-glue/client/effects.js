import { Effect, Outcome, Warning } from '../engine/codes.js';
import { runFetch } from '../query/fetcher.js';
import { restoreInitialData } from '../query/initial-data.js';
import { isError } from '../query/query.js';
import { createWarner } from './warnings.js';

/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from '../query/query.js' */
/** @import { DefaultError } from '../types/common.js' */
/** @import { Perform } from '../runtime/driver.js' */

/**
 * Carries out the core's effects for one client: the one place that knows what each of them means
 * on this side. What is the app's to do is left to `driver.call`.
 *
 * @param {QueryClient} client
 * @returns {Perform}
 */
export function createEffects(client) {
  const warn = createWarner();

  return (type, entry, id, flags) => {
    if (type < Effect.TICKET) {
      const query = client.getQueryCache().of(entry);
      if (query) performOnQuery(query, type, id, flags);
    } else if (type === Effect.WARN) {
      if (flags === Warning.REFUSED) client.stream.refused();
      warn(
        flags,
        client.driver.ask((engine) => engine.detail()),
      );
    } else {
      client.stream.perform(type, id, flags);
    }
  };
}

/**
 * @param {Query} query
 * @param {number} type Effect
 * @param {number} id
 * @param {number} flags
 */
function performOnQuery(query, type, id, flags) {
  const { driver } = query.client;
  switch (type) {
    case Effect.SETTLE:
      settle(query, flags);
      break;
    case Effect.CLEAR:
      query.clear();
      if (query.isRemoved && !query.isGone()) query.client.getQueryCache().takeBack(query);
      driver.call(() => restoreInitialData(query, query.options));
      break;
    case Effect.FOLD:
      query.view.fold(id);
      driver.call(() => query.view.base);
      break;
    case Effect.REPLAY:
      query.view.touch();
      if (query.observers.length === 0) driver.call(() => query.view.release());
      break;
    case Effect.FETCH:
      runFetch(query, id, flags);
      break;
    case Effect.NOTIFY:
      for (const observer of query.observers) driver.call(() => observer.onQueryUpdate());
      query.client.getQueryCache().notify({ type: 'updated', query });
      break;
    case Effect.DROP:
      query.client.getQueryCache().drop(query.entry);
      break;
  }
}

/**
 * @param {Query} query
 * @param {number} outcome Outcome
 */
function settle(query, outcome) {
  const { client } = query;
  const { config } = client.getQueryCache();
  query.settle(outcome, client.driver.now());
  if (outcome === Outcome.SUCCESS) {
    client.driver.call(() => config.onSuccess?.(query.data, query));
    client.driver.call(() => config.onSettled?.(query.data, null, query));
  } else if (isError(outcome)) {
    const error = /** @type {DefaultError} */ (query.error); // what apps are told that it is
    client.driver.call(() => config.onError?.(error, query));
    client.driver.call(() => config.onSettled?.(query.data, error, query));
  }
}
