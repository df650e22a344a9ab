import { shareAs } from '../runtime/structural-sharing.js';

/** @import { Query } from './query.js' */
/** @import { FullQueryOptions } from '../types/internal.js' */

/** What an observer makes of the data before it shows it, remembered until its input changes. */
export class Selection {
  /** Whose data it is. @type {Query | undefined} */
  #source;
  /** @type {unknown} */
  #input;
  /** @type {FullQueryOptions['select']} */
  #select;
  /** The last one that `select` returned of that source; shown as long as it throws. @type {unknown} */
  #output;
  /** @type {{ error: unknown, at: number } | null} */
  #failure = null;

  /** @type {unknown} */
  #placeholderOption;
  /** @type {unknown} */
  #previousData;
  /** @type {unknown} */
  #placeholder;

  /**
   * @param {FullQueryOptions} options
   * @param {unknown} data not undefined
   * @param {unknown} shown what was shown before, for structural sharing
   * @param {Query | undefined} source whose data it is; undefined for a placeholder
   * @param {number} now ms
   * @returns {{ data: unknown, failure: { error: unknown, at: number } | null }}
   */
  select({ select, structuralSharing }, data, shown, source, now) {
    const isSame = source !== undefined && source === this.#source;
    this.#source = source;
    if (!select) {
      // A placeholder that is written inline is a new object with each render.
      return { data: source ? data : shareAs(structuralSharing, shown, data), failure: null };
    }
    if (select !== this.#select || !Object.is(data, this.#input)) {
      this.#select = select;
      this.#input = data;
      if (!isSame) this.#output = undefined;
      // The app's own function may keep what it is given: it is not given another query's.
      const previous = isSame || typeof structuralSharing !== 'function' ? shown : undefined;
      try {
        this.#output = shareAs(structuralSharing, previous, select(data));
        this.#failure = null;
      } catch (error) {
        this.#failure = { error, at: now };
      }
    }
    return { data: this.#output, failure: this.#failure };
  }

  /**
   * What `placeholderData` gives while there is no data; undefined for nothing.
   *
   * @param {FullQueryOptions['placeholderData']} option
   * @param {Query | undefined} previousQuery the last one that had data
   * @returns {unknown}
   */
  placeholder(option, previousQuery) {
    if (option === undefined) return undefined;
    const previousData = previousQuery?.data;
    if (option !== this.#placeholderOption || !Object.is(previousData, this.#previousData)) {
      this.#placeholderOption = option;
      this.#previousData = previousData;
      this.#placeholder =
        typeof option === 'function' ? option(previousData, previousQuery) : option;
    }
    return this.#placeholder;
  }
}
