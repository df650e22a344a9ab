import { RefetchType } from '../engine/codes.js';
import { report } from '../environment.js';
import { hashKey } from '../query/hash-key.js';
import { resolveOption } from '../query/options.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from '../query/query-client.js' */
/** @import { Query } from '../query/query.js' */

/** @typedef {(value: any, variables: any) => unknown} Updater */

/**
 * One mutation as the core knows it: its number on the wire and its layers over the queries that it
 * changes before the server has answered.
 */
export class Layers {
  #client;
  #serial;
  /** @type {Map<Query, Updater[]>} */
  #targets = new Map();
  /** @type {unknown} */
  #variables;
  /** The core's handle. */
  #handle = 0;
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
   * @param {any} optimistic a list of `{ queryKey, update }`, or a function of the variables
   * @param {unknown} variables
   * @throws what an updater threw; then nothing of this mutation shows
   */
  lay(optimistic, variables) {
    this.#variables = variables;
    this.#targets = targetsOf(this.#client, resolveOption(optimistic, variables) ?? []);
    this.#laying = true;
    try {
      this.#client.driver.apply((engine, now) => this.begin(engine, now));
      // Views are computed when they are looked at. Look now: who throws is not sent.
      for (const query of this.#targets.keys()) void query.data;
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
    const handle = engine.beginMutation(this.#serial, now);
    try {
      for (const query of this.#targets.keys()) engine.addLayer(handle, query.entry, now);
    } catch (error) {
      engine.failMutation(handle, now);
      throw error;
    }
    for (const [query, updaters] of this.#targets) {
      query.view.setUpdater(handle, {
        owner: this,
        update: (value) => this.#update(value, updaters),
      });
    }
    this.#handle = handle;
    this.#phase = 'pending';
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
    const { driver } = this.#client;
    if (this.#phase === 'pending') {
      driver.apply((engine, now) => engine.acknowledgeMutation(this.#handle, now));
      this.#phase = 'acknowledged';
    } else if (changes === null) {
      this.#invalidateTargets();
    }
    if (changes === null) return;
    try {
      for (const text of changes) driver.apply((engine, now) => engine.change(text, now));
    } catch (error) {
      // The mutation stands: the server did it. What it touched is asked for again instead.
      report(error);
      this.#invalidateTargets();
    }
  }

  /** The server did not do it: as if it had never been tried. */
  fail() {
    if (this.#phase !== 'pending') return;
    this.#client.driver.apply((engine, now) => engine.failMutation(this.#handle, now));
    this.#phase = 'failed';
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
    const what = `tidemark: the optimistic update of ${hashKey(queryKey)} threw; it is not shown`;
    report(new Error(what, { cause: error }));
  }

  /**
   * @param {unknown} value
   * @param {Updater[]} updaters
   */
  #update(value, updaters) {
    let current = value;
    for (const update of updaters) {
      const next = update(current, this.#variables);
      if (next !== undefined) current = next;
    }
    return current;
  }

  #invalidateTargets() {
    const queries = [...this.#targets.keys()].filter((query) => !query.dropped);
    this.#client.driver.apply((engine, now) =>
      engine.invalidate(
        queries.map((query) => query.entry),
        { refetchType: RefetchType.ACTIVE, trail: true },
        now,
      ),
    );
  }
}

/**
 * @param {QueryClient} client
 * @param {any} optimistic
 * @returns {Map<Query, Updater[]>}
 */
function targetsOf(client, optimistic) {
  if (!Array.isArray(optimistic)) {
    throw new TypeError('optimistic is not a list; allowed: [{ queryKey: […], update: fn }, …]');
  }
  optimistic.forEach((target, index) => {
    if (typeof target?.update !== 'function' || !Array.isArray(target?.queryKey)) {
      throw new TypeError(
        `optimistic ${index + 1} is wrong; allowed: { queryKey: […], update: (value, variables) => … }`,
      );
    }
  });
  /** @type {Map<Query, Updater[]>} */
  const targets = new Map();
  for (const { queryKey, update } of optimistic) {
    const query = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }));
    targets.set(query, [...(targets.get(query) ?? []), update]);
  }
  return targets;
}
