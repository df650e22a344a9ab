import { ErrorCode, RefetchType } from '../engine/codes.js';
import { TidemarkError } from '../engine/error.js';
import { resolveOption } from '../query/options.js';
import { report } from '../runtime/environment.js';
import { hashKey } from '../runtime/hash-key.js';
import { entriesOf, isAbout, targetsOf } from './targets.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from '../client/query-client.js' */
/** @import { Query } from '../query/query.js' */

/** @import { Target } from './targets.js' */
/** @import { FullMutationOptions } from '../types/internal.js' */

/**
 * One mutation as the core knows it: its number on the wire and its layers over the queries that it
 * changes before the server has answered. While it is pending they cover each query that its targets
 * are about, also one that is made, or made again, meanwhile.
 */
export class Layers {
  #client;
  #serial;
  /** @type {Target[]} */
  #targets = [];
  /** Those it is about. @type {Set<Query>} */
  #queries = new Set();
  /** Those of them that took no further layer: nothing shows there. @type {Set<Query>} */
  #full = new Set();
  /** @type {unknown} */
  #variables;
  /** The core's handle, good in that engine only. */
  #handle = 0;
  /** @type {Engine | undefined} */
  #engine;
  /** @type {'none' | 'pending' | 'acknowledged' | 'failed'} */
  #phase = 'none';
  /** An updater threw while the layers were laid. @type {{ error: unknown } | null} */
  #refusal = null;
  #laying = false;

  /**
   * @param {QueryClient} client
   * @param {number} serial unique in this client, > 0
   */
  constructor(client, serial) {
    this.#client = client;
    this.#serial = serial;
  }

  /** What the server repeats in the change that this mutation causes. */
  get mutationId() {
    return `${this.#client.clientId}.${this.#serial}`;
  }

  /**
   * Shows the change, at once.
   *
   * @param {FullMutationOptions['optimistic']} optimistic
   * @param {unknown} variables
   * @throws what an updater threw; then nothing of this mutation shows
   */
  lay(optimistic, variables) {
    const client = this.#client;
    this.#variables = variables;
    this.#targets = targetsOf(resolveOption(optimistic, variables) ?? []);
    for (const { queryKey, exact } of this.#targets) {
      if (exact) client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
    }
    this.#laying = true;
    try {
      client.driver.apply((engine, now) => this.begin(engine, now));
      // Views are computed when they are looked at. Look now: who throws is not sent.
      for (const query of this.#queries) void query.data;
    } finally {
      this.#laying = false;
    }
    if (this.#refusal) throw this.#refusal.error;
  }

  /**
   * Tells an engine of this mutation; a second time after the core was started again.
   *
   * @param {Engine} engine
   * @param {number} now
   */
  begin(engine, now) {
    this.#handle = engine.beginMutation(this.#serial, now);
    this.#engine = engine;
    this.#full.clear();
    this.#client.getQueryCache().fill();
    try {
      for (const entry of entriesOf(this.#targets, engine, now)) {
        const query = this.#client.getQueryCache().of(entry);
        if (query) this.#layOver(query, engine, now);
      }
    } catch (error) {
      engine.failMutation(this.#handle, now);
      throw error;
    }
    this.#phase = 'pending';
  }

  /**
   * Shows the change under a key that is new in the cache, if it is about it.
   *
   * @param {Query} query
   */
  cover(query) {
    if (!this.isPending || !this.#targets.some((target) => isAbout(target, query))) return;
    try {
      this.#client.driver.apply((engine, now) => this.#layOver(query, engine, now));
    } catch (error) {
      report(error); // out of memory: who made the query is not to blame
    }
  }

  /** The run is over: what it was laid over need not be kept for it. */
  forget() {
    this.#queries.clear();
    this.#full.clear();
  }

  get isPending() {
    return this.#phase === 'pending';
  }

  /**
   * The server did it. The layers stay until an answer that was asked for later is there.
   *
   * @param {string[] | null} changes that the app says it caused, as JSON
   */
  acknowledge(changes) {
    const { driver, optionFunctions } = this.#client;
    optionFunctions.ask();
    if (this.isPending) {
      driver.apply((engine, now) => {
        // One that was removed while it ran is not told to an engine that takes the place of its own.
        if (engine === this.#engine) engine.acknowledgeMutation(this.#handle, now);
        this.#phase = 'acknowledged';
      });
      if (this.#full.size > 0) this.#invalidate(this.#full);
    } else if (changes === null) {
      this.#invalidate(this.#queries);
    }
    if (changes === null) return;
    try {
      for (const text of changes) driver.apply((engine, now) => engine.change(text, now));
    } catch (error) {
      // The mutation stands: the server did it. What it touched is asked for again instead.
      report(error);
      this.#invalidate(this.#queries);
    }
  }

  /** The server did not do it: as if it had never been tried. */
  fail() {
    if (!this.isPending) return;
    this.#client.driver.apply((engine, now) => {
      if (engine === this.#engine) engine.failMutation(this.#handle, now);
      this.#phase = 'failed';
    });
  }

  /**
   * One of its updaters threw: the mutation shows nothing any more, the others stand.
   *
   * @param {unknown} error
   * @param {readonly unknown[]} queryKey
   */
  updaterThrew(error, queryKey) {
    this.fail();
    if (this.#laying) {
      this.#refusal ??= { error };
      return;
    }
    const what = `tidemark: the optimistic update of ${hashKey(queryKey)} threw; the mutation is no longer shown`;
    report(new Error(what, { cause: error }));
  }

  /**
   * @param {Query} query
   * @param {Engine} engine
   * @param {number} now
   */
  #layOver(query, engine, now) {
    const targets = this.#targets.filter((target) => isAbout(target, query));
    if (targets.length === 0) return; // the core selects what lacks a member too generously
    this.#queries.add(query);
    try {
      engine.addLayer(this.#handle, query.entry, now);
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code !== ErrorCode.FULL) throw error;
      // Writes go on where reads fail and no layer goes.
      this.#full.add(query);
      this.#client.getMutationCache().reportFull(query, error);
      return;
    }
    query.view.setUpdater(this.#handle, {
      owner: this,
      update: (value) => this.#update(value, targets, query.queryKey),
    });
  }

  /**
   * @param {unknown} value
   * @param {Target[]} targets
   * @param {readonly unknown[]} queryKey
   */
  #update(value, targets, queryKey) {
    let current = value;
    for (const { update } of targets) {
      const next = update(current, this.#variables, queryKey);
      if (next !== undefined) current = next;
    }
    return current;
  }

  /** @param {Set<Query>} touched */
  #invalidate(touched) {
    const queries = [...touched].filter((query) => !query.dropped);
    this.#client.driver.apply((engine, now) =>
      engine.invalidate(
        queries.map((query) => query.entry),
        { refetchType: RefetchType.ACTIVE, trail: true },
        now,
      ),
    );
  }
}
