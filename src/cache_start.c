#include "cache_start.h"

#include "cache_entry.h"

/* A fetch that takes longer holds up no other one. */
static const double OVERDUE_MS = 30000;

static void start(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (cache_entry_activate(cache, id)->fetch == 0) {
    cache->last_fetch = cache->last_fetch == INT32_MAX ? 1 : cache->last_fetch + 1;
    cache->stats.refetches += e->refetch ? 1 : 0;
  }
  cache->stats.fetches++;
  uint32_t bits = entry_start(e, cache->last_fetch, cache->ordinal);
  if (e->refetch) {
    e->activity->not_before = cache->time + cache->schedule.spacing;
    e->activity->wake = cache->time + OVERDUE_MS;
    e->has_slot = true;
    cache->schedule.slots_taken++;
  }
  cache_entry_commit(cache, id, bits);
}

static enum schedule_verdict verdict(const tidemark_cache *cache, const struct entry *e) {
  return schedule_may_start(&cache->schedule, e->refetch, entry_fetch(e) != 0,
                            (enum tidemark_network_mode)e->network_mode);
}

/* Of the refetches that may start, the one with most observers; the oldest of these. 0 for none. */
static uint32_t next_refetch(const tidemark_cache *cache) {
  uint32_t best = 0;
  for (uint32_t id = cache->wanted.head; id != 0; id = entry_at(cache, id)->next) {
    const struct entry *e = entry_at(cache, id);
    if (verdict(cache, e) == SCHEDULE_START &&
        (best == 0 ||
         entry_activity(e)->observers > entry_activity(entry_at(cache, best))->observers)) {
      best = id;
    }
  }
  return best;
}

/* Whoever starts needs an activity. */
static int reserve_starts(tidemark_cache *cache) {
  uint32_t resting = 0;
  for (uint32_t id = cache->wanted.head; id != 0; id = entry_at(cache, id)->next) {
    resting += entry_at(cache, id)->activity == NULL ? 1 : 0;
  }
  return cache_entry_reserve(cache, resting);
}

static void start_or_pause(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (verdict(cache, e) == SCHEDULE_PAUSE) {
    cache_entry_commit(cache, id, entry_pause(e));
  } else {
    start(cache, id);
  }
}

void cache_start_asked(tidemark_cache *cache, uint32_t id) {
  if (entry_at(cache, id)->phase == ENTRY_WANTED && !PLANTED(ASKED_FETCH_WAITS)) {
    start_or_pause(cache, id);
  }
}

int cache_start_flush(tidemark_cache *cache) {
  int result = reserve_starts(cache);
  if (result < 0) {
    return result;
  }
  for (uint32_t id = cache->wanted.head; id != 0;) {
    const struct entry *e = entry_at(cache, id);
    uint32_t next = e->next;
    if (!e->refetch || verdict(cache, e) == SCHEDULE_PAUSE) {
      start_or_pause(cache, id);
    }
    id = next;
  }
  for (uint32_t id = next_refetch(cache); id != 0; id = next_refetch(cache)) {
    start(cache, id);
  }
  return TIDEMARK_OK;
}
