import { Fetching, Landing, State } from '../engine/codes.js';
import { describeValue } from '../runtime/argument-error.js';
import { isDevelopment, report } from '../runtime/environment.js';
import { member } from '../runtime/member.js';
import { networkMode, resolveOption, skipToken } from './options.js';
import { failuresOf } from './query-state.js';
import { giveTags } from './tags.js';

/** @import { Query } from './query.js' */
/** @import { FullQueryOptions } from '../types/internal.js' */

/** What every try of one fetch shares. */
export class FetchRun {
  controller = new AbortController();
  /** The query function looked at its signal, so what it does can be aborted. */
  signalTaken = false;
  /** @type {string | null} "<epoch>:<seq>" that the server said the answer is as of */
  asOf = null;
  /** It failed for a reason that another try would only hide. */
  isFinal = false;

  /**
   * @param {number} id the core's number for this fetch
   * @param {FullQueryOptions} options the options of whoever wanted it, with defaults
   */
  constructor(id, options) {
    this.id = id;
    this.options = options;
  }
}

/**
 * Asks the server once, for a FETCH effect, and tells the core how it went.
 *
 * @param {Query} query
 * @param {number} id
 * @param {number} tries how many tries of this fetch failed before
 */
export function runFetch(query, id, tries) {
  const running = query.run;
  const run =
    running && tries > 0 && running.id === id
      ? running
      : new FetchRun(id, query.optionsToFetchWith());
  query.run = run;
  query.client.getQueryCache().fill();
  query.client.driver.call(() => {
    if (query.run !== run) return; // cancelled meanwhile: it need not be asked
    callQueryFn(query, run)
      .then((data) => landed(query, run, data))
      .catch((error) => failed(query, run, error));
  });
}

/**
 * @param {Query} query
 * @param {FetchRun} run
 * @returns {Promise<unknown>}
 */
async function callQueryFn(query, run) {
  const { queryFn, persister, meta } = run.options;
  if (queryFn === skipToken) {
    throw mistake(run, `The queryFn of ${query.queryHash} is skipToken: it cannot be fetched.`);
  }
  if (typeof queryFn !== 'function') {
    throw mistake(run, `Missing queryFn: ${query.queryHash} has no function to fetch it with.`);
  }
  const context = {
    client: query.client,
    queryKey: query.queryKey,
    meta,
    get signal() {
      run.signalTaken = true;
      return run.controller.signal;
    },
    /** @param {string | null | undefined} position */
    asOf(position) {
      if (typeof (position ?? '') !== 'string') {
        throw mistake(
          run,
          `position of asOf() must be a string or null; got ${describeValue(position)}`,
        );
      }
      run.asOf = position ?? null;
    },
  };
  const data = await (persister ? persister(queryFn, context, query) : queryFn(context));
  if (data === undefined) {
    throw mistake(run, `queryFn of ${query.queryHash} must not return undefined; null is allowed`);
  }
  return data;
}

/**
 * A failure that is the author's. Who shows errors to people seldom shows the text, so it is logged as well.
 *
 * @param {FetchRun} run
 * @param {string} message
 */
function mistake(run, message) {
  run.isFinal = true;
  if (isDevelopment()) console.error(`tidemark: ${message}`);
  return new Error(message);
}

/**
 * An answer that cannot be compared with the one shown is a failure, of which another try would be one, too.
 *
 * @param {Query} query
 * @param {FetchRun} run
 * @param {unknown} data
 */
function landed(query, run, data) {
  if (query.run !== run) return;
  run.isFinal = true;
  const shared = query.view.share(data);
  if (query.run !== run) return; // structuralSharing is a function of the app's
  query.client.driver.applyOnce((engine, now) => {
    const landing = engine.fetchSucceeded(query.entry, run.id, run.asOf, now);
    if (landing !== Landing.SHOWN) return;
    query.accept(shared, now);
    giveTags(query, run.options, engine, now);
  });
}

/**
 * @param {Query} query
 * @param {FetchRun} run
 * @param {unknown} error
 */
function failed(query, run, error) {
  if (query.run !== run) return;
  const failures = failuresOf(query.bits);
  query.failureReason = error;
  const retry = run.isFinal ? false : run.options.retry;
  const failure = {
    retryLimit: retryLimit(retry, failures, error, query.client.environment.isServer),
    retryDelay: retryDelay(run.options.retryDelay, failures, error),
    retryAfter: retryAfter(error),
  };
  if (query.run !== run) return; // retry and retryDelay are functions of the app's
  query.client.driver.applyOnce((engine, now) =>
    engine.fetchFailed(query.entry, run.id, failure, now),
  );
}

/**
 * How many tries the `retry` option allows after the first.
 *
 * @param {FullQueryOptions['retry']} retry
 * @param {number} failures before this one
 * @param {unknown} error
 * @param {boolean} isServer
 * @returns {number}
 */
export function retryLimit(retry, failures, error, isServer) {
  if (retry === undefined || retry === null) return isServer ? 0 : 3;
  if (typeof retry === 'number') return retry > 0 ? retry : 0;
  const again = typeof retry === 'function' && guarded(retry, failures, error, false);
  return again || retry === true ? Infinity : 0;
}

/**
 * ms before the next try; NaN leaves it to the core.
 *
 * @param {FullQueryOptions['retryDelay']} delay
 * @param {number} failures before this one
 * @param {unknown} error
 * @returns {number}
 */
export function retryDelay(delay, failures, error) {
  const wanted = guarded(delay, failures, error, undefined);
  return typeof wanted === 'number' && wanted >= 0 ? wanted : Number.NaN;
}

/** ms that the server asked to wait for; NaN for none. @param {unknown} error */
function retryAfter(error) {
  const wanted = member(error, 'retryAfter');
  return typeof wanted === 'number' ? wanted : Number.NaN;
}

/**
 * An option that may be a function of the failure; one that throws is reported and counts as
 * `fallback`, or the fetch would never end.
 *
 * @template T
 * @param {T | ((failures: number, error: unknown) => T)} option
 * @param {number} failures
 * @param {unknown} error
 * @param {T} fallback
 */
function guarded(option, failures, error, fallback) {
  try {
    return resolveOption(option, failures, error);
  } catch (thrown) {
    report(thrown);
    return fallback;
  }
}

/**
 * Starts a fetch that somebody waits for, or joins the one in flight.
 *
 * @param {Query} query
 * @param {FullQueryOptions} options with defaults; this fetch goes by them
 * @param {{ restart?: boolean, staleTime?: number }} how restart: abort what is in flight and ask
 *   again; without it, an answer that is fresh for staleTime (ms, Infinity or STATIC) is enough
 * @returns the data, or how the fetch ends
 */
export function startFetch(query, options, { restart = false, staleTime = 0 }) {
  const busy = (query.bits & State.FETCH_STATUS_MASK) !== State.FETCH_STATUS_IDLE;
  const how = { restart, staleTime, networkMode: networkMode(options), refetch: false };
  const { driver, world } = query.client;
  const end = driver.apply((engine, now) => {
    world.tell(engine, now);
    if (engine.fetch(query.entry, how, now) === Fetching.FRESH) return null;
    if (restart || !busy) {
      query.options = options;
      query.wanted = options;
    }
    // Asked for in the step: a function of the app's that is called after it may end the fetch.
    return query.wait();
  });
  return end ?? Promise.resolve(query.data);
}
