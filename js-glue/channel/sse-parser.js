/**
 * Reads Server-Sent Events out of a text that comes in pieces. Only `data` counts: positions and types
 * are in the frames, and when to come back is the core's to decide.
 */
export class SseParser {
  #limit;
  #on;
  /** The beginning of a line. */
  #rest = '';
  /** @type {string[]} */
  #data = [];
  #length = 0;

  /**
   * @param {number} limit characters that an event may have; a longer one is read as ''
   * @param {(data: string) => void} on
   */
  constructor(limit, on) {
    this.#limit = limit;
    this.#on = on;
  }

  /** @param {string} piece */
  push(piece) {
    // A \r at the end may be half of a \r\n.
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length <= this.#limit) return;
    this.#add(this.#rest);
    this.#rest = '';
  }

  /** @param {string} line */
  #line(line) {
    if (line === '') this.#end();
    else if (line === 'data') this.#add('');
    else if (line.startsWith('data:')) this.#add(line.slice(line[5] === ' ' ? 6 : 5));
  }

  /** @param {string} data */
  #add(data) {
    this.#length += data.length;
    if (this.#length <= this.#limit) this.#data.push(data);
  }

  #end() {
    const isTooLong = this.#length > this.#limit;
    if (isTooLong || this.#data.length > 0) this.#on(isTooLong ? '' : this.#data.join('\n'));
    this.#data = [];
    this.#length = 0;
  }
}
