#include <math.h>

#include "cache_internal.h"
#include "key_writer.h"

/* An observer hears of a mark only if it sees one: the fiftieth of a storm is like the first. */
static uint32_t notice(const struct entry *e, uint32_t state_before) {
  return entry_is_observed(e) && entry_state(e) != state_before ? (uint32_t)ENTRY_NOTIFY : 0;
}

/* A mark alone moves an entry that nobody observes to no queue and to no other time. */
static bool is_quiet(const struct entry *e, uint32_t bits) {
  return bits == 0 && !entry_is_observed(e) && e->phase == ENTRY_IDLE;
}

/* Changes that follow one another closely share a refetch: the last of them is in it. */
static uint32_t want(const tidemark_cache *cache, struct entry *e, const struct mark *mark) {
  if (!mark->trail) {
    return entry_want(e, mark->refetch, true);
  }
  bool early = mark->refetch && cache->time < entry_activity(e)->not_before;
  early = early && !PLANTED(REFETCHES_NOT_SPACED);
  return early ? entry_want_later(e, cache->time) : entry_want_after(e, mark->refetch);
}

/* Nobody looks, nothing is under way, and nobody asked for more: the mark is all there is to it.
 * Most entries of a large fan-out are like that. */
static bool is_only_marked(const struct entry *e, const struct mark *mark) {
  bool for_those_who_look =
      mark->refetch_type == TIDEMARK_REFETCH_ACTIVE || mark->refetch_type == TIDEMARK_REFETCH_NONE;
  return e->activity == NULL && for_those_who_look;
}

void change_mark(tidemark_cache *cache, uint32_t id, const struct mark *mark) {
  struct entry *e = entry_at(cache, id);
  cache->stats.marks++;
  if (is_only_marked(e, mark)) {
    freshness_mark(&e->freshness, cache->ordinal, mark->seq);
    return;
  }
  uint32_t before = entry_is_observed(e) ? entry_state(e) : 0;
  if (!freshness_mark(&e->freshness, cache->ordinal, mark->seq)) {
    return;
  }
  uint32_t bits = 0;
  if (query_refetches(cache, id, mark->refetch_type)) {
    bits |= want(cache, e, mark);
  }
  if (!is_quiet(e, bits)) {
    query_act(cache, id, bits | notice(e, before));
  }
}

/* A change that was counted already is now known to stand at that position: only an answer that
 * does not hold it is asked for again. */
static void place(tidemark_cache *cache, uint32_t id, double seq) {
  struct entry *e = entry_at(cache, id);
  uint32_t before = entry_state(e);
  e->freshness.changed_seq = fmax(e->freshness.changed_seq, seq);
  query_keep_up(cache, id, schedule_backoff(0));
  query_act(cache, id, notice(e, before));
}

/* What it shows was asked for later than that, or what is in flight if it shows nothing. */
static bool is_asked_since(const struct entry *e, uint64_t ordinal) {
  return e->has_data ? e->freshness.asked > ordinal
                     : e->phase == ENTRY_FLYING && e->activity->fetch_asked > ordinal;
}

void change_mark_once(tidemark_cache *cache, uint32_t id, const struct mark *mark, uint64_t since) {
  const struct entry *e = entry_at(cache, id);
  if (e->freshness.changed < since && !is_asked_since(e, since)) {
    change_mark(cache, id, mark);
  } else {
    place(cache, id, mark->seq);
  }
}

void change_refetch_in_window(tidemark_cache *cache, uint32_t id, uint32_t state_before) {
  struct entry *e = entry_at(cache, id);
  uint32_t bits = 0;
  if (query_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    double window = cache->schedule.reset_window * (PLANTED(RESET_WINDOW_UNBOUNDED) ? 4 : 1);
    double wait = PLANTED(RESET_NOT_SPREAD) ? 0 : window * random_unit(&cache->random);
    bits |= entry_want_later(e, cache->time + wait);
  }
  query_act(cache, id, bits | notice(e, state_before));
}

static void mark_many(tidemark_cache *cache, double seq, bool all) {
  cache->stats.resets++;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    uint32_t before = e == NULL ? 0 : entry_state(e);
    if (e != NULL && (all || scopes_is_concerned(&cache->scopes, e->scopes)) &&
        freshness_mark(&e->freshness, cache->ordinal, seq)) {
      change_refetch_in_window(cache, id, before);
    }
  }
}

void change_mark_all(tidemark_cache *cache, double seq) {
  mark_many(cache, seq, true);
}

void change_mark_concerned(tidemark_cache *cache, double seq) {
  mark_many(cache, seq, PLANTED(SCOPE_MARKS_ALL));
}

/* ---- Rules --------------------------------------------------------------------------------- */

int change_set_rules(tidemark_cache *cache, const tidemark_event *event) {
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

/* `settled`: as change_mark_once has `since`; 0 for a change that is new. */
static void touch(tidemark_cache *cache, uint32_t id, const struct rule_target *target, double seq,
                  uint64_t settled) {
  bool voids = target->kind == RULE_REMOVE || target->kind == RULE_RESET;
  if (voids && settled != 0 && is_asked_since(entry_at(cache, id), settled)) {
    place(cache, id, seq);
    return;
  }
  switch ((enum rule_kind)target->kind) {
  case RULE_REMOVE:
    query_remove(cache, id);
    return;
  case RULE_RESET:
    query_reset(cache, id);
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
    change_mark(cache, id, &mark);
  } else {
    change_mark_once(cache, id, &mark, settled);
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

int change_apply(tidemark_cache *cache, const json_value *change, double seq, bool from_stream) {
  if (!is_change(change)) {
    return TIDEMARK_ERROR_CHANGE;
  }
  cache->stats.changes++;
  uint64_t settled =
      mutation_echo(cache, json_string(json_member(change, "mutation")), seq, from_stream);
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
  detail_add(&cache->detail, " has neither \"resource\" nor \"tags\"; allowed: { \"resource\": "
                             "\"…\", \"id\": …, … }, { \"tags\": [\"…\", …] }");
  return TIDEMARK_ERROR_CHANGE;
}

int change_from_text(tidemark_cache *cache, const tidemark_event *event) {
  const json_value *root = NULL;
  int result = cache_parse(cache, event->text.bytes, event->text.length, &root);
  if (result < 0) {
    return result;
  }
  if (!json_is(root, JSON_ARRAY)) {
    result = change_apply(cache, root, POSITION_UNKNOWN, false);
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
    touched += change_apply(cache, change, POSITION_UNKNOWN, false);
  }
  return touched;
}
