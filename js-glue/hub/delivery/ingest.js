import { ChangeFrames } from '../base/protocol.js';
import { LatencyHistogram } from '../figures/latency-histogram.js';
import { hasData } from '../log/log.js';
import { readChanges } from './change.js';
import { ScopeRateLimit } from './scope-rate-limit.js';

/** Takes changes in: gives each its place in the log and hands it to those who hear of it. */
export class Ingest {
  lag = new LatencyHistogram();
  /** @type {Set<string>} */
  #warned = new Set();

  /**
   * @param {object} options
   * @param {import('../log/log.js').Log} options.log
   * @param {import('./subscriptions.js').Subscriptions} options.routes
   * @param {import('../index.js').HubCounters} options.counters
   * @param {import('../index.js').HubLimits} options.limits
   * @param {import('../index.js').HubClock} options.clock
   * @param {string | null} options.defaultScope
   * @param {(message: string) => void} options.onWarning
   * @param {import('../index.js').HubBackplane | null} options.backplane gives changes their places
   *   where there is one; else they get the next one at once
   */
  constructor({ log, routes, counters, limits, clock, defaultScope, onWarning, backplane }) {
    this.log = log;
    this.routes = routes;
    this.counters = counters;
    this.clock = clock;
    this.routing = { defaultScope, frameBytes: limits.frameBytes };
    this.onWarning = onWarning;
    this.flood = new ScopeRateLimit({
      clock,
      perSecond: limits.changesPerSecond,
      pass: (change) => {
        if (backplane) backplane.append(change);
        else this.enter(change, change.heardAt);
      },
    });
  }

  /**
   * @param {string} text
   * @param {{ again?: boolean, fromSource?: boolean }} [options] `again`: it may have been told
   *   before, so what it says of a row may be old
   * @returns {boolean} false if it was dropped
   */
  take(text, { again = false, fromSource = false } = {}) {
    const read = readChanges(text, this.routing, { withRow: !again });
    if ('problem' in read) return this.drop(read.problem);
    this.counters.changes += read.changes.length;
    const heardAt = this.clock.now();
    for (const change of read.changes) this.flood.take({ ...change, heardAt, fromSource });
    return true;
  }

  /** Says what a flood still holds back; nothing is to be taken afterwards. */
  end() {
    this.flood.end();
  }

  /**
   * The change has its place: it goes into the log, and to those who hear of it.
   *
   * @param {import('./change.js').RoutedChange} change
   * @param {number | null} heardAt in the clock's milliseconds; null: too long ago to say how long
   *   changes take
   */
  enter(change, heardAt) {
    const entry = this.log.append(change);
    const frames = hasData(entry) ? new ChangeFrames(this.log.epoch, entry) : null;
    for (const subscriber of this.routes.subscribers(entry.scopes)) {
      subscriber.deliver(entry, frames);
    }
    if (heardAt !== null) this.lag.add(this.clock.now() - heardAt);
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
      this.onWarning(`tidemark hub: dropped a change: ${problem}`);
    }
    return false;
  }
}
