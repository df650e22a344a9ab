/**
 * The instance's memory: the scratch buffer that everything goes in through, and readers for what
 * comes out. Views are made anew when the memory grows: the old ones are empty then.
 */

import { ErrorCode } from './codes.js';
import { TidemarkError } from './error.js';
import { instantiate } from './load.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Memory {
  /** @param {number} scratchSize bytes */
  constructor(scratchSize) {
    /** The scratch buffer; `data` is the same bytes for numbers. */
    this.scratch = new Uint8Array(0);
    this.data = new DataView(new ArrayBuffer(0));
    /** All of the memory, for reading lists: making a view costs more than reading a short one. */
    this.words = new Uint32Array(0);
    this.scratchSize = scratchSize;
    this.pointer = 0;
    this.exports = instantiate(
      () => this.refresh(),
      (pointer, length) => this.readText(pointer, length),
    );
    this.pointer = this.exports.tm_scratch(scratchSize);
    if (this.pointer === 0) throw new TidemarkError(ErrorCode.MEMORY, 'out of memory');
    this.refresh();
  }

  get buffer() {
    return this.exports.memory.buffer;
  }

  refresh() {
    if (this.pointer === 0) return;
    this.scratch = new Uint8Array(this.buffer, this.pointer, this.scratchSize);
    this.data = new DataView(this.buffer, this.pointer, this.scratchSize);
    this.words = new Uint32Array(this.buffer);
  }

  /**
   * @param {string} text
   * @returns {number} its bytes in the scratch buffer, or -1 if they do not fit
   */
  writeText(text) {
    const { read, written } = encoder.encodeInto(text, this.scratch);
    return read === text.length ? written : -1;
  }

  /**
   * A C struct whose members are doubles, then bytes.
   *
   * @param {readonly number[]} doubles @param {readonly number[]} bytes
   */
  writeRecord(doubles, bytes) {
    for (let i = 0; i < doubles.length; i++) this.data.setFloat64(i * 8, doubles[i], true);
    this.scratch.set(bytes, doubles.length * 8);
  }

  /** @param {ArrayLike<number>} list @param {number} from @param {number} count */
  writeList(list, from, count) {
    for (let i = 0; i < count; i++) this.data.setUint32(i * 4, list[from + i], true);
  }

  /** @param {number} pointer @param {number} length */
  readText(pointer, length) {
    return decoder.decode(new Uint8Array(this.buffer, pointer, length));
  }

  /** @param {number} pointer of a text with a zero behind it */
  readTerminated(pointer) {
    const bytes = new Uint8Array(this.buffer, pointer);
    return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  /** @param {number} pointer @param {number} count @returns {number[]} */
  readList(pointer, count) {
    const start = pointer >>> 2;
    const list = new Array(count);
    for (let i = 0; i < count; i++) list[i] = this.words[start + i];
    return list;
  }

  /** @param {number} pointer @param {number} count @returns {number[]} */
  readDoubles(pointer, count) {
    return Array.from(new Float64Array(this.buffer, pointer, count));
  }
}
