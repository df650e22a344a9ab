const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

/** How long changes take through the hub, as a histogram in seconds. */
export class LatencyHistogram {
  /** Each counts what took no longer than its bound. */
  buckets = SECONDS.map((upTo) => ({ upTo, count: 0 }));
  count = 0;
  sum = 0;

  /** @param {number} ms */
  add(ms) {
    const seconds = ms / 1_000;
    this.count += 1;
    this.sum += seconds;
    for (const bucket of this.buckets) {
      if (seconds <= bucket.upTo) bucket.count += 1;
    }
  }
}
