/**
 * A clock that stands still until it is told to go on.
 *
 * @returns {import('../../../js-glue/hub/index.js').HubClock & { advance(ms: number): void,
 *   readonly timers: number }}
 */
export function manualClock() {
  let now = 1_000;
  let lastId = 0;
  /** @type {Map<number, { at: number, callback: () => void }>} */
  const timers = new Map();

  /** @param {number} until */
  const nextBefore = (until) => {
    const due = [...timers].filter(([, { at }]) => at <= until);
    return due.sort(([, a], [, b]) => a.at - b.at)[0];
  };

  return {
    now: () => now,
    setTimeout(callback, ms) {
      lastId += 1;
      timers.set(lastId, { at: now + ms, callback });
      return lastId;
    },
    clearTimeout(timer) {
      timers.delete(/** @type {number} */ (timer));
    },
    /** Fires what falls due on the way, in order, each at its own time. */
    advance(ms) {
      const until = now + ms;
      for (let next = nextBefore(until); next; next = nextBefore(until)) {
        const [id, { at, callback }] = next;
        timers.delete(id);
        now = at;
        callback();
      }
      now = until;
    },
    get timers() {
      return timers.size;
    },
  };
}
