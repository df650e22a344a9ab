import { isDevelopment } from '../runtime/environment.js';

/** @import { QueryClient } from './query-client.js' */

/** Of so many writes one should have come back as a change. */
const WRITES = 3;
/** ms in which an app has connected, if it does. */
const PATIENCE = 60_000;

/** Says once, in development, that a client has rules and nothing ever tells it of a change. */
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
        ? `tidemark: ${WRITES} mutations succeeded, and the stream, which is live, told of no change. A table ` +
            'needs a trigger (changeTriggers of tidemark/hub/postgres) or hub.publish(), and the change a scope ' +
            'that connect() names.'
        : 'tidemark: this client has rules, and nothing tells it of changes. connect() it to a hub, or say what ' +
            'a mutation changes: its change option, or applyChange().',
    );
  }
}
