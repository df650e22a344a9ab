/**
 * The core as an object: one method per event and question of src/tidemark.h, in JavaScript's terms.
 * Only the files of this folder see pointers. Every `now` is in ms on any one clock; handles are
 * positive integers, 0 is none. Methods throw TidemarkError for what the core refuses, and nothing
 * has changed then. A WebAssembly.RuntimeError means that the instance is lost: make a new engine.
 */
import {
  DEFAULT_KEY_BYTES,
  DEFAULT_MESSAGE_BYTES,
  Effect,
  ErrorCode,
  Event,
  STATS,
} from './codes.js';
import { TidemarkError } from './error.js';
import { KeyEncoder } from './key-encoder.js';
import { Memory } from './memory.js';

const EFFECT_WORDS = 4;

/**
 * @typedef {object} ObserverRecord struct tidemark_observer_options, its members in order
 * @property {readonly number[]} doubles
 * @property {readonly number[]} bytes
 *
 * @typedef {object} Limits 0 or absent: the default of src/tidemark.h
 * @property {number} [messageBytes]
 * @property {number} [jsonDepth]
 * @property {number} [keyBytes]
 * @property {number} [entries]
 * @property {number} [layersPerEntry]
 * @property {number} [rules]
 * @property {number} [concurrentRefetches]
 * @property {number} [changesPerSecond]
 * @property {number} [resetWindow] ms
 * @property {number} [refetchSpacing] ms
 */

/** A secret seed, so that nobody outside can choose keys that collide. */
function randomSeed() {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return (BigInt(words[1]) << 32n) | BigInt(words[0]);
}

export class Engine {
  #memory;
  #exports;
  #keys;
  #detail = '';

  /** @param {{ seed?: bigint, clientId?: string, limits?: Limits }} [options] */
  constructor({ seed = randomSeed(), clientId = '', limits = {} } = {}) {
    const messageBytes = limits.messageBytes || DEFAULT_MESSAGE_BYTES;
    const keyBytes = limits.keyBytes || DEFAULT_KEY_BYTES;
    this.#memory = new Memory(Math.max(messageBytes, DEFAULT_MESSAGE_BYTES, keyBytes) + 4096);
    this.#exports = this.#memory.exports;
    this.#keys = new KeyEncoder(this.#memory, { keyBytes, messageBytes });
    const written = this.#memory.writeText(`${clientId}\0`);
    if (written < 0) throw new TidemarkError(ErrorCode.OPTION, 'clientId must be shorter');
    this.#check(
      this.#exports.tm_create(
        Number(seed & 0xffffffffn),
        Number((seed >> 32n) & 0xffffffffn),
        limits.messageBytes ?? 0,
        limits.jsonDepth ?? 0,
        limits.keyBytes ?? 0,
        limits.entries ?? 0,
        limits.layersPerEntry ?? 0,
        limits.rules ?? 0,
        limits.concurrentRefetches ?? 0,
        limits.changesPerSecond ?? 0,
        limits.resetWindow ?? 0,
        limits.refetchSpacing ?? 0,
      ),
    );
    if (this.#exports.tm_stats_count() !== STATS.length) {
      throw new Error(
        'wasm/tidemark.js and js-glue/ are of different versions; run ./build.sh build',
      );
    }
  }

  destroy() {
    this.#exports.tm_destroy();
  }

  /** @param {number} result @returns {number} */
  #check(result) {
    if (result >= 0) return result;
    const sentence = this.#memory.readTerminated(this.#exports.tm_error_text(result));
    const known = result !== ErrorCode.OPTION;
    const detail = known ? this.#memory.readTerminated(this.#exports.tm_detail()) : '';
    throw new TidemarkError(result, detail === '' ? sentence : `${sentence}: ${detail}`);
  }

  // ---- entries and observers

  /** @param {readonly unknown[]} key @returns {number} its entry or 0 */
  find(key) {
    return this.#check(this.#exports.tm_find(this.#keys.encode(key)));
  }

  /** @param {readonly unknown[]} key @param {number} gcTime @param {number} now */
  build(key, gcTime, now) {
    return this.#check(this.#exports.tm_build(this.#keys.encode(key), gcTime, now));
  }

  /** @param {number} entry @param {ObserverRecord} options @param {number} now */
  observe(entry, options, now) {
    this.#memory.writeRecord(options.doubles, options.bytes);
    return this.#check(this.#exports.tm_observe(entry, now));
  }

  /**
   * @param {number} observer @param {number} entry @param {ObserverRecord} options
   * @param {boolean} reread only what functions among the options say may have changed: nothing is
   *   fetched for it
   * @param {number} now
   */
  setObserver(observer, entry, options, reread, now) {
    this.#memory.writeRecord(options.doubles, options.bytes);
    return this.#check(this.#exports.tm_set_observer(observer, entry, reread ? 1 : 0, now));
  }

  /** @param {number} observer @param {boolean} signalTaken @param {number} now */
  unobserve(observer, signalTaken, now) {
    return this.#check(this.#exports.tm_unobserve(observer, signalTaken ? 1 : 0, now));
  }

  /**
   * @param {number} entry
   * @param {{ restart?: boolean, networkMode?: number, refetch?: boolean, staleTime?: number }} options
   *   an answer that is fresh for staleTime (ms, Infinity or STATIC) is enough, without restart
   * @param {number} now
   * @returns {number} Fetching
   */
  fetch(entry, { restart = false, networkMode = 0, refetch = false, staleTime = 0 }, now) {
    const { tm_fetch } = this.#exports;
    const flags = [restart ? 1 : 0, networkMode, refetch ? 1 : 0];
    return this.#check(tm_fetch(entry, ...flags, staleTime, now));
  }

  /**
   * @param {number} entry @param {number} fetch
   * @param {string | null} asOf "<epoch>:<seq>" that the server sampled before it read
   * @param {number} now
   * @returns {number} Landing
   */
  fetchSucceeded(entry, fetch, asOf, now) {
    const length = asOf === null ? 0 : Math.max(0, this.#memory.writeText(asOf));
    return this.#check(this.#exports.tm_fetch_succeeded(entry, fetch, length, now));
  }

  /**
   * @param {number} entry @param {number} fetch
   * @param {{ retryLimit: number, retryDelay?: number, retryAfter?: number }} options delays in ms;
   *   NaN: the default delay, and no wish of the server's
   * @param {number} now
   */
  fetchFailed(entry, fetch, { retryLimit, retryDelay = NaN, retryAfter = NaN }, now) {
    const { tm_fetch_failed } = this.#exports;
    return this.#check(tm_fetch_failed(entry, fetch, retryLimit, retryDelay, retryAfter, now));
  }

  /**
   * @param {number} entry @param {{ age?: number, keepChanges?: boolean }} options age in ms
   * @param {number} now
   */
  setData(entry, { age = 0, keepChanges = false }, now) {
    return this.#check(this.#exports.tm_set_data(entry, age, keepChanges ? 1 : 0, now));
  }

  /** @param {number} entry @param {readonly (readonly unknown[])[]} tags @param {number} now */
  setTags(entry, tags, now) {
    return this.#check(
      this.#exports.tm_set_tags(entry, this.#keys.encode(tags, 'the tags of a query'), now),
    );
  }

  /** @param {number} entry @param {readonly string[]} names none: all of the channel @param {number} now */
  setScopes(entry, names, now) {
    const length = this.#keys.encode(names, 'the names of the scopes');
    return this.#check(this.#exports.tm_scopes(Event.SET_SCOPES, entry, length, now));
  }

  // ---- lists of entries

  /**
   * @param {number} type @param {ArrayLike<number>} entries @param {number} now
   * @param {{ refetchType?: number, trail?: boolean, revert?: boolean }} [options]
   */
  #list(type, entries, now, { refetchType = 0, trail = false, revert = true } = {}) {
    const most = this.#memory.scratchSize >> 2;
    for (let from = 0; from < entries.length; from += most) {
      const count = Math.min(most, entries.length - from);
      this.#memory.writeList(entries, from, count);
      const { tm_list } = this.#exports;
      this.#check(tm_list(type, count, refetchType, trail ? 1 : 0, revert ? 0 : 1, now));
    }
  }

  /**
   * @param {ArrayLike<number>} entries
   * @param {{ refetchType?: number, trail?: boolean }} options @param {number} now
   */
  invalidate(entries, options, now) {
    this.#list(Event.INVALIDATE, entries, now, options);
  }

  /**
   * `match` and `invalidate` in one, for who need not know which entries these are.
   * @param {readonly unknown[]} key @param {number} flags bits of Match
   * @param {{ refetchType?: number, trail?: boolean }} options @param {number} now
   * @returns {number} how many entries
   */
  invalidateMatching(key, flags, { refetchType = 0, trail = false }, now) {
    const length = this.#keys.encode(key);
    const { tm_list_matching } = this.#exports;
    const type = Event.INVALIDATE;
    return this.#check(tm_list_matching(type, length, flags, refetchType, trail ? 1 : 0, 0, now));
  }

  /** @param {ArrayLike<number>} entries @param {{ trail?: boolean }} options @param {number} now */
  refetch(entries, options, now) {
    this.#list(Event.REFETCH, entries, now, options);
  }

  /** @param {ArrayLike<number>} entries @param {{ revert?: boolean }} options @param {number} now */
  cancel(entries, options, now) {
    this.#list(Event.CANCEL, entries, now, options);
  }

  /** @param {ArrayLike<number>} entries @param {number} now */
  remove(entries, now) {
    this.#list(Event.REMOVE, entries, now);
  }

  /** @param {ArrayLike<number>} entries @param {number} now */
  reset(entries, now) {
    this.#list(Event.RESET, entries, now);
  }

  // ---- changes and mutations

  /** @param {string} text @returns {number} its length; over every limit if it does not fit */
  #text(text) {
    const length = this.#memory.writeText(text);
    return length < 0 ? this.#memory.scratchSize : length;
  }

  /** @param {string} json @param {number} now */
  rules(json, now) {
    return this.#check(this.#exports.tm_text(Event.RULES, 0, this.#text(json), now));
  }

  /** @param {string} json one change or an array of them @param {number} now @returns {number} */
  change(json, now) {
    return this.#check(this.#exports.tm_text(Event.CHANGE, 0, this.#text(json), now));
  }

  /** @param {number} serial unique, > 0 @param {number} now @returns {number} a mutation's handle */
  beginMutation(serial, now) {
    return this.#check(this.#exports.tm_begin_mutation(serial, now));
  }

  /** @param {number} mutation @param {number} entry @param {number} now */
  addLayer(mutation, entry, now) {
    return this.#check(this.#exports.tm_mutation(Event.MUTATION_LAYER, mutation, entry, now));
  }

  /** @param {number} mutation @param {number} now */
  acknowledgeMutation(mutation, now) {
    return this.#check(this.#exports.tm_mutation(Event.MUTATION_ACKNOWLEDGED, mutation, 0, now));
  }

  /** @param {number} mutation @param {number} now */
  failMutation(mutation, now) {
    return this.#check(this.#exports.tm_mutation(Event.MUTATION_FAILED, mutation, 0, now));
  }

  // ---- the world and the stream

  /** @param {number} type @param {number} id @param {number} value @param {number} now */
  #event(type, id, value, now) {
    return this.#check(this.#exports.tm_event(type, id, value, now));
  }

  /** @param {number} now */
  flush(now) {
    this.#event(Event.FLUSH, 0, 0, now);
  }

  /** @param {number} now */
  tick(now) {
    this.#event(Event.TICK, 0, 0, now);
  }

  /** @param {boolean} online @param {number} now */
  online(online, now) {
    this.#event(Event.ONLINE, 0, online ? 1 : 0, now);
  }

  /** @param {boolean} visible @param {number} now */
  visible(visible, now) {
    this.#event(Event.VISIBLE, 0, visible ? 1 : 0, now);
  }

  /** All that is known of the user. @param {number} now */
  forget(now) {
    this.#event(Event.FORGET, 0, 0, now);
  }

  /** Those the channel is to tell of. @param {readonly string[]} names @param {number} now */
  scopes(names, now) {
    const length = this.#keys.encode(names, 'the names of the scopes', 'messageBytes');
    return this.#check(this.#exports.tm_scopes(Event.SCOPES, 0, length, now));
  }

  /**
   * @param {{ backoffBase?: number, backoffCap?: number, maxAttempts?: number, jitter?: boolean,
   *   ticket?: boolean }} options times in ms; 0 is the default
   * @param {number} now
   */
  connect(
    { backoffBase = 0, backoffCap = 0, maxAttempts = 0, jitter = true, ticket = false },
    now,
  ) {
    const { tm_connect } = this.#exports;
    const flags = [jitter ? 0 : 1, ticket ? 1 : 0];
    return this.#check(tm_connect(backoffBase, backoffCap, maxAttempts, ...flags, now));
  }

  /** @param {number} now */
  disconnect(now) {
    this.#event(Event.DISCONNECT, 0, 0, now);
  }

  /** @param {number} socket @param {number} now */
  ticketReady(socket, now) {
    this.#event(Event.TICKET_READY, socket, 0, now);
  }

  /** @param {number} socket @param {boolean} forGood @param {number} now */
  ticketFailed(socket, forGood, now) {
    this.#event(Event.TICKET_FAILED, socket, forGood ? 1 : 0, now);
  }

  /** @param {number} socket @param {number} now */
  socketOpened(socket, now) {
    this.#event(Event.SOCKET_OPENED, socket, 0, now);
  }

  /** @param {number} socket @param {string} text @param {number} now */
  socketText(socket, text, now) {
    return this.#check(this.#exports.tm_text(Event.SOCKET_TEXT, socket, this.#text(text), now));
  }

  /** @param {number} socket @param {number} code @param {number} now */
  socketClosed(socket, code, now) {
    this.#event(Event.SOCKET_CLOSED, socket, code, now);
  }

  // ---- effects and questions

  /**
   * Hands every effect to `handler`. Each batch is copied first, so a handler may step and drain. One
   * that returns false ends it: the engine is not asked again.
   * @param {(type: number, entry: number, id: number, flags: number) => void | false} handler
   */
  drain(handler) {
    const { tm_drain, tm_effects } = this.#exports;
    for (let count = tm_drain(); count > 0; count = tm_drain()) {
      const words = this.#memory.readList(tm_effects(), count * EFFECT_WORDS);
      for (let i = 0; i < words.length; i += EFFECT_WORDS) {
        if (words[i] === Effect.WARN) {
          this.#detail = this.#memory.readTerminated(this.#exports.tm_detail());
        }
      }
      for (let i = 0; i < words.length; i += EFFECT_WORDS) {
        if (handler(words[i], words[i + 1], words[i + 2], words[i + 3]) === false) return;
      }
    }
  }

  /** What the last WARN that was drained is about. */
  detail() {
    return this.#detail;
  }

  /** @returns {number} ms on the clock of `now`, or Infinity */
  nextDeadline() {
    return this.#exports.tm_next_deadline();
  }

  /** @param {number} entry @returns {number} bits of State */
  state(entry) {
    return this.#check(this.#exports.tm_state(entry));
  }

  /** @param {number} entry @param {number} staleTime @param {number} now */
  isStale(entry, staleTime, now) {
    return this.#check(this.#exports.tm_is_stale(entry, staleTime, now)) === 1;
  }

  /** @param {number} observer @param {number} now */
  observerIsStale(observer, now) {
    return this.#check(this.#exports.tm_observer_is_stale(observer, now)) === 1;
  }

  /** @param {readonly unknown[]} key @param {number} flags bits of Match @param {number} now */
  match(key, flags, now) {
    const count = this.#check(this.#exports.tm_match(this.#keys.encode(key), flags, now));
    return this.#memory.readList(this.#exports.tm_selected(), count);
  }

  /** @param {number} entry @returns {number[]} handles of its layers' mutations, lowest first */
  layers(entry) {
    const count = this.#check(this.#exports.tm_layers(entry));
    return this.#memory.readList(this.#exports.tm_selected(), count);
  }

  /**
   * @param {number} entry
   * @returns {number} the observer that asked for its fetch, or 0
   */
  fetchCause(entry) {
    return this.#exports.tm_fetch_cause(entry);
  }

  /** @returns {{ epoch: string, seq: number } | null} */
  streamPosition() {
    const seq = this.#exports.tm_stream_position();
    return seq < 0 ? null : { epoch: this.#memory.readTerminated(this.#memory.pointer), seq };
  }

  /** @returns {number} StreamStatus */
  streamStatus() {
    return this.#exports.tm_stream_state();
  }

  /** @returns {Record<typeof STATS[number], number>} */
  stats() {
    const values = this.#memory.readDoubles(this.#exports.tm_stats(), STATS.length);
    const pairs = STATS.map((name, i) => [name, values[i]]);
    return /** @type {Record<typeof STATS[number], number>} */ (Object.fromEntries(pairs));
  }
}
