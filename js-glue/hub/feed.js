import { readChanges } from './change.js';
import { Flood } from './flood.js';
import { Lag } from './lag.js';
import { ChangeFrames } from './protocol.js';

/** Takes changes in: gives each its place in the log and hands it to those who hear of it. */
export class Feed {
  lag = new Lag();
  /** @type {Set<string>} */
  #warned = new Set();

  /**
   * @param {object} options
   * @param {import('./log.js').Log} options.log
   * @param {import('./routes.js').Routes} options.routes
   * @param {import('./index.js').HubCounters} options.counters
   * @param {import('./index.js').HubLimits} options.limits
   * @param {import('./index.js').HubClock} options.clock
   * @param {string | null} options.defaultScope
   * @param {(message: string) => void} options.onWarning
   */
  constructor({ log, routes, counters, limits, clock, defaultScope, onWarning }) {
    this.log = log;
    this.routes = routes;
    this.counters = counters;
    this.clock = clock;
    this.routing = { defaultScope, frameBytes: limits.frameBytes };
    this.onWarning = onWarning;
    this.flood = new Flood({
      clock,
      perSecond: limits.changesPerSecond,
      pass: (change) => this.#append(change),
    });
  }

  /**
   * @param {string} text
   * @returns {boolean} false if it was dropped
   */
  take(text) {
    const read = readChanges(text, this.routing);
    if ('problem' in read) return this.drop(read.problem);
    this.counters.changes += read.changes.length;
    const heardAt = this.clock.now();
    for (const change of read.changes) this.flood.take({ ...change, heardAt });
    return true;
  }

  /** Says what a flood still holds back; nothing is to be taken afterwards. */
  end() {
    this.flood.end();
  }

  /** @param {import('./flood.js').HeardChange} change */
  #append(change) {
    const entry = this.log.append(change);
    const { data } = entry;
    const frames = data === null ? null : new ChangeFrames(this.log.epoch, { ...entry, data });
    for (const subscriber of this.routes.subscribers(entry.scopes)) {
      subscriber.deliver(entry, frames);
    }
    this.lag.add(this.clock.now() - change.heardAt);
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
