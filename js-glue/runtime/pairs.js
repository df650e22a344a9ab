/** Below so many pairs, to remember costs more than to compare again. */
const FEW = 10_000;

/**
 * What came of comparing two objects, so that a pair of them is compared once: values may share parts,
 * and then there are up to 2ⁿ ways to a pair n levels down.
 */
export class Pairs {
  #compared = 0;
  /** @type {Map<object, Map<object, unknown>>} */
  #results = new Map();

  /**
   * @template T
   * @param {object} a
   * @param {object} b
   * @param {T} meanwhile the result for whoever meets the pair within itself
   * @param {() => T} compare
   * @returns {T}
   */
  once(a, b, meanwhile, compare) {
    this.#compared += 1;
    if (this.#compared <= FEW) return compare();
    const results = this.#results.get(a) ?? new Map();
    if (results.has(b)) return results.get(b);
    this.#results.set(a, results.set(b, meanwhile));
    const result = compare();
    results.set(b, result);
    return result;
  }
}
