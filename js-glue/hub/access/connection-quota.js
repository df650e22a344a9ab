/** Counts what each user, or each address, has of something: connections, or tickets on their way. */
export class ConnectionQuota {
  /** @type {Map<string, number>} */
  #taken = new Map();
  /** Connections of all. */
  size = 0;

  /** @param {number} most of one */
  constructor(most) {
    this.most = most;
  }

  /** @param {string} key */
  isFull(key) {
    return (this.#taken.get(key) ?? 0) >= this.most;
  }

  /** @param {string} key @returns {boolean} false if none is left */
  take(key) {
    if (this.isFull(key)) return false;
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    this.size += 1;
    return true;
  }

  /** @param {string} key one for which `take` was true */
  leave(key) {
    const left = (this.#taken.get(key) ?? 0) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
    this.size -= 1;
  }
}
