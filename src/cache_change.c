#include "cache_change.h"

#include "cache_lifetime.h"
#include "cache_mark.h"
#include "cache_mutation.h"
#include "key_writer.h"

/* ---- Rules --------------------------------------------------------------------------------- */

int cache_change_set_rules(tidemark_cache *cache, const tidemark_event *event) {
  const json_value *root = NULL;
  int result = cache_parse(cache, event->text.bytes, event->text.length, &root);
  if (result < 0) {
    return result;
  }
  struct rules compiled;
  rules_init(&compiled, &cache->memory);
  result = rules_compile(&compiled, root, cache->limits.rules, &cache->detail);
  if (result < 0) {
    rules_destroy(&compiled);
    return result;
  }
  rules_destroy(&cache->rules);
  cache->rules = compiled;
  return TIDEMARK_OK;
}

/* ---- Changes ------------------------------------------------------------------------------- */

/* The row is gone. What nobody needs is forgotten; where somebody looks or waits the server's word
 * shows, and what comes later is heard. */
static void forget(tidemark_cache *cache, uint32_t id) {
  const struct entry *e = entry_at(cache, id);
  if (entry_is_observed(e) || e->awaited) {
    cache_lifetime_reset(cache, id);
  } else {
    cache_lifetime_remove(cache, id);
  }
}

/* `settled`: as cache_mark_once has `since`; 0 for a change that is new. */
static void touch(tidemark_cache *cache, uint32_t id, const struct rule_target *target, double seq,
                  uint64_t settled) {
  if (!cache_mark_is_told(cache, id)) {
    return;
  }
  bool voids = target->kind == RULE_REMOVE || target->kind == RULE_RESET;
  if (voids && settled != 0 && cache_mark_is_asked_since(entry_at(cache, id), settled)) {
    cache_mark_place(cache, id, seq);
    return;
  }
  switch ((enum rule_kind)target->kind) {
  case RULE_REMOVE:
    forget(cache, id);
    return;
  case RULE_RESET:
    cache_lifetime_reset(cache, id);
    return;
  case RULE_INVALIDATE:
  case RULE_REFETCH:
    break;
  }
  struct mark mark = {.seq = seq,
                      .refetch_type = (enum tidemark_refetch_type)target->refetch_type,
                      .trail = true,
                      .refetch = target->kind == RULE_INVALIDATE};
  if (settled == 0) {
    cache_mark_entry(cache, id, &mark);
  } else {
    cache_mark_once(cache, id, &mark, settled);
  }
}

/* The entries of a target's key, in cache->selection. */
static uint32_t select_read(tidemark_cache *cache, const struct rule_target *target,
                            const json_value *change, enum rule_reading reading) {
  size_t length = 0;
  enum rule_expansion expansion = rule_expand(&cache->rules, target, change, reading,
                                              cache->expanded, cache->limits.key_bytes, &length);
  if (expansion == RULE_FIELD_ABSENT) {
    return 0;
  }
  if (expansion == RULE_FIELD_UNFIT || cache_take_key(cache, cache->expanded, length) < 0) {
    if (reading == RULE_AS_IT_IS) {
      cache_warn(cache, TIDEMARK_WARNING_FIELD, json_string(json_member(change, "resource")));
    }
    return 0;
  }
  if (!target->exact) {
    return index_match(&cache->index, cache->key, length, cache->selection);
  }
  cache->selection[0] = index_find(&cache->index, cache->key, length);
  return cache->selection[0] != 0 ? 1 : 0;
}

/* A rule that means 42 where the keys have '42' would be silent for ever: it is warned of. */
static uint32_t select_target(tidemark_cache *cache, const struct rule_target *target,
                              const json_value *change) {
  uint32_t count = select_read(cache, target, change, RULE_AS_IT_IS);
  if (count == 0 && select_read(cache, target, change, RULE_AS_OTHER_TYPE) > 0) {
    cache_warn(cache, TIDEMARK_WARNING_CAST, json_string(json_member(change, "resource")));
  }
  return count;
}

static uint32_t apply_rules(tidemark_cache *cache, const json_value *change, const char *resource,
                            double seq, uint64_t settled) {
  const char *action = json_string(json_member(change, "action"));
  bool known = false;
  uint32_t touched = 0;
  for (size_t i = 0; i < rules_count(&cache->rules); i++) {
    const struct rule_target *target = rules_at(&cache->rules, i);
    if (!rule_is_about(&cache->rules, target, resource)) {
      continue;
    }
    known = true;
    if (!rule_takes_action(&cache->rules, target, action)) {
      continue;
    }
    uint32_t count = select_target(cache, target, change);
    for (uint32_t j = 0; j < count; j++) {
      touch(cache, cache->selection[j], target, seq, settled);
    }
    touched += count;
  }
  if (!known) {
    cache_warn(cache, TIDEMARK_WARNING_RESOURCE, resource);
  }
  return touched;
}

/* "Post" or ["Post", 1]: the entries that carry a tag so named, or one that starts so. */
static uint32_t apply_tag(tidemark_cache *cache, const json_value *tag, double seq,
                          uint64_t settled) {
  static const struct rule_target TARGET = {.kind = RULE_INVALIDATE};
  struct key_writer w = {.out = cache->expanded, .capacity = cache->limits.key_bytes};
  if (json_is(tag, JSON_ARRAY)) {
    for (const json_value *part = json_first(tag); part != NULL; part = json_next(part)) {
      key_write_value(&w, part);
    }
  } else {
    key_write_value(&w, tag);
  }
  if (w.overflow || cache_take_key(cache, cache->expanded, w.length) < 0) {
    cache_warn(cache, TIDEMARK_WARNING_FIELD, "tags");
    return 0;
  }
  uint32_t touched = 0;
  uint32_t tags = tags_match(&cache->tags, cache->key, w.length);
  for (uint32_t i = 0; i < tags; i++) {
    for (uint32_t id = tag_first_link(&cache->tags, cache->tags.matched[i]); id != 0;
         id = tag_link_at(&cache->tags, id)->next) {
      touch(cache, tag_link_at(&cache->tags, id)->entry, &TARGET, seq, settled);
      touched++;
    }
  }
  return touched;
}

/* What it is about: a resource, for the rules, or tags, or both. */
static bool is_change(const json_value *change) {
  return json_string(json_member(change, "resource")) != NULL ||
         json_is(json_member(change, "tags"), JSON_ARRAY);
}

int cache_change_apply(tidemark_cache *cache, const json_value *change, double seq,
                       bool from_stream) {
  if (!is_change(change)) {
    return TIDEMARK_ERROR_CHANGE;
  }
  cache->stats.changes++;
  uint64_t settled =
      cache_mutation_echo(cache, json_string(json_member(change, "mutation")), seq, from_stream);
  uint32_t touched = 0;
  const char *resource = json_string(json_member(change, "resource"));
  if (resource != NULL) {
    touched += apply_rules(cache, change, resource, seq, settled);
  }
  const json_value *tags = json_member(change, "tags");
  for (const json_value *tag = json_is(tags, JSON_ARRAY) ? json_first(tags) : NULL; tag != NULL;
       tag = json_next(tag)) {
    touched += apply_tag(cache, tag, seq, settled);
  }
  return (int)touched;
}

static int refuse_change(tidemark_cache *cache, uint32_t number) {
  detail_clear(&cache->detail);
  detail_add(&cache->detail, "change ");
  detail_add_number(&cache->detail, number);
  detail_add(&cache->detail, " must be { \"resource\": \"…\", \"id\": …, … } or "
                             "{ \"tags\": [\"…\", …] }");
  return TIDEMARK_ERROR_CHANGE;
}

int cache_change_from_text(tidemark_cache *cache, const tidemark_event *event) {
  const json_value *root = NULL;
  int result = cache_parse(cache, event->text.bytes, event->text.length, &root);
  if (result < 0) {
    return result;
  }
  if (!json_is(root, JSON_ARRAY)) {
    result = cache_change_apply(cache, root, POSITION_UNKNOWN, false);
    return result < 0 ? refuse_change(cache, 1) : result;
  }
  uint32_t number = 0;
  for (const json_value *change = json_first(root); change != NULL; change = json_next(change)) {
    number++;
    if (!is_change(change)) {
      return refuse_change(cache, number);
    }
  }
  int touched = 0;
  for (const json_value *change = json_first(root); change != NULL; change = json_next(change)) {
    touched += cache_change_apply(cache, change, POSITION_UNKNOWN, false);
  }
  return touched;
}
