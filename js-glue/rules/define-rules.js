import { argumentError } from '../runtime/argument-error.js';
import { isPlainObject } from '../runtime/hash-key.js';

const TARGETS = ['invalidate', 'refetch', 'remove', 'reset'];
const TEMPLATE_MEMBERS = ['key', 'exact', 'refetchType'];
const REFETCH_TYPES = ['active', 'inactive', 'all', 'none'];

/**
 * Checks rules where they are written, so that an error occurs at start-up and names its place.
 * Without an argument it returns itself: that is how TypeScript learns the resources.
 *
 * @param {...unknown} rules one argument or none
 * @returns {any} the rules, frozen; they are JSON and can be shared with a server; any: or itself
 * @throws {TypeError} naming the rule, what was wrong and what is allowed
 */
export function defineRules(...rules) {
  if (rules.length === 0) return defineRules;
  const [given] = rules;
  if (!Array.isArray(given)) {
    throw argumentError('rules', "an array, such as [{ on: 'task', invalidate: [[…]] }]", given);
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
    if (typeof value === 'bigint') throw argumentError(`${name} in rules`, 'a JSON value', value);
    return value;
  });
}

/** @param {unknown} rule @param {string} place */
function checkRule(rule, place) {
  if (!isPlainObject(rule)) {
    throw argumentError(place, "an object such as { on: 'task', invalidate: [[…]] }", rule);
  }
  checkOn(rule.on, place);
  const targets = Object.keys(rule).filter((name) => name !== 'on');
  for (const name of targets) checkTarget(name, rule[name], place);
  if (targets.length === 0) {
    throw argumentError(place, `an object with ${anyOf(TARGETS)}`, Object.keys(rule));
  }
}

/** @param {unknown} on @param {string} place */
function checkOn(on, place) {
  const names = 'a string or an array of strings, none of them empty';
  const { resource, action, ...others } = isPlainObject(on) ? on : { resource: on };
  if (!isName(resource)) {
    throw argumentError(`${place}: on`, "'task' or { resource: 'task', action: 'DELETE' }", on);
  }
  const actions = Array.isArray(action) ? action : action === undefined ? [] : [action];
  if (!actions.every(isName)) throw argumentError(`${place}: on.action`, names, action);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw unknownMember(`${place}: on`, ['resource', 'action'], unknown);
}

/** @param {string} name @param {unknown} templates @param {string} place */
function checkTarget(name, templates, place) {
  if (!TARGETS.includes(name)) throw unknownMember(place, ['on', ...TARGETS], name);
  if (!Array.isArray(templates)) {
    throw argumentError(`${place}: ${name}`, 'an array of keys, such as [[…]]', templates);
  }
  templates.forEach((template, index) => {
    checkTemplate(template, `${place}: ${name}[${index}]`);
  });
}

/** @param {unknown} template @param {string} place */
function checkTemplate(template, place) {
  if (Array.isArray(template)) {
    checkKey(template, place);
    return;
  }
  if (!isPlainObject(template)) {
    throw argumentError(
      place,
      "['tasks', '$id'] or { key: ['tasks', '$id'], exact: true }",
      template,
    );
  }
  for (const name of Object.keys(template)) {
    if (!TEMPLATE_MEMBERS.includes(name)) throw unknownMember(place, TEMPLATE_MEMBERS, name);
  }
  const { key, exact, refetchType } = template;
  if (!Array.isArray(key)) throw argumentError(`${place}.key`, 'an array', key);
  if (exact !== undefined && typeof exact !== 'boolean') {
    throw argumentError(`${place}.exact`, 'true or false', exact);
  }
  if (refetchType !== undefined && !REFETCH_TYPES.includes(/** @type {string} */ (refetchType))) {
    throw argumentError(`${place}.refetchType`, anyOf(REFETCH_TYPES), refetchType);
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
    throw argumentError(`${place}: each part of a key`, 'a JSON value', part);
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
function anyOf(names) {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** @param {string} place @param {readonly string[]} allowed @param {string} name */
function unknownMember(place, allowed, name) {
  return argumentError(`${place}: each member`, anyOf(allowed), name);
}

/** @template T @param {T} value @returns {T} */
function freeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
