/** Which fields of a result somebody reads: changes of the others are not worth a call. */
export class TrackedProps {
  /** @type {Set<string>} */
  #read = new Set();

  /** @param {string} field */
  pay(field) {
    this.#read.add(field);
  }

  /**
   * The result, noting which fields are read.
   *
   * @param {any} result
   * @param {(field: string) => void} [onRead]
   */
  track(result, onRead) {
    return new Proxy(result, {
      get: (target, field) => {
        this.pay(/** @type {string} */ (field));
        onRead?.(/** @type {string} */ (field));
        return target[field];
      },
    });
  }

  /**
   * Whether listeners should hear of it. Before anything was read, of everything.
   *
   * @param {any} before
   * @param {any} after
   * @param {any} options of the observer
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
