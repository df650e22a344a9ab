import { report } from './environment.js';

/**
 * A set of listeners with a hook for the first and the last one.
 *
 * @template {unknown[]} [Arguments=[]] what a listener is called with
 */
export class Subscribable {
  /** @type {Set<(...args: Arguments) => void>} */
  listeners = new Set();

  constructor() {
    this.subscribe = this.subscribe.bind(this);
  }

  /**
   * @param {(...args: Arguments) => void} listener
   * @returns {() => void} takes the listener off again
   */
  subscribe(listener) {
    this.listeners.add(listener);
    try {
      this.onSubscribe();
    } catch (error) {
      this.listeners.delete(listener);
      throw error;
    }
    return () => {
      if (this.listeners.delete(listener)) this.onUnsubscribe();
    };
  }

  /**
   * Calls every listener; one that throws is reported and keeps nobody else from hearing, one that
   * is taken off meanwhile hears nothing.
   *
   * @param {Arguments} args
   */
  emit(...args) {
    for (const listener of [...this.listeners]) {
      if (!this.listeners.has(listener)) continue;
      try {
        listener(...args);
      } catch (error) {
        report(error);
      }
    }
  }

  hasListeners() {
    return this.listeners.size > 0;
  }

  /** @protected */
  onSubscribe() {}

  /** @protected */
  onUnsubscribe() {}
}
