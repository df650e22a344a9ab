import { isPlainObject } from '../runtime/hash-key.js';

const TARGETS = ['invalidate', 'refetch', 'remove', 'reset'];
const TEMPLATE_MEMBERS = ['key', 'exact', 'refetchType'];
const REFETCH_TYPES = ['active', 'inactive', 'all', 'none'];

/**
 * Checks rules where they are written, so that a mistake is found at start-up and names its place.
 * Without an argument it returns itself: that is how TypeScript learns the resources.
 *
 * @param {...any} rules one argument or none
 * @returns {any} the rules, frozen; they are JSON and can be shared with a server
 * @throws {TypeError} naming the rule, what was wrong and what is allowed
 */
export function defineRules(...rules) {
  if (rules.length === 0) return defineRules;
  const [given] = rules;
  if (!Array.isArray(given)) {
    throw new TypeError("rules are not an array; allowed: [{ on: 'task', invalidate: [[…]] }, …]");
  }
  given.forEach((rule, index) => {
    checkRule(rule, `rule ${index + 1}`);
  });
  return freeze(given);
}

/**
 * Rules as the core reads them, which checks those that `defineRules` did not see.
 *
 * @param {unknown} rules
 * @returns {string}
 * @throws {TypeError} for a BigInt: no query key holds one
 */
export function encodeRules(rules) {
  return JSON.stringify(rules, (name, value) => {
    if (typeof value === 'bigint')
      refuse('rules', `${name} is the BigInt ${value}n`, 'what JSON has');
    return value;
  });
}

/** @param {unknown} rule @param {string} place */
function checkRule(rule, place) {
  if (!isPlainObject(rule)) {
    refuse(place, 'not an object', "{ on: 'task', invalidate: [[…]] }");
  }
  checkOn(rule.on, place);
  const targets = Object.keys(rule).filter((name) => name !== 'on');
  for (const name of targets) checkTarget(name, rule[name], place);
  if (targets.length === 0) refuse(place, 'it touches nothing', list(TARGETS));
}

/** @param {unknown} on @param {string} place */
function checkOn(on, place) {
  const allowed = "'task' or { resource: 'task', action: 'DELETE' or ['INSERT', 'DELETE'] }";
  const { resource, action, ...others } = isPlainObject(on) ? on : { resource: on };
  if (!isName(resource)) refuse(place, '"on" names no resource', allowed);
  const actions = Array.isArray(action) ? action : action === undefined ? [] : [action];
  if (!actions.every(isName)) refuse(place, 'an action in "on" is not a name', allowed);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) refuse(place, `"on" has an unknown member "${unknown}"`, allowed);
}

/** @param {string} name @param {unknown} templates @param {string} place */
function checkTarget(name, templates, place) {
  if (name === 'patch') refuse(place, '"patch" is not there yet', list(TARGETS));
  if (!TARGETS.includes(name)) refuse(place, `unknown member "${name}"`, list(['on', ...TARGETS]));
  if (!Array.isArray(templates)) refuse(place, `"${name}" is not a list of keys`, '[[…], …]');
  templates.forEach((template, index) => {
    checkTemplate(template, `${place}, ${name} ${index + 1}`);
  });
}

/** @param {unknown} template @param {string} place */
function checkTemplate(template, place) {
  if (Array.isArray(template)) {
    checkKey(template, place);
    return;
  }
  const allowed = "['tasks', '$id'] or { key: ['tasks', '$id'], exact: true, refetchType: 'all' }";
  if (!isPlainObject(template)) refuse(place, 'not a key', allowed);
  for (const name of Object.keys(template)) {
    if (!TEMPLATE_MEMBERS.includes(name)) {
      refuse(place, `unknown member "${name}"`, list(TEMPLATE_MEMBERS));
    }
  }
  const { key, exact, refetchType } = template;
  if (!Array.isArray(key)) refuse(place, '"key" is not an array', allowed);
  if (exact !== undefined && typeof exact !== 'boolean') {
    refuse(place, '"exact" is not a boolean', 'true, false');
  }
  if (refetchType !== undefined && !REFETCH_TYPES.includes(/** @type {string} */ (refetchType))) {
    refuse(place, `unknown refetchType ${JSON.stringify(refetchType)}`, list(REFETCH_TYPES));
  }
  checkKey(key, place);
}

/** Rules are JSON: a part that JSON would change or lose is a mistake. @param {unknown} part @param {string} place */
function checkKey(part, place) {
  if (Array.isArray(part)) {
    for (const item of part) checkKey(item, place);
  } else if (isPlainObject(part)) {
    for (const name of Object.keys(part)) checkKey(part[name], place);
  } else if (!isJsonLeaf(part)) {
    refuse(
      place,
      `a part of the key is ${typeof part === 'bigint' ? `the BigInt ${part}n` : String(part)}`,
      'what JSON has: text, numbers, true, false, null',
    );
  }
}

/** @param {unknown} value */
function isJsonLeaf(value) {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}

/** @param {unknown} value */
function isName(value) {
  return typeof value === 'string' && value !== '';
}

/** @param {readonly string[]} names */
function list(names) {
  return names.join(', ');
}

/**
 * @param {string} place
 * @param {string} wrong
 * @param {string} allowed
 * @returns {never}
 */
function refuse(place, wrong, allowed) {
  throw new TypeError(`${place}: ${wrong}; allowed: ${allowed}`);
}

/** @template T @param {T} value @returns {T} */
function freeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
