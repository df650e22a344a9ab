import { report } from '../runtime/environment.js';
import { shareAs } from '../runtime/structural-sharing.js';

/** @import { Query } from './query.js' */
/** @import { Layers } from '../mutation/layers.js' */

/** @typedef {(value: unknown) => unknown} Update */
/** @typedef {{ owner: Layers, update: Update }} Layer owner: hears if the update throws */
/** @typedef {{ layer: Layer | undefined, below: unknown, above: unknown }} Step */

/**
 * What most views have instead of a Map of their own, which weighs as much as the entry in the core.
 *
 * @type {Map<number, Layer>}
 */
const NO_UPDATERS = new Map();

/** @type {Step[]} */
const NO_STEPS = [];

/**
 * A query's value as two things: the base, which is the server's answer, and the view, which is the
 * base with the layers of pending mutations replayed over it, lowest first. The core says which
 * layers there are and in which order; the functions are here.
 */
export class LayeredValue {
  /** By the core's mutation handle. @type {Map<number, Layer>} */
  #updaters = NO_UPDATERS;
  /** @type {unknown} */
  #base;
  /** The last replay. @type {Step[]} */
  #steps = NO_STEPS;
  /** Updates that are part of the base, not run yet. @type {Layer[]} */
  #folds = [];
  /** What was shared with what is shown is not the base any more: a mutation became part of it. */
  #hasFolded = false;
  /** @type {unknown} */
  #value;
  #dirty = false;
  #query;

  /** @param {Query} query */
  constructor(query) {
    this.#query = query;
  }

  get hasBase() {
    return this.#base !== undefined;
  }

  get base() {
    const folds = this.#folds;
    for (let layer = folds.shift(); layer; layer = folds.shift()) {
      const folded = this.#update(this.#base, layer);
      if (folds !== this.#folds) break; // the update has set another base
      this.#base = folded;
    }
    return this.#base;
  }

  /** Shared with what is shown, by who sets it: what cannot be compared is no answer. */
  set base(data) {
    this.#base = data;
    this.#hasFolded = false;
    this.#folds = [];
    this.#dirty = true;
  }

  /** As if there had never been an answer: a later one is not compared with what was shown. */
  clear() {
    this.base = undefined;
    this.#value = undefined;
  }

  /** Base or layers are others than before. */
  touch() {
    this.#dirty = true;
  }

  /**
   * Lets go of the layers that are gone, with the variables that they hold. Who looks does that too,
   * but under a key that nobody observes this may be never.
   */
  release() {
    const layers = this.#layers();
    const gone = this.#steps.findIndex(({ layer }, i) => layer !== this.#updaters.get(layers[i]));
    // What lies above one that is gone runs again anyway.
    if (gone >= 0) this.#steps = this.#steps.slice(0, gone);
    this.#forget(layers);
  }

  get value() {
    if (this.#dirty) this.#replay();
    return this.#value;
  }

  /**
   * @param {number} mutation the core's handle
   * @param {Layer} layer
   */
  setUpdater(mutation, layer) {
    if (this.#updaters === NO_UPDATERS) this.#updaters = new Map();
    this.#updaters.set(mutation, layer);
    this.#dirty = true;
  }

  /**
   * A mutation is part of the base from now on. Its update runs when the base is looked at, not at all
   * if another base is set before.
   *
   * @param {number} mutation
   */
  fold(mutation) {
    const layer = this.#updaters.get(mutation);
    if (!layer) return;
    this.#updaters.delete(mutation);
    this.#folds.push(layer);
    this.#hasFolded = true;
    this.#dirty = true;
  }

  /** The core that knew of the layers is gone. */
  forgetLayers() {
    this.#updaters = NO_UPDATERS;
    this.#dirty = true;
  }

  #replay() {
    this.#dirty = false;
    const layers = this.#layers();
    const { base } = this;
    let value = this.#raise(base, layers);
    this.#forget(layers);
    if (layers.length > 0 || this.#hasFolded) value = this.#shareOrReport(value);
    this.#value = value;
    if (layers.length > 0 || this.#base !== base) return;
    // Without layers both are one value: keep one copy.
    this.#base = value;
    this.#hasFolded = false;
  }

  /**
   * The base with the layers over it. An update runs again only if what lies below it is another
   * value than last time: taking off the highest of many layers costs no more than taking off one.
   *
   * @param {unknown} base
   * @param {readonly number[]} layers
   */
  #raise(base, layers) {
    const before = this.#steps;
    const steps = layers.length > 0 ? new Array(layers.length) : NO_STEPS;
    let value = base;
    for (const [i, mutation] of layers.entries()) {
      const layer = this.#updaters.get(mutation);
      const last = before[i];
      const isSame = last !== undefined && last.layer === layer && last.below === value;
      steps[i] = isSame ? last : { layer, below: value, above: this.#update(value, layer) };
      value = steps[i].above;
    }
    this.#steps = steps;
    return value;
  }

  /** The core's handles of their mutations, lowest first. @returns {readonly number[]} */
  #layers() {
    const query = this.#query;
    return query.dropped ? [] : query.client.driver.ask((engine) => engine.layers(query.entry));
  }

  /**
   * What equals a part of what was shown before keeps its reference.
   *
   * @param {unknown} value
   * @returns {unknown}
   * @throws if it cannot be compared
   */
  share(value) {
    return shareAs(this.#query.options.structuralSharing, this.#value, value);
  }

  /** For what nobody waits for: an update's. @param {unknown} value */
  #shareOrReport(value) {
    try {
      return this.share(value);
    } catch (error) {
      report(error);
      return value;
    }
  }

  /**
   * @param {unknown} value
   * @param {Layer | undefined} layer
   */
  #update(value, layer) {
    if (!layer || value === undefined) return value;
    try {
      return layer.update(value);
    } catch (error) {
      layer.owner.updaterThrew(error, this.#query.queryKey);
      return value;
    }
  }

  /** @param {readonly number[]} layers */
  #forget(layers) {
    if (this.#updaters.size <= layers.length) return;
    const kept = new Set(layers);
    for (const mutation of this.#updaters.keys()) {
      if (!kept.has(mutation)) this.#updaters.delete(mutation);
    }
  }
}
