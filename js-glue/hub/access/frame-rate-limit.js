const MINUTE_MS = 60_000;

/** Counts messages in windows of one minute each. */
export class FrameRateLimit {
  #start = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** @param {{ now: () => number, perMinute: number }} options */
  constructor({ now, perMinute }) {
    this.now = now;
    this.perMinute = perMinute;
  }

  /** @returns {boolean} false if this message is one too many */
  take() {
    const now = this.now();
    if (now - this.#start >= MINUTE_MS) {
      this.#start = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.perMinute;
  }
}
