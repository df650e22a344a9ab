import { isDevelopment } from '../runtime/environment.js';

/** @import { QueryClient } from './query-client.js' */

/** Mutations without a change of the stream before the hint. */
const WRITES = 3;
/** ms; an app that uses a hub has called connect() by then. */
const PATIENCE = 60_000;

/** Warns once, in development, that a client has rules but never receives a change. */
export class UnheardHint {
  #client;
  #since;
  #writes = 0;
  #isOver;

  /** @param {QueryClient} client */
  constructor(client) {
    this.#client = client;
    this.#since = client.environment.elapsed();
    this.#isOver = client.rules === null || client.environment.isServer || !isDevelopment();
  }

  /** A mutation succeeded that says by itself what it changed, or one that does not. @param {boolean} told */
  wrote(told) {
    if (told) this.#isOver = true;
    this.#writes += 1;
    if (!this.#isOver && this.#writes >= WRITES) this.#check();
  }

  /** The end of a turn. */
  turned() {
    if (this.#isOver || this.#client.stream.channel) return;
    if (this.#client.environment.elapsed() - this.#since >= PATIENCE) this.#check();
  }

  #check() {
    const { stream } = this.#client;
    const { changes, messagesFolded } = this.#client.getStats();
    this.#isOver = changes + messagesFolded > 0;
    if (this.#isOver || (stream.channel && stream.status !== 'live')) return;
    this.#isOver = true;
    console.warn(
      stream.channel
        ? `tidemark: ${WRITES} mutations succeeded, but the stream, which is live, reported no change. Add a trigger ` +
            'to the table (changeTriggers of tidemark/hub/postgres) or call hub.publish(), and check that the ' +
            'change has a scope that connect() subscribes to.'
        : 'tidemark: this client has rules but receives no changes. Call connect() to subscribe to a hub, or report ' +
            'what a mutation changes: its change option, or applyChange().',
    );
  }
}
