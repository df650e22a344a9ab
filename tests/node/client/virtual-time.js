/**
 * A clock that stands still until it is told to go on, with its timers.
 */
export class VirtualTime {
  /** ms since 1970 */
  now = 1_700_000_000_000;
  /** @type {Map<number, { due: number, run: () => void }>} */
  #timers = new Map();
  #lastId = 0;

  /** What a client takes as its environment; in a browser unless said otherwise. */
  get environment() {
    return {
      now: () => this.now,
      setTimeout: (/** @type {() => void} */ run, /** @type {number} */ delay) => {
        if (!(delay >= 0 && delay < 2 ** 31)) throw new Error(`no platform waits ${delay} ms`);
        this.#lastId += 1;
        this.#timers.set(this.#lastId, { due: this.now + delay, run });
        return this.#lastId;
      },
      clearTimeout: (/** @type {number} */ id) => {
        this.#timers.delete(id);
      },
      isServer: false,
    };
  }

  /** How many timers wait. */
  get waiting() {
    return this.#timers.size;
  }

  /**
   * Lets that much time pass: timers run when they are due, and what they cause has happened before
   * the next one.
   *
   * @param {number} ms
   */
  async advance(ms) {
    await settle();
    const end = this.now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next.id);
      this.now = Math.max(this.now, next.due);
      next.run();
      await settle();
    }
    this.now = end;
    await settle();
  }

  /** @param {number} end */
  #next(end) {
    const due = [...this.#timers].filter(([, timer]) => timer.due <= end);
    due.sort(([, a], [, b]) => a.due - b.due);
    return due.length === 0 ? null : { id: due[0][0], ...due[0][1] };
  }
}

/** Until all that promises and microtasks can do has been done. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve));
}
