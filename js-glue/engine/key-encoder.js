/**
 * A query key as bytes in the scratch buffer, as src/tidemark.h describes them. What its parts count as is
 * in key-part.js; the order of an object's members does not matter, the core sorts them.
 *
 * Every method takes where to write and returns the place behind what it wrote. Nothing is written
 * before it is known to fit.
 */
import { ErrorCode, KeyTag } from './codes.js';
import { TidemarkError } from './error.js';
import { keyPart } from './key-part.js';

/** @import { KeyPart } from './key-part.js' */

const MAX_DEPTH = 64;
const MAX_STRING = 0xffff;
const STRING_HEADER = 3;
const NUMBER_SIZE = 9;
const MAX_CHARACTER_SIZE = 4;

/** From so many members on an object is sorted here: the core moves each one to its place. */
const MANY = 32;

export class KeyEncoder {
  #memory;
  #limits;
  /** What is being encoded and the limit on it, for errors. */
  #what = '';
  /** @type {'keyBytes' | 'messageBytes'} */
  #limit = 'keyBytes';

  /**
   * @param {import('./memory.js').Memory} memory its scratch buffer takes more than either limit
   * @param {{ keyBytes: number, messageBytes: number }} limits
   */
  constructor(memory, limits) {
    this.#memory = memory;
    this.#limits = limits;
  }

  /**
   * @param {readonly unknown[]} key
   * @param {string} [what] it is, for the error if it is too long
   * @param {'keyBytes' | 'messageBytes'} [limit]
   * @returns {number} its length in bytes
   */
  encode(key, what = 'a query key', limit = 'keyBytes') {
    this.#what = what;
    this.#limit = limit;
    const length = this.#parts(key);
    if (length > this.#limits[limit]) throw this.#tooLong(`${length}`);
    return length;
  }

  /** @param {string} got bytes */
  #tooLong(got) {
    return new TidemarkError(
      ErrorCode.KEY_SIZE,
      `${this.#what} must be at most ${this.#limits[this.#limit]} bytes long (limits.${this.#limit}); got ${got}`,
    );
  }

  /** What is longer than the buffer is longer than the limit, and nobody counts how much. */
  #overflow() {
    return this.#tooLong(`more than ${this.#memory.scratchSize}`);
  }

  /** @param {number} bytes */
  #longString(bytes) {
    return new TidemarkError(
      ErrorCode.KEY_SIZE,
      `a text in ${this.#what} must be at most ${MAX_STRING} bytes long; got ${bytes}`,
    );
  }

  /** @param {readonly unknown[]} key */
  #parts(key) {
    const parts = keyPart(key, '');
    if (!Array.isArray(parts)) {
      throw new TypeError(`a query key must be an array; got ${describe(key)}`);
    }
    let at = 0;
    for (let i = 0; i < parts.length; i++) at = this.#part(keyPart(parts[i], i), at, 0);
    return at;
  }

  /**
   * @param {KeyPart} part
   * @param {number} at
   * @param {number} depth
   * @returns {number}
   */
  #part(part, at, depth) {
    // One comparison each, the common ones first: a switch would have V8 make the name of the type.
    if (typeof part === 'string') return this.#string(part, at);
    if (typeof part === 'number') return this.#number(part, at);
    if (typeof part === 'object' && part !== null) return this.#object(part, at, depth);
    if (typeof part === 'boolean') return this.#byte(part ? KeyTag.TRUE : KeyTag.FALSE, at);
    return this.#byte(KeyTag.NULL, at);
  }

  /** @param {number} byte @param {number} at */
  #byte(byte, at) {
    if (at >= this.#memory.scratchSize) throw this.#overflow();
    this.#memory.scratch[at] = byte;
    return at + 1;
  }

  /** @param {number} number @param {number} at */
  #number(number, at) {
    const { data, scratchSize } = this.#memory;
    if (at + NUMBER_SIZE > scratchSize) throw this.#overflow();
    data.setUint8(at, KeyTag.NUMBER);
    data.setFloat64(at + 1, number, true);
    return at + NUMBER_SIZE;
  }

  /** @param {string} text @param {number} at */
  #string(text, at) {
    const { data, scratchSize } = this.#memory;
    const { length } = text;
    const start = at + STRING_HEADER;
    if (length > MAX_STRING) throw this.#longString(length);
    if (start + length > scratchSize) throw this.#overflow();
    data.setUint8(at, KeyTag.STRING);
    data.setUint16(at + 1, length, true);
    // Four characters at a time; `seen` has a bit above the seventh if one of them is not ASCII.
    let seen = 0;
    let i = 0;
    for (; i + 3 < length; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      seen |= a | b | c | d;
      data.setUint32(start + i, a | (b << 8) | (c << 16) | (d << 24), true);
    }
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      seen |= unit;
      data.setUint8(start + i, unit);
    }
    return seen < 0x80 ? start + length : this.#wide(text, at);
  }

  /**
   * A string that is not all ASCII, in UTF-8; lone surrogates as three bytes of their own, so that
   * two different strings never become the same key.
   * @param {string} text @param {number} at
   */
  #wide(text, at) {
    const { scratch, data, scratchSize } = this.#memory;
    const start = at + STRING_HEADER;
    let end = start;
    for (let i = 0; i < text.length; i++) {
      if (end + MAX_CHARACTER_SIZE > scratchSize) throw this.#overflow();
      const code = /** @type {number} */ (text.codePointAt(i));
      if (code > 0xffff) i++;
      if (code < 0x80) {
        scratch[end++] = code;
      } else if (code < 0x800) {
        scratch[end++] = 0xc0 | (code >> 6);
        scratch[end++] = 0x80 | (code & 0x3f);
      } else if (code <= 0xffff) {
        scratch[end++] = 0xe0 | (code >> 12);
        scratch[end++] = 0x80 | ((code >> 6) & 0x3f);
        scratch[end++] = 0x80 | (code & 0x3f);
      } else {
        scratch[end++] = 0xf0 | (code >> 18);
        scratch[end++] = 0x80 | ((code >> 12) & 0x3f);
        scratch[end++] = 0x80 | ((code >> 6) & 0x3f);
        scratch[end++] = 0x80 | (code & 0x3f);
      }
    }
    if (end - start > MAX_STRING) throw this.#longString(end - start);
    data.setUint16(at + 1, end - start, true);
    return end;
  }

  /**
   * @param {unknown[] | Record<string, unknown>} value
   * @param {number} at
   * @param {number} depth
   * @returns {number}
   */
  #object(value, at, depth) {
    if (depth >= MAX_DEPTH) {
      throw new TidemarkError(
        ErrorCode.KEY,
        'a query key must not be nested too deeply or contain itself',
      );
    }
    let end = at;
    if (Array.isArray(value)) {
      end = this.#byte(KeyTag.ARRAY, end);
      for (let i = 0; i < value.length; i++) {
        end = this.#part(keyPart(value[i], i), end, depth + 1);
      }
    } else {
      end = this.#byte(KeyTag.OBJECT, end);
      end = this.#members(value, end, depth);
    }
    return this.#byte(KeyTag.END, end);
  }

  /** @param {Record<string, unknown>} value @param {number} at @param {number} depth */
  #members(value, at, depth) {
    let end = at;
    const names = Object.keys(value);
    if (names.length > MANY) names.sort();
    for (const name of names) {
      const part = keyPart(value[name], name);
      if (part !== undefined) end = this.#part(part, this.#string(name, end), depth + 1);
    }
    return end;
  }
}

/** @param {unknown} value */
function describe(value) {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
