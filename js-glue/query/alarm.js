import { timerDelay } from '../environment.js';

/** @import { Environment } from '../environment.js' */

/** The one timer of a client. It may ring early, never late: whoever hears it looks at the clock. */
export class Alarm {
  #environment;
  #ring;
  /** @type {unknown} */
  #timer;
  /** ms on the environment's clock; Infinity while no timer runs. */
  #due = Infinity;

  /**
   * @param {Environment} environment
   * @param {() => void} ring
   */
  constructor(environment, ring) {
    this.#environment = environment;
    this.#ring = ring;
  }

  /**
   * Rings at `due` at the latest. A timer that runs already is moved only to an earlier time, which
   * spares most of them; without need for one none is left.
   *
   * @param {number} due ms on the environment's clock, or Infinity
   */
  set(due) {
    if (due >= this.#due && due !== Infinity) return;
    if (this.#due !== Infinity) this.#environment.clearTimeout(this.#timer);
    this.#due = due;
    if (due === Infinity) return;
    const delay = timerDelay(due - this.#environment.now());
    this.#timer = this.#environment.setTimeout(() => {
      this.#due = Infinity;
      this.#ring();
    }, delay);
  }
}
