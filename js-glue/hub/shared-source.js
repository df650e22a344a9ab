/** Heard texts that are kept; with more, the older ones are as good as missed. */
const HEARD = 10_000;

/**
 * The source of a hub among others. Every hub hears everything, and one of them, the leader, tells
 * it. A hub that takes the lead tells once more what the one before it may not have told: what was
 * heard since that one last renewed its lease, and for `replayMs` before that, as it may have been
 * deaf by then and not have known. To hear of a change twice costs a client a fetch. Only who did
 * not hear all of that time begins a new epoch.
 */
export class SharedSource {
  /** @type {{ at: number, text: string }[]} oldest first */
  #heard = [];
  /** Since when everything was heard; infinity while the source is lost. */
  #since = Number.POSITIVE_INFINITY;
  #leads = false;

  /**
   * @param {object} options
   * @param {() => number} options.now
   * @param {number} options.replayMs
   * @param {import('./index.js').HubBackplane} options.backplane
   * @param {(text: string, options: { again: boolean }) => void} options.tell
   */
  constructor({ now, replayMs, backplane, tell }) {
    this.now = now;
    this.replayMs = replayMs;
    this.backplane = backplane;
    this.tell = tell;
  }

  /** The source listens, or listens again: from now on nothing is missed. */
  async listening() {
    this.#since = this.now();
    await this.backplane.campaign();
  }

  /** @param {string} text */
  change(text) {
    this.#heard.push({ at: this.now(), text });
    if (this.#heard.length > HEARD) this.#forget();
    if (this.#leads) this.tell(text, { again: false });
  }

  /** The source is lost: another hub, whose source is well, is to lead. */
  lost() {
    this.#since = Number.POSITIVE_INFINITY;
    this.#heard = [];
    void this.backplane.resign();
  }

  /** @param {number} idleMs for how long nobody had led */
  lead(idleMs) {
    this.#leads = true;
    const from = this.now() - idleMs - this.replayMs;
    if (this.#since >= from) {
      this.backplane.newEpoch();
      return;
    }
    for (const { at, text } of this.#heard) {
      if (at >= from) this.tell(text, { again: true });
    }
  }

  follow() {
    this.#leads = false;
  }

  /** Half of it at a time, so that it costs nothing for each text. */
  #forget() {
    const { at } = this.#heard[HEARD / 2];
    this.#heard.splice(0, HEARD / 2);
    this.#since = Math.max(this.#since, at);
  }
}
