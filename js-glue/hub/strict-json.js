/** A string, or one of the marks that give a JSON text its structure. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],]/g;

/** What JSON can spell and the cache's core refuses: NUL, and half of a surrogate pair. */
const UNFIT_CHARACTER = /\0|\p{Cs}/u;

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
  let keyIsNext = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const keys = open.at(-1) ?? null;
    if (token === '{' || token === '[') {
      keyIsNext = token === '{';
      if (open.push(keyIsNext ? new Set() : null) > maxDepth) {
        return { problem: `deeper than ${maxDepth}`, tooLarge: true };
      }
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',') {
      keyIsNext = keys !== null;
    } else {
      const string = token.includes('\\') ? JSON.parse(token) : token.slice(1, -1);
      if (UNFIT_CHARACTER.test(string))
        return { problem: 'NUL or half a surrogate pair in a string' };
      if (keyIsNext && keys?.has(string)) return { problem: 'duplicate key' };
      if (keyIsNext && keys && keys.add(string).size > maxMembers) {
        return { problem: `more than ${maxMembers} members in an object`, tooLarge: true };
      }
      keyIsNext = false;
    }
  }
  return null;
}
