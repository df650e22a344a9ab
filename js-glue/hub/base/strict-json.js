/** What JSON can spell and the cache's core refuses: NUL, and half of a surrogate pair. */
const UNFIT_CHARACTER = /\0|\p{Cs}/u;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * Parses what `JSON.parse` accepts, minus what readers disagree about. Both ends of the wire refuse
 * the same texts, so none can mean one thing here and another thing there.
 *
 * @param {string} text
 * @param {number} maxDepth objects and arrays inside each other; a flat object is 1
 * @param {number} [maxMembers] of an object
 * @returns {{ value: unknown } | { problem: string, tooLarge?: true }}
 */
export function parseStrict(text, maxDepth, maxMembers = Number.POSITIVE_INFINITY) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'malformed JSON' };
  }
  return structureProblem(text, maxDepth, maxMembers) ?? { value };
}

/**
 * @param {string} text valid JSON
 * @param {number} maxDepth
 * @param {number} maxMembers
 * @returns {{ problem: string, tooLarge?: true } | null}
 */
function structureProblem(text, maxDepth, maxMembers) {
  /** @type {(Set<string> | null)[]} the keys seen so far of each open object; null for an array */
  const open = [];
  /** @type {Set<string> | null} the innermost of them */
  let keys = null;
  let keyIsNext = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x7b /* { */:
      case 0x5b /* [ */:
        keyIsNext = text.charCodeAt(at) === 0x7b;
        keys = keyIsNext ? new Set() : null;
        if (open.push(keys) > maxDepth)
          return { problem: `deeper than ${maxDepth}`, tooLarge: true };
        break;
      case 0x7d /* } */:
      case 0x5d /* ] */:
        open.pop();
        keys = open.at(-1) ?? null;
        break;
      case COMMA:
        keyIsNext = keys !== null;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        const string = stringBetween(text, at, end);
        if (string === null) return { problem: 'NUL or half a surrogate pair in a string' };
        if (keyIsNext && keys?.has(string)) return { problem: 'duplicate key' };
        if (keyIsNext && keys && keys.add(string).size > maxMembers) {
          return { problem: `more than ${maxMembers} members in an object`, tooLarge: true };
        }
        keyIsNext = false;
        at = end;
      }
    }
  }
  return null;
}

/**
 * Whether there are more values and keys than that. What a text costs to parse grows with them far
 * more than with its length, so this is asked before; the text need not be JSON.
 *
 * @param {string} text
 * @param {number} most
 */
export function hasMoreValues(text, most) {
  let values = 0;
  for (let at = 0; at < text.length && values <= most; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (end < 0) return false;
        at = end;
        break;
      }
      case 0x7b /* { */:
      case 0x5b /* [ */:
      case COMMA:
      case COLON:
        values += 1;
    }
  }
  return values > most;
}

/** @param {string} text @param {number} start of a string @returns {number} where its last quote is */
function endOfString(text, start) {
  let end = text.indexOf('"', start + 1);
  while (text.charCodeAt(end - 1) === BACKSLASH && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end;
}

/** @param {string} text @param {number} at @returns {boolean} whether an odd number of \ is before */
function isEscaped(text, at) {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** @param {string} text @param {number} start @param {number} end @returns {string | null} null if unfit */
function stringBetween(text, start, end) {
  const raw = text.slice(start + 1, end);
  const string = raw.includes('\\') ? JSON.parse(text.slice(start, end + 1)) : raw;
  return UNFIT_CHARACTER.test(string) ? null : string;
}
