/**
 * The yardstick: the best index of query keys that we can write in plain JavaScript, a Map of Maps.
 *
 *      root ── 'project' ──> Map ── 17 ──> Map ── 'task' ──> Map ── 't-1' ──> 1    (a leaf is its
 *                                                                 └ 't-2' ──> 2     entry's number)
 *
 * It knows what src/index.c knows: identity, prefixes, subsets of objects, removal by entry. Object
 * and array parts stand under their canonical text, apart, so that a filter can look through them.
 */

/** A part that is an object or an array. @typedef {{ value: any, child: Child }} Composite */
/** @typedef {number | Branch} Child an entry with nothing below it, or a node */

class Branch {
  /** @type {Map<unknown, Child> | null} */
  leaves = null;
  /** By canonical text. @type {Map<string, Composite> | null} */
  composites = null;
  entry = 0;
}

export class PlainIndex {
  #root = new Branch();
  /** By entry: where it hangs and under which part. Without it nothing could be collected. */
  /** @type {Branch[]} */
  #parents = [];
  /** @type {unknown[]} */
  #parts = [];

  /** @param {readonly unknown[]} key @returns {number} 0 for none */
  find(key) {
    /** @type {Child | undefined} */
    let child = this.#root;
    for (let i = 0; i < key.length; i++) {
      if (typeof child === 'number') return 0;
      child = childOf(child, key[i]);
      if (child === undefined) return 0;
    }
    return typeof child === 'number' ? child : child.entry;
  }

  /** @param {readonly unknown[]} key that has no entry @param {number} entry > 0 */
  insert(key, entry) {
    let parent = this.#root;
    for (let i = 0; i < key.length - 1; i++) parent = branchOf(parent, key[i]);
    const last = key[key.length - 1];
    const existing = childOf(parent, last);
    if (existing === undefined) setChild(parent, last, entry);
    /** @type {Branch} */ else existing.entry = entry;
    this.#parents[entry] = parent;
    this.#parts[entry] = last;
  }

  /** Leaves branches that have become empty: a fair index would prune them. @param {number} entry */
  remove(entry) {
    const parent = this.#parents[entry];
    const part = this.#parts[entry];
    const child = childOf(parent, part);
    if (child instanceof Branch) child.entry = 0;
    else if (isComposite(part)) parent.composites?.delete(canonical(part));
    else parent.leaves?.delete(leaf(part));
    this.#parts[entry] = undefined;
  }

  /**
   * @param {readonly unknown[]} filter matches as semantics of keys have it
   * @param {(entry: number) => void} visit
   */
  match(filter, visit) {
    matchBelow(this.#root, filter, 0, visit);
  }
}

/** @param {unknown} part @returns {part is object} */
const isComposite = (part) => typeof part === 'object' && part !== null;

/** A leaf part as a Map's key, which tells 1 from '1' and takes -0 for 0. @param {unknown} part */
function leaf(part) {
  if (typeof part === 'string') return part;
  if (typeof part === 'number') return Number.isFinite(part) ? part : null;
  return typeof part === 'boolean' ? part : null;
}

/** @param {Branch} parent @param {unknown} part @returns {Child | undefined} */
function childOf(parent, part) {
  if (isComposite(part)) return parent.composites?.get(canonical(part))?.child;
  return parent.leaves === null ? undefined : parent.leaves.get(leaf(part));
}

/** @param {Branch} parent @param {unknown} part @param {Child} child */
function setChild(parent, part, child) {
  if (isComposite(part)) {
    parent.composites ??= new Map();
    parent.composites.set(canonical(part), { value: part, child });
  } else {
    parent.leaves ??= new Map();
    parent.leaves.set(leaf(part), child);
  }
}

/** @param {Branch} parent @param {unknown} part @returns {Branch} */
function branchOf(parent, part) {
  const child = childOf(parent, part);
  if (child instanceof Branch) return child;
  const branch = new Branch();
  branch.entry = child ?? 0;
  setChild(parent, part, branch);
  return branch;
}

/**
 * @param {Child} child @param {readonly unknown[]} filter @param {number} from its first part that
 *   counts @param {(entry: number) => void} visit
 */
function matchBelow(child, filter, from, visit) {
  for (let i = from; i < filter.length; i++) {
    if (typeof child === 'number') return;
    const part = filter[i];
    if (isComposite(part)) {
      if (child.composites === null) return;
      for (const { value, child: next } of child.composites.values()) {
        if (contains(value, part)) matchBelow(next, filter, i + 1, visit);
      }
      return;
    }
    const next = child.leaves?.get(leaf(part));
    if (next === undefined) return;
    child = next;
  }
  visitAll(child, visit);
}

/** @param {Child} child @param {(entry: number) => void} visit */
function visitAll(child, visit) {
  if (typeof child === 'number') {
    visit(child);
    return;
  }
  if (child.entry !== 0) visit(child.entry);
  if (child.leaves !== null) {
    for (const next of child.leaves.values()) {
      if (typeof next === 'number') visit(next);
      else visitAll(next, visit);
    }
  }
  if (child.composites !== null) {
    for (const { child: next } of child.composites.values()) visitAll(next, visit);
  }
}

/** @param {any} value @param {any} filter @returns {boolean} */
function contains(value, filter) {
  if (!isComposite(filter)) return !isComposite(value) && leaf(value) === leaf(filter);
  if (!isComposite(value) || Array.isArray(value) !== Array.isArray(filter)) return false;
  for (const name of Object.keys(filter)) {
    const wanted = /** @type {any} */ (filter)[name];
    if (wanted === undefined && !Array.isArray(filter)) continue;
    if (!Object.hasOwn(value, name)) return false;
    if (!contains(/** @type {any} */ (value)[name], wanted)) return false;
  }
  return true;
}

/** Text that two parts share if and only if they are the same part. @param {any} value @returns {string} */
function canonical(value) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? `${value}` : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      break;
    default:
      return 'null';
  }
  if (value === null) return 'null';
  if (typeof value.toJSON === 'function') return canonical(value.toJSON());
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${canonical(item)},`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${JSON.stringify(name)}:${canonical(member)},`;
  }
  return `{${text}}`;
}
