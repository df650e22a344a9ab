#include "cache_internal.h"

/* A fetch that takes longer holds up no other one. */
static const double OVERDUE_MS = 30000;

static void start(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (query_activate(cache, id)->fetch == 0) {
    cache->last_fetch = cache->last_fetch == INT32_MAX ? 1 : cache->last_fetch + 1;
    cache->stats.refetches += e->refetch ? 1 : 0;
  }
  cache->stats.fetches++;
  uint32_t bits = entry_start(e, cache->last_fetch, cache->ordinal);
  if (e->refetch) {
    e->activity->not_before = cache->time + cache->schedule.spacing;
    e->activity->wake = cache->time + OVERDUE_MS;
    e->counted = true;
    cache->schedule.refetching++;
  }
  query_act(cache, id, bits);
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
  return query_reserve_activities(cache, resting);
}

static void start_or_pause(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (verdict(cache, e) == SCHEDULE_PAUSE) {
    query_act(cache, id, entry_pause(e));
  } else {
    start(cache, id);
  }
}

void query_start_asked(tidemark_cache *cache, uint32_t id) {
  if (entry_at(cache, id)->phase == ENTRY_WANTED && !PLANTED(ASKED_FETCH_WAITS)) {
    start_or_pause(cache, id);
  }
}

int query_flush(tidemark_cache *cache) {
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

void query_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id, bool collects) {
  if (kind == TIMER_UNUSED) {
    unused_timer(cache, id, collects);
  } else if (kind == TIMER_ENTRY && entry_at(cache, id)->counted) {
    query_count_no_more(cache, id);
  } else if (kind == TIMER_ENTRY) {
    query_act(cache, id, entry_wake(entry_at(cache, id)));
  } else {
    query_observer_timer(cache, kind, id);
  }
}

/* What was paused goes on, and observers fetch as they asked to when `back` comes back. */
static void come_back(tidemark_cache *cache, bool network) {
  /* With a stream, what changed meanwhile is going to be known: only that is refetched. */
  bool by_marks = network && cache->stream.phase != STREAM_IDLE;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL) {
      continue;
    }
    uint32_t bits = entry_resume(e);
    for (struct observer *o = observer_next(cache, entry_activity(e)->first_observer); o != NULL;
         o = observer_next(cache, o->next)) {
      uint8_t when = network ? o->options.refetch_on_reconnect : o->options.refetch_on_window_focus;
      bool marked = !e->has_data || freshness_is_marked(&e->freshness);
      if (by_marks && when == TIDEMARK_REFETCH_IF_STALE && !marked) {
        continue;
      }
      if (observer_fetches_on(o, e, (enum tidemark_refetch_on)when, cache->time)) {
        bits |= entry_want(e, false, false);
      }
    }
    if (bits != 0) {
      query_act(cache, id, bits);
    }
  }
}

void query_online(tidemark_cache *cache, bool online) {
  bool back = online && !cache->schedule.online;
  cache->schedule.online = online;
  if (back) {
    come_back(cache, true);
  }
}

void query_visible(tidemark_cache *cache, bool visible) {
  bool back = visible && !cache->schedule.visible;
  cache->schedule.visible = visible;
  if (back) {
    come_back(cache, false);
  }
}
