import { argumentError } from '../runtime/argument-error.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { Query } from './query.js' */

/**
 * Tells the core which parts of the stream a query depends on: all that anybody who asked for it
 * named. As long as nobody did, it depends on whatever the channel tells.
 *
 * @param {Query} query
 * @param {readonly string[] | undefined} names the `scopes` option
 */
export function declareScopes(query, names) {
  if (names === undefined) return;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw argumentError('scopes', "an array of strings, such as ['project:9']", names);
  }
  const more = names.filter((name) => !query.scopes.includes(name));
  if (more.length === 0) return;
  query.scopes = [...query.scopes, ...new Set(more)];
  query.client.driver.apply((engine, now) => giveScopes(query, engine, now));
}

/**
 * @param {Query} query
 * @param {Engine} engine
 * @param {number} now
 */
export function giveScopes(query, engine, now) {
  if (query.scopes.length > 0) engine.setScopes(query.entry, query.scopes, now);
}
