/** Bytes that are read in one turn: a few milliseconds' work at worst. */
const TURN_BYTES = 128 * 1024;

/**
 * Spreads work over turns of the event loop, so that what many clients send at once does not keep
 * the others, timers and HTTP requests waiting. The order stays.
 */
export class Turns {
  #left = TURN_BYTES;
  #isDue = false;
  /** @type {{ bytes: number, work: () => void }[]} */
  #waiting = [];

  /**
   * @param {number} bytes that the work goes through
   * @param {() => void} work never throws
   * @returns {boolean} whether it was done now; else it is done in a later turn
   */
  take(bytes, work) {
    if (this.#waiting.length > 0 || this.#left <= 0) {
      this.#waiting.push({ bytes, work });
      return false;
    }
    this.#do(bytes, work);
    return true;
  }

  /** @param {number} bytes @param {() => void} work */
  #do(bytes, work) {
    this.#left -= bytes;
    if (!this.#isDue) setImmediate(() => this.#nextTurn());
    this.#isDue = true;
    work();
  }

  #nextTurn() {
    this.#isDue = false;
    this.#left = TURN_BYTES;
    let done = 0;
    while (done < this.#waiting.length && this.#left > 0) {
      const { bytes, work } = this.#waiting[done];
      done += 1;
      this.#do(bytes, work);
    }
    this.#waiting.splice(0, done);
  }
}
