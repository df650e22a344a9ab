/** @import { AnyQueryResult, FullQueryOptions } from '../types/internal.js' */

/** @typedef {keyof AnyQueryResult} Field */

/** Which fields of a result somebody reads: changes of the others are not worth a call. */
export class TrackedProps {
  /** @type {Set<Field>} */
  #read = new Set();

  /** @param {Field} field */
  pay(field) {
    this.#read.add(field);
  }

  /**
   * The result, noting which fields are read.
   *
   * @param {AnyQueryResult} result
   * @param {(field: Field) => void} [onRead]
   */
  track(result, onRead) {
    return new Proxy(result, {
      get: (target, field) => {
        this.pay(/** @type {Field} */ (field));
        onRead?.(/** @type {Field} */ (field));
        return target[/** @type {Field} */ (field)];
      },
    });
  }

  /**
   * Whether listeners should hear of it. Before anything was read, of everything.
   *
   * @param {AnyQueryResult} before
   * @param {AnyQueryResult} after
   * @param {FullQueryOptions} options of the observer
   */
  isDueTo(before, after, { notifyOnChangeProps, throwOnError }) {
    const wanted =
      typeof notifyOnChangeProps === 'function' ? notifyOnChangeProps() : notifyOnChangeProps;
    if (wanted === 'all' || (!wanted && this.#read.size === 0)) return true;
    if (throwOnError && after.error !== before.error) return true;
    const fields = [...(wanted ?? this.#read)];
    return fields.some((field) => !Object.is(after[field], before[field]));
  }
}
