/** So many wait at most. */
const MOST = 1024;

/**
 * Takes in order what comes one by one. The first of a lull is taken at once; what comes until the
 * platform has gone through the tasks that wait already is taken together. So under load there are few
 * large batches, without a clock: timers of hidden pages would keep a ping waiting for a minute.
 *
 * @template T
 */
export class Inbox {
  #take;
  #queueTask;
  /** @type {T[]} */
  #waiting = [];
  #isBusy = false;

  /**
   * @param {(items: T[]) => void} take
   * @param {(run: () => void) => void} queueTask
   */
  constructor(take, queueTask) {
    this.#take = take;
    this.#queueTask = queueTask;
  }

  /** @param {T} item */
  put(item) {
    this.#waiting.push(item);
    if (this.#isBusy && this.#waiting.length < MOST) return;
    this.flush();
    this.#wait();
  }

  /** Takes what waits now. */
  flush() {
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length > 0) this.#take(items);
  }

  #wait() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#queueTask(() => {
      this.#isBusy = false;
      if (this.#waiting.length === 0) return;
      this.flush();
      this.#wait();
    });
  }
}
