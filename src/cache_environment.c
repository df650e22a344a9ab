#include "cache_environment.h"

#include "cache_entry.h"
#include "cache_gc.h"
#include "cache_observer.h"

static void gc_timer(tidemark_cache *cache, uint32_t queue, bool collects) {
  if (!collects) {
    cache_gc_postpone(cache, queue);
    return;
  }
  for (uint32_t id = cache_gc_due(cache, queue); id != 0; id = cache_gc_due(cache, queue)) {
    cache_entry_drop(cache, id);
  }
}

void cache_environment_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id,
                             bool collects) {
  if (kind == TIMER_UNUSED) {
    gc_timer(cache, id, collects);
  } else if (kind == TIMER_ENTRY && entry_at(cache, id)->has_slot) {
    cache_entry_release_slot(cache, id);
  } else if (kind == TIMER_ENTRY) {
    cache_entry_commit(cache, id, entry_wake(entry_at(cache, id)));
  } else {
    cache_observer_timer(cache, kind, id);
  }
}

/* What was paused goes on, and observers fetch as they asked to when `back` comes back. */
static void come_back(tidemark_cache *cache, bool network) {
  /* With a stream, what changed meanwhile is going to be known: only that is refetched. */
  bool by_marks = network && cache->stream.phase != STREAM_IDLE;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL || e->removed) {
      continue;
    }
    uint32_t bits = entry_resume(e);
    for (uint32_t at = entry_activity(e)->first_observer; at != 0;
         at = observer_at(cache, at)->next) {
      const struct observer *o = observer_at(cache, at);
      uint8_t when = network ? o->options.refetch_on_reconnect : o->options.refetch_on_window_focus;
      bool marked = !e->has_data || freshness_is_marked(&e->freshness);
      if (by_marks && when == TIDEMARK_REFETCH_IF_STALE && !marked) {
        continue;
      }
      if (observer_fetches_on(o, e, (enum tidemark_refetch_on)when, cache->time)) {
        bits |= cache_entry_want_for(cache, id, at);
      }
    }
    if (bits != 0) {
      cache_entry_commit(cache, id, bits);
    }
  }
}

void cache_environment_online(tidemark_cache *cache, bool online) {
  bool back = online && !cache->schedule.online;
  cache->schedule.online = online;
  if (back) {
    come_back(cache, true);
  }
}

void cache_environment_visible(tidemark_cache *cache, bool visible) {
  bool back = visible && !cache->schedule.visible;
  cache->schedule.visible = visible;
  if (back) {
    come_back(cache, false);
  }
}
