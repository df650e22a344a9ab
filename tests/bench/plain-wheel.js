/**
 * The yardstick for timers: src/wheel.c's hierarchical wheel, in typed arrays. It is spared what the
 * core's wheel can do besides: delays beyond 2^30 ms and a clock that is not a whole number.
 */
const DIGIT = 6;
const SLOTS = 64;
const LEVELS = 5;

export class PlainWheel {
  /** @param {number} count timers, numbered from 1 */
  constructor(count) {
    this.current = 0;
    this.heads = new Int32Array(LEVELS * SLOTS);
    this.next = new Int32Array(count + 1);
    this.previous = new Int32Array(count + 1);
    /** 1 + the list it stands in; 0: not armed. */
    this.slots = new Uint16Array(count + 1);
    this.ticks = new Int32Array(count + 1);
  }

  get bytes() {
    return [this.heads, this.next, this.previous, this.slots, this.ticks].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
  }

  /** @param {number} timer @param {number} deadline ms */
  arm(timer, deadline) {
    if (this.slots[timer] !== 0) this.cancel(timer);
    const tick = Math.max(Math.ceil(deadline), this.current);
    const differing = (this.current ^ tick) | (SLOTS - 1);
    const level = ((31 - Math.clz32(differing)) / DIGIT) | 0;
    const slot = level * SLOTS + ((tick >> (DIGIT * level)) & (SLOTS - 1));
    this.ticks[timer] = tick;
    this.slots[timer] = slot + 1;
    const head = this.heads[slot];
    if (head === 0) {
      this.heads[slot] = timer;
      this.next[timer] = timer;
      this.previous[timer] = timer;
      return;
    }
    const tail = this.previous[head];
    this.next[timer] = head;
    this.previous[timer] = tail;
    this.next[tail] = timer;
    this.previous[head] = timer;
  }

  /** @param {number} timer */
  cancel(timer) {
    const slot = this.slots[timer] - 1;
    if (slot < 0) return;
    const next = this.next[timer];
    if (next === timer) {
      this.heads[slot] = 0;
    } else {
      const previous = this.previous[timer];
      this.next[previous] = next;
      this.previous[next] = previous;
      if (this.heads[slot] === timer) this.heads[slot] = next;
    }
    this.slots[timer] = 0;
  }
}
