/**
 * A query key as bytes in the scratch buffer, as src/cache.h describes them. What JSON.stringify
 * would leave out is left out here, what it would write as null is null; the order of an object's
 * members does not matter, the core sorts them.
 */
import { ErrorCode, KeyTag } from './codes.js';
import { TidemarkError } from './error.js';

const MAX_DEPTH = 64;
const MAX_STRING = 0xffff;

/** @param {string} what */
const tooLong = (what) =>
  new TidemarkError(ErrorCode.KEY_SIZE, `the query key is too long: ${what} does not fit`);

/** @param {unknown} value @returns {boolean} whether JSON leaves an object's member of it out */
const isAbsent = (value) =>
  value === undefined || typeof value === 'function' || typeof value === 'symbol';

export class KeyEncoder {
  /** @param {import('./memory.js').Memory} memory */
  constructor(memory) {
    this.memory = memory;
    this.at = 0;
  }

  /**
   * @param {readonly unknown[]} key
   * @returns {number} its length in bytes
   */
  encode(key) {
    if (!Array.isArray(key)) {
      throw new TypeError(`a query key must be an array, not ${describe(key)}`);
    }
    this.at = 0;
    for (const part of key) this.#part(part, 0);
    if (this.at > this.memory.scratchSize) throw tooLong('it');
    return this.at;
  }

  /** @param {number} byte */
  #byte(byte) {
    this.memory.scratch[this.at++] = byte;
  }

  /** @param {unknown} value @param {number} depth @returns {void} */
  #part(value, depth) {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return Number.isFinite(value) ? this.#number(value) : this.#byte(KeyTag.NULL);
      case 'boolean':
        return this.#byte(value ? KeyTag.TRUE : KeyTag.FALSE);
      case 'object':
        return value === null ? this.#byte(KeyTag.NULL) : this.#object(value, depth);
      case 'bigint':
        throw new TypeError('a query key cannot hold a BigInt: use a string or a number');
      default:
        return this.#byte(KeyTag.NULL);
    }
  }

  /** @param {number} number */
  #number(number) {
    if (this.at + 9 > this.memory.scratchSize) throw tooLong('a number');
    this.#byte(KeyTag.NUMBER);
    this.memory.data.setFloat64(this.at, number, true);
    this.at += 8;
  }

  /** @param {string} text */
  #string(text) {
    this.#byte(KeyTag.STRING);
    const start = this.at + 2;
    this.at = start;
    const scratch = this.memory.scratch;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        this.#wide(text, i);
        break;
      }
      scratch[this.at++] = unit;
    }
    const length = this.at - start;
    if (length > MAX_STRING || this.at > scratch.length) throw tooLong('a string');
    scratch[start - 2] = length & 0xff;
    scratch[start - 1] = length >> 8;
  }

  /**
   * The rest of a string in UTF-8; lone surrogates as three bytes of their own, so that two
   * different strings never become the same key.
   * @param {string} text @param {number} from
   */
  #wide(text, from) {
    for (let i = from; i < text.length; i++) {
      const code = /** @type {number} */ (text.codePointAt(i));
      if (code > 0xffff) i++;
      if (code < 0x80) {
        this.#byte(code);
      } else if (code < 0x800) {
        this.#byte(0xc0 | (code >> 6));
        this.#byte(0x80 | (code & 0x3f));
      } else if (code <= 0xffff) {
        this.#byte(0xe0 | (code >> 12));
        this.#byte(0x80 | ((code >> 6) & 0x3f));
        this.#byte(0x80 | (code & 0x3f));
      } else {
        this.#byte(0xf0 | (code >> 18));
        this.#byte(0x80 | ((code >> 12) & 0x3f));
        this.#byte(0x80 | ((code >> 6) & 0x3f));
        this.#byte(0x80 | (code & 0x3f));
      }
    }
  }

  /** @param {object} value @param {number} depth @returns {void} */
  #object(value, depth) {
    if (depth >= MAX_DEPTH) {
      throw new TidemarkError(ErrorCode.KEY, 'the query key is nested too deeply, or in a circle');
    }
    const { toJSON } = /** @type {{ toJSON?: unknown }} */ (value);
    if (typeof toJSON === 'function') return this.#part(toJSON.call(value, ''), depth + 1);
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      return this.#part(value.valueOf(), depth);
    }
    if (Array.isArray(value)) {
      this.#byte(KeyTag.ARRAY);
      for (let i = 0; i < value.length; i++) this.#part(value[i], depth + 1);
    } else {
      this.#byte(KeyTag.OBJECT);
      this.#members(/** @type {Record<string, unknown>} */ (value), depth);
    }
    this.#byte(KeyTag.END);
  }

  /** @param {Record<string, unknown>} value @param {number} depth */
  #members(value, depth) {
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (isAbsent(member)) continue;
      this.#string(name);
      this.#part(member, depth + 1);
    }
  }
}

/** @param {unknown} value */
function describe(value) {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
