#include "cache_mark.h"

#include <math.h>

#include "cache_entry.h"
#include "prng.h"

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

void cache_mark_entry(tidemark_cache *cache, uint32_t id, const struct mark *mark) {
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
  if (cache_entry_refetches(cache, id, mark->refetch_type)) {
    bits |= want(cache, e, mark);
  }
  if (!is_quiet(e, bits)) {
    cache_entry_commit(cache, id, bits | notice(e, before));
  }
}

void cache_mark_place(tidemark_cache *cache, uint32_t id, double seq) {
  struct entry *e = entry_at(cache, id);
  uint32_t before = entry_state(e);
  e->freshness.changed_seq = fmax(e->freshness.changed_seq, seq);
  cache_entry_keep_up(cache, id, schedule_backoff(0));
  cache_entry_commit(cache, id, notice(e, before));
}

bool cache_mark_is_asked_since(const struct entry *e, uint64_t ordinal) {
  return e->has_data ? e->freshness.asked > ordinal
                     : e->phase == ENTRY_FLYING && e->activity->fetch_asked > ordinal;
}

void cache_mark_once(tidemark_cache *cache, uint32_t id, const struct mark *mark, uint64_t since) {
  const struct entry *e = entry_at(cache, id);
  if (e->freshness.changed < since && !cache_mark_is_asked_since(e, since)) {
    cache_mark_entry(cache, id, mark);
  } else {
    cache_mark_place(cache, id, mark->seq);
  }
}

void cache_mark_refetch_in_window(tidemark_cache *cache, uint32_t id, uint32_t state_before) {
  struct entry *e = entry_at(cache, id);
  uint32_t bits = 0;
  if (cache_entry_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    double window = cache->schedule.reset_window * (PLANTED(RESET_WINDOW_UNBOUNDED) ? 4 : 1);
    double wait = PLANTED(RESET_NOT_SPREAD) ? 0 : window * prng_unit(&cache->random);
    bits |= entry_want_later(e, cache->time + wait);
  }
  cache_entry_commit(cache, id, bits | notice(e, state_before));
}

bool cache_mark_is_told(tidemark_cache *cache, uint32_t id) {
  const struct entry *e = entry_at(cache, id);
  if (e->removed && entry_is_active(e) && !PLANTED(REMOVED_STAYS_DEAF)) {
    cache_entry_return(cache, id);
  }
  return !e->removed;
}

static void mark_many(tidemark_cache *cache, double seq, bool all) {
  memory_seal(&cache->memory);
  cache->stats.resets++;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    uint32_t before = e == NULL ? 0 : entry_state(e);
    if (e != NULL && (all || scopes_is_concerned(&cache->scopes, e->scopes)) &&
        cache_mark_is_told(cache, id) && freshness_mark(&e->freshness, cache->ordinal, seq)) {
      cache_mark_refetch_in_window(cache, id, before);
    }
  }
  memory_unseal(&cache->memory);
}

void cache_mark_all(tidemark_cache *cache, double seq) {
  mark_many(cache, seq, true);
}

void cache_mark_concerned(tidemark_cache *cache, double seq) {
  mark_many(cache, seq, PLANTED(SCOPE_MARKS_ALL));
}

void cache_mark_forget_old_epoch(tidemark_cache *cache) {
  bool is_new = cache->stream.new_epoch;
  cache->stream.new_epoch = false;
  if (is_new) {
    mutations_new_epoch(&cache->mutations);
  }
  for (uint32_t id = 1; is_new && id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL) {
      continue;
    }
    uint32_t before = entry_state(e);
    bool was_marked = freshness_is_marked(&e->freshness);
    freshness_new_epoch(&e->freshness);
    /* Nobody else may ask for it: the connection can break before the server says more. */
    if (!was_marked && freshness_is_marked(&e->freshness)) {
      cache_mark_refetch_in_window(cache, id, before);
    }
  }
}
