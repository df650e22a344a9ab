import { argumentError } from '../runtime/argument-error.js';
import { changeJson } from '../runtime/change-json.js';
import { report } from '../runtime/environment.js';
import { hashKey } from '../runtime/hash-key.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { Query } from './query.js' */
/** @import { FullQueryOptions } from '../types/internal.js' */

/**
 * Tells the core which tags a query carries now that it has an answer. A `tags` option that fails is
 * reported; the answer stands, under the tags it had.
 *
 * @param {Query} query
 * @param {FullQueryOptions} options the ones the answer was got with
 * @param {Engine} engine
 * @param {number} now
 */
export function giveTags(query, options, engine, now) {
  if (options.tags === undefined && !query.isTagged) return;
  try {
    const tags = tagsOf(options.tags, query);
    engine.setTags(query.entry, tags, now);
    query.isTagged = tags.length > 0;
  } catch (cause) {
    report(new Error(`tidemark: the query ${hashKey(query.queryKey)} has invalid tags`, { cause }));
  }
}

/**
 * @param {FullQueryOptions['tags']} option
 * @param {Query} query
 * @returns {(readonly unknown[])[]}
 */
function tagsOf(option, query) {
  const tags = typeof option === 'function' ? option(query.view.base, query.queryKey) : option;
  if (tags === undefined || tags === null) return [];
  if (!Array.isArray(tags) || !tags.every(isTag)) {
    throw argumentError('tags', "an array of tags, such as ['Post', ['Post', 1]]", tags);
  }
  // As the tags of a change arrive, or a BigInt here would not be the text there.
  return JSON.parse(changeJson(tags.map((tag) => (typeof tag === 'string' ? [tag] : tag))));
}

/** @param {unknown} tag */
export function isTag(tag) {
  return (typeof tag === 'string' && tag !== '') || (Array.isArray(tag) && tag.length > 0);
}
