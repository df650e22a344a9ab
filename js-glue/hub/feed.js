import { routeChange } from './change.js';
import { ChangeFrames } from './protocol.js';

/** Takes changes in: gives each its place in the log and hands it to those who hear of it. */
export class Feed {
  /** @type {Set<string>} */
  #warned = new Set();

  /**
   * @param {object} options
   * @param {import('./log.js').Log} options.log
   * @param {import('./routes.js').Routes} options.routes
   * @param {import('./index.js').HubCounters} options.counters
   * @param {string | null} options.defaultScope
   * @param {number} options.frameBytes
   * @param {(message: string) => void} options.onWarning
   */
  constructor({ log, routes, counters, defaultScope, frameBytes, onWarning }) {
    this.log = log;
    this.routes = routes;
    this.counters = counters;
    this.routing = { defaultScope, frameBytes };
    this.onWarning = onWarning;
  }

  /**
   * @param {string} text
   * @returns {boolean} false if the change was dropped
   */
  take(text) {
    const change = routeChange(text, this.routing);
    if ('problem' in change) return this.drop(change.problem);
    this.counters.changes += 1;
    const entry = this.log.append(change);
    const { data } = entry;
    const frames = data === null ? null : new ChangeFrames(this.log.epoch, { ...entry, data });
    for (const subscriber of this.routes.subscribers(entry.scopes)) {
      subscriber.deliver(entry, frames);
    }
    return true;
  }

  /**
   * A source that sends rubbish sends it thousands of times: one warning per kind.
   *
   * @param {string} problem one of a fixed set
   * @returns {false}
   */
  drop(problem) {
    this.counters.changesDropped += 1;
    if (!this.#warned.has(problem)) {
      this.#warned.add(problem);
      this.onWarning(`tidemark hub: a change was dropped: ${problem}`);
    }
    return false;
  }
}
