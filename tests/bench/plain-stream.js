/** The yardstick for messages: JSON.parse, positions, compiled rules, and the plain cache. */

/** @typedef {{ action: string | null, template: unknown[] }} Target */

/** A part of a template that stands for a field of the change. */
class Field {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }
}

export class PlainStream {
  #cache;
  #epoch;
  #seq = 0;
  /** @type {Map<string, unknown[][]>} */
  #templates = new Map();

  /**
   * @param {import('./plain-cache.js').PlainCache} cache
   * @param {{ on: string, invalidate: unknown[][] }[]} rules
   * @param {string} epoch
   */
  constructor(cache, rules, epoch) {
    this.#cache = cache;
    this.#epoch = epoch;
    for (const { on, invalidate } of rules) this.#templates.set(on, invalidate.map(compile));
  }

  /** @param {string} text @returns {number} how many entries it touched */
  take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return 0;
    }
    if (message?.type !== 'cache_invalidate') return 0;
    const { epoch, seq, prev, data } = message;
    if (epoch !== this.#epoch || seq <= this.#seq || prev > this.#seq) return 0;
    this.#seq = seq;
    const templates = this.#templates.get(data.resource);
    if (templates === undefined) return 0;
    let touched = 0;
    for (const template of templates) {
      const filter = expand(template, data);
      if (filter !== null) touched += this.#cache.mark(filter, seq);
    }
    return touched;
  }
}

/** @param {unknown[]} template */
function compile(template) {
  return template.map((part) =>
    typeof part === 'string' && part.startsWith('$') ? new Field(part.slice(1)) : part,
  );
}

/** @param {unknown[]} template @param {any} data @returns {unknown[] | null} null: a field is absent */
function expand(template, data) {
  const filter = [];
  for (const part of template) {
    const value = part instanceof Field ? data[part.name] : part;
    if (value === undefined) return null;
    filter.push(value);
  }
  return filter;
}
