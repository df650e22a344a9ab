import { timerDelay } from './environment.js';

/** @import { Environment } from './environment.js' */

/** The one timer of a client. It may ring early, never late: whoever hears it looks at the clock. */
export class DeadlineTimer {
  #environment;
  #now;
  #ring;
  /** @type {unknown} */
  #timer;
  /** ms on its clock; Infinity while no timer runs. */
  #due = Infinity;

  /**
   * @param {Environment} environment
   * @param {() => number} now the clock that it is set by
   * @param {() => void} ring
   */
  constructor(environment, now, ring) {
    this.#environment = environment;
    this.#now = now;
    this.#ring = ring;
  }

  /**
   * Rings at `due` at the latest. A timer that runs already is moved only to an earlier time, which
   * spares most of them; without need for one none is left. One that should have rung goes by a clock
   * that stood still, as in a laptop that slept: it says nothing any more.
   *
   * @param {number} due ms on its clock, or Infinity
   */
  set(due) {
    const now = this.#now();
    if (due >= this.#due && this.#due > now && due !== Infinity) return;
    if (this.#due !== Infinity) this.#environment.clearTimeout(this.#timer);
    this.#due = due;
    if (due === Infinity) return;
    const delay = timerDelay(due - now);
    this.#timer = this.#environment.setTimeout(() => {
      this.#due = Infinity;
      this.#ring();
    }, delay);
  }
}
