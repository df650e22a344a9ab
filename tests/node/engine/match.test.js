import assert from 'node:assert/strict';
import test from 'node:test';
import { Engine } from '../../../js-glue/engine/engine.js';

const HOUR = 3_600_000;
const SEED = 20_240_607;
const ENGINES = 40;
const KEYS = 250;
const FILTERS = 100;

// ---- What a filter matches: arrays as prefixes, objects as subsets, leaves by value and type.

const isObject = (value) => value !== null && typeof value === 'object';

/** @param {unknown} filter @param {unknown} value both as JSON has them */
function matches(filter, value) {
  if (!isObject(filter) || !isObject(value)) return filter === value;
  if (Array.isArray(filter) !== Array.isArray(value)) return false;
  return Object.keys(filter).every(
    (name) => Object.hasOwn(value, name) && matches(filter[name], value[name]),
  );
}

/** What a key is once it is JSON: no undefined, no NaN, no -0. */
const asJson = (key) => JSON.parse(JSON.stringify(key));

// ---- Random keys and filters that nearly match them; each engine's are of few words, so that many
// are alike.

const NAMES = ['a', 'b', 'é', '', '0', 'length', '__proto__', 'toString'];
const LEAVES = [0, -0, 1, -1, 0.5, 1e21, Number.NaN, '', '0', '1', 'a', 'ab', 'é', '\ud800'];
const WORDS = [...LEAVES, 'null', 'true', true, false, null, undefined];

/** mulberry32: the same numbers everywhere. @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  /** A whole number from 0 to `below` - 1. @param {number} below */
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

class Generator {
  /** @param {number} seed */
  constructor(seed) {
    this.random = randomFrom(seed);
    this.renew();
  }

  /** From here on other words are used. */
  renew() {
    this.words = Array.from({ length: 6 }, () => this.pick(WORDS));
    this.names = Array.from({ length: 3 }, () => this.pick(NAMES));
  }

  pick(list) {
    return list[this.random(list.length)];
  }

  part(depth) {
    const kind = this.random(depth > 0 ? 4 : 2);
    if (kind < 2) return this.pick(this.words);
    return kind === 2 ? this.array(depth - 1, 3) : this.object(depth - 1);
  }

  array(depth, longest) {
    return Array.from({ length: this.random(longest + 1) }, () => this.part(depth));
  }

  object(depth) {
    const members = Array.from({ length: this.random(4) }, () => [
      this.pick(this.names),
      this.part(depth),
    ]);
    return Object.fromEntries(members);
  }

  key() {
    return this.array(3, 4);
  }

  /** Less of the value, so that it matches; now and then something else too, so that it may not. */
  weaker(value) {
    const chance = this.random(20);
    if (chance === 0) return this.part(2);
    if (!isObject(value)) return value;
    if (Array.isArray(value)) {
      const kept = value.slice(0, Math.max(0, value.length - this.random(3)));
      return kept.map((part) => this.weaker(part));
    }
    const kept = Object.entries(value).filter(() => this.random(3) > 0);
    if (chance === 1) kept.push([this.pick(this.names), this.part(1)]);
    return Object.fromEntries(kept.reverse().map(([name, part]) => [name, this.weaker(part)]));
  }

  /** Mostly one that matches some of the keys. @param {unknown[][]} keys */
  filter(keys) {
    if (this.random(10) === 0) return this.key();
    const weaker = this.weaker(this.pick(keys));
    return Array.isArray(weaker) ? weaker : [weaker];
  }
}

// ---- The engine against the model

/** An engine full of keys, and what the model knows of each. @param {Generator} generator */
function populate(generator) {
  generator.renew();
  const engine = new Engine({ seed: BigInt(generator.random(2 ** 32)) });
  /** @type {Map<number, unknown[]>} */
  const keys = new Map();
  while (keys.size < KEYS) {
    const key = generator.key();
    keys.set(engine.build(key, HOUR, 0), key);
  }
  const model = [...keys].map(([entry, key]) => ({ entry, key, json: asJson(key) }));
  return { engine, model, keys: [...keys.values()] };
}

/** Fails with the first pair on which the two do not agree; else how many keys the filter matches. */
function compare(engine, model, filter) {
  const selected = new Set(engine.match(filter, 0, 0));
  const json = asJson(filter);
  let matched = 0;
  for (const { entry, key, json: value } of model) {
    const expected = matches(json, value);
    if (selected.has(entry) !== expected) {
      const texts = `the filter ${JSON.stringify(filter)} and the key ${JSON.stringify(key)}`;
      assert.fail(`${texts} ${expected ? 'match' : 'do not match'}, says the model`);
    }
    if (expected) matched++;
  }
  assert.equal(selected.size, matched, 'an entry that nobody built, or one named twice');
  return matched;
}

test('a million random pairs match by prefix, subset, value and type at every depth, or not at all', () => {
  const generator = new Generator(SEED);
  let pairs = 0;
  let matched = 0;
  for (let i = 0; i < ENGINES; i++) {
    const { engine, model, keys } = populate(generator);
    for (let j = 0; j < FILTERS; j++) {
      matched += compare(engine, model, generator.filter(keys));
      pairs += model.length;
    }
    engine.destroy();
  }
  assert.equal(pairs, 1_000_000);
  // Else all of this would say nothing.
  assert.ok(matched > pairs / 50 && matched < pairs / 2, `${matched} of ${pairs} match`);
});
