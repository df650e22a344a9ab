/**
 * What of JSON the core refuses although JSON.parse takes it, worked out from the text alone.
 *
 * @typedef {{ depth: number, bytes: number, members: number }} Limits
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** @param {string} literal a JSON string, quotes and all */
function refusalOfString(literal) {
  const value = JSON.parse(literal);
  if (value.includes('\0')) return 'a zero character';
  return value.isWellFormed() ? undefined : 'half a surrogate pair';
}

/** An object or array that is open. */
class Level {
  /** Of an object; an array has none. @type {Set<string> | undefined} */
  names;
  isNameNext;

  /** @param {boolean} isObject */
  constructor(isObject) {
    this.names = isObject ? new Set() : undefined;
    this.isNameNext = isObject;
  }

  /** @param {string} name @param {number} most */
  add(name, most) {
    this.isNameNext = false;
    if (this.names?.has(name)) return 'a name twice';
    this.names?.add(name);
    return (this.names?.size ?? 0) > most ? 'too many members' : undefined;
  }
}

/**
 * @param {string} text what JSON.parse takes
 * @param {Limits} limits
 * @returns {string | undefined} the first reason to refuse it
 */
export function refusalOf(text, limits) {
  if (new TextEncoder().encode(text).length > limits.bytes) return 'too long';
  /** @type {Level[]} */
  const open = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const level = open.at(-1);
    let refusal;
    if (token === '{' || token === '[') {
      open.push(new Level(token === '{'));
      refusal = open.length > limits.depth ? 'too deep' : undefined;
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',' && level) {
      level.isNameNext = level.names !== undefined;
    } else if (token.startsWith('"')) {
      refusal = refusalOfString(token);
      if (level?.isNameNext) refusal ??= level.add(JSON.parse(token), limits.members);
    }
    if (refusal) return refusal;
  }
  return undefined;
}
