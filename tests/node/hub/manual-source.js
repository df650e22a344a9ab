/** @typedef {import('../../../js-glue/hub/index.js').HubSink} HubSink */

/** A source that listens, loses and finds what the test tells it to. */
export class ManualSource {
  /** @type {HubSink | null} */
  #sink = null;
  /** @type {() => void} */
  listen = () => {};
  /** @type {(error: Error) => void} */
  fail = () => {};
  #listening = /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      this.listen = resolve;
      this.fail = reject;
    })
  );
  closed = 0;

  /** @param {HubSink} sink */
  async start(sink) {
    this.#sink = sink;
    await this.#listening;
  }

  async close() {
    this.closed += 1;
  }

  /** @returns {HubSink} */
  get sink() {
    if (!this.#sink) throw new Error('the source was not started');
    return this.#sink;
  }
}
