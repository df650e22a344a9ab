import { report } from '../runtime/environment.js';

/** @typedef {{ askOptions(): void }} Asked */

/**
 * The observers of a client that have options which are functions. What these say may change without a
 * word, so they are asked again whenever something happens for which it matters.
 */
export class OptionFunctions {
  /** @type {Set<Asked>} */
  #observers = new Set();
  #isAsking = false;

  /** @param {Asked} observer */
  add(observer) {
    this.#observers.add(observer);
  }

  /** @param {Asked} observer */
  delete(observer) {
    this.#observers.delete(observer);
  }

  /** Before the event. A function that throws is reported, and what it said last holds. */
  ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (const observer of [...this.#observers]) {
      try {
        observer.askOptions();
      } catch (error) {
        report(error);
      }
    }
    this.#isAsking = false;
  }
}
