/** @typedef {{ cork(): void, uncork(): void }} Corkable a stream of node:net or node:http */

/**
 * Gathers what is written to a stream within a turn: a burst of changes is one system call for each
 * socket instead of one for each message.
 */
export class WriteBatch {
  /** @type {Set<Corkable>} */
  #corked = new Set();
  #isDue = false;

  /** @param {Corkable} stream is corked until the turn ends */
  hold(stream) {
    if (this.#corked.has(stream)) return;
    if (!this.#isDue) process.nextTick(() => this.#releaseAll());
    this.#isDue = true;
    stream.cork();
    this.#corked.add(stream);
  }

  /** @param {Corkable} stream has gathered enough */
  release(stream) {
    if (this.#corked.delete(stream)) stream.uncork();
  }

  #releaseAll() {
    const corked = this.#corked;
    this.#corked = new Set();
    this.#isDue = false;
    for (const stream of corked) stream.uncork();
  }
}
