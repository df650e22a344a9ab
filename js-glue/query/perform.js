import { Effect, Outcome, Warning } from '../engine/codes.js';
import { report } from '../environment.js';
import { restoreInitialData } from './data-verbs.js';
import { runFetch } from './fetcher.js';
import { createWarner } from './warnings.js';

/** @import { QueryClient } from './query-client.js' */
/** @import { Query } from './query.js' */
/** @import { Perform } from './driver.js' */

/**
 * Carries out the core's effects for one client: the one place that knows what each of them means
 * on this side.
 *
 * @param {QueryClient} client
 * @returns {Perform}
 */
export function createPerformer(client) {
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
  switch (type) {
    case Effect.SETTLE:
      settle(query, flags);
      break;
    case Effect.CLEAR:
      query.clear();
      restoreInitialData(query, query.options);
      break;
    case Effect.FOLD:
      query.view.fold(id);
      break;
    case Effect.REPLAY:
      query.view.touch();
      break;
    case Effect.FETCH:
      runFetch(query, id, flags);
      break;
    case Effect.NOTIFY:
      for (const observer of [...query.observers]) guarded(() => observer.onQueryUpdate());
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
  query.settle(outcome, query.client.driver.now());
  const { config } = query.client.getQueryCache();
  if (outcome === Outcome.SUCCESS) {
    guarded(() => config.onSuccess?.(query.data, query));
    guarded(() => config.onSettled?.(query.data, null, query));
  } else if (outcome === Outcome.ERROR) {
    guarded(() => config.onError?.(query.error, query));
    guarded(() => config.onSettled?.(query.data, query.error, query));
  }
}

/** The app's functions run here: one that throws keeps nothing else from happening. @param {() => void} run */
function guarded(run) {
  try {
    run();
  } catch (error) {
    report(error);
  }
}
