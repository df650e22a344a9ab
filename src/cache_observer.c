#include "cache_observer.h"

#include <math.h>

#include "cache_entry.h"
#include "cache_gc.h"
#include "cache_mutation.h"
#include "cache_start.h"

enum { OBSERVER_TIMERS = 2 };

static void arm_interval(tidemark_cache *cache, const struct observer *o) {
  double interval = o->options.refetch_interval;
  bool runs = o->options.enabled && interval > 0;
  wheel_arm(&cache->wheel, o->interval_timer, runs ? cache->time + fmax(interval, 1) : INFINITY);
}

/* Room for what attaching takes: an activity and a gc time, both with a timer. */
static int reserve_attach(tidemark_cache *cache, uint32_t more_timers) {
  if (cache_entry_reserve(cache, 1) < 0 || cache_gc_reserve(cache) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  return wheel_reserve(&cache->wheel, 2 + more_timers);
}

static void attach(tidemark_cache *cache, uint32_t id, uint32_t entry) {
  struct observer *o = observer_at(cache, id);
  struct entry *e = entry_at(cache, entry);
  o->entry = entry;
  o->previous = 0;
  struct activity *a = cache_entry_activate(cache, entry);
  o->next = a->first_observer;
  if (o->next != 0) {
    observer_at(cache, o->next)->previous = id;
  }
  a->first_observer = id;
  a->observers++;
  a->enabled += o->options.enabled ? 1 : 0;
  e->network_mode = o->options.network_mode & 3;
  cache_gc_set_time(cache, entry, o->options.gc_time);
}

/* No observer is enabled any more: what only they wanted and nobody has started is not asked for.
 * But what would have started if the network had been there is fetched when it is back. */
static void disable(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  bool waits = e->phase == ENTRY_PAUSED && !e->removed && !PLANTED(PAUSED_FETCH_LEFT);
  if (!waits && entry_fetch(e) == 0 && !e->awaited) {
    cache_entry_commit(cache, id, entry_cancel(e, true));
  }
  if (!PLANTED(LAYER_LEFT_WHEN_NOBODY_LOOKS)) {
    cache_mutation_fold(cache, id);
  }
}

/* Nobody observes the entry any more. What others wait for goes on as if somebody did. */
static void abandon(tidemark_cache *cache, uint32_t id, bool signal_taken) {
  struct entry *e = entry_at(cache, id);
  uint32_t bits = 0;
  if (!e->awaited || PLANTED(AWAITED_ABANDONED)) {
    bool started = entry_fetch(e) != 0;
    bool stops = started && (signal_taken || e->phase != ENTRY_FLYING);
    bits = stops ? entry_cancel(e, true) : 0;
    e->no_retry = (started && !stops) || e->phase == ENTRY_PAUSED;
  }
  cache_entry_commit(cache, id, bits);
  disable(cache, id);
}

/* What changed while somebody called the answer static was not asked for. */
static void follow_changes(tidemark_cache *cache, uint32_t id, double stale_time_before) {
  bool withheld = stale_time_before == TIDEMARK_STATIC && entry_at(cache, id)->has_data;
  if (withheld && !PLANTED(STATIC_LEAVES_STALE)) {
    cache_entry_keep_up(cache, id, schedule_backoff(0));
  }
}

static void detach(tidemark_cache *cache, uint32_t id, bool signal_taken) {
  struct observer *o = observer_at(cache, id);
  struct activity *a = entry_at(cache, o->entry)->activity;
  if (o->previous != 0) {
    observer_at(cache, o->previous)->next = o->next;
  } else {
    a->first_observer = o->next;
  }
  if (o->next != 0) {
    observer_at(cache, o->next)->previous = o->previous;
  }
  a->observers--;
  a->cause = a->cause == id ? 0 : a->cause;
  a->enabled -= o->options.enabled ? 1 : 0;
  if (a->observers == 0) {
    abandon(cache, o->entry, signal_taken);
  } else if (a->enabled == 0) {
    disable(cache, o->entry);
  } else {
    follow_changes(cache, o->entry, o->options.stale_time);
  }
}

/* An observer comes, and wants a fetch or not. */
static void come(tidemark_cache *cache, uint32_t id, bool fetches) {
  uint32_t entry = observer_at(cache, id)->entry;
  uint32_t bits = 0;
  if (fetches) {
    cache_entry_return(cache, entry);
    bits = cache_entry_want_for(cache, entry, id);
  }
  cache_entry_commit(cache, entry, bits);
}

int cache_observer_add(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (observer_check(&event->observer_options) < 0) {
    return TIDEMARK_ERROR_EVENT;
  }
  if (pool_reserve(&cache->observers, &cache->memory, 1) < 0 ||
      reserve_attach(cache, OBSERVER_TIMERS) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t id = pool_take(&cache->observers);
  struct observer *o = observer_at(cache, id);
  o->options = event->observer_options;
  o->stale_timer = wheel_add(&cache->wheel, timer_owner(TIMER_STALE, id));
  o->interval_timer = wheel_add(&cache->wheel, timer_owner(TIMER_INTERVAL, id));
  attach(cache, id, event->entry);
  bool fetches = observer_fetches_on_mount(o, e, cache->time);
  if (o->options.enabled) {
    *(fetches ? &cache->stats.misses : &cache->stats.hits) += 1;
  }
  come(cache, id, fetches);
  cache_entry_arm_stale_timer(cache, o);
  arm_interval(cache, o);
  if (fetches) {
    cache_start_asked(cache, event->entry);
  }
  return (int)id;
}

int cache_observer_set(tidemark_cache *cache, const tidemark_event *event) {
  struct observer *o = observer_get(cache, event->observer);
  struct entry *e = entry_get(cache, event->entry);
  if (o == NULL || e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (observer_check(&event->observer_options) < 0) {
    return TIDEMARK_ERROR_EVENT;
  }
  if (reserve_attach(cache, 0) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  tidemark_observer_options before = o->options;
  bool moves = o->entry != event->entry;
  if (moves) {
    detach(cache, event->observer, false);
    o->options = event->observer_options;
    attach(cache, event->observer, event->entry);
  } else {
    o->options = event->observer_options;
    e->activity->enabled += (o->options.enabled ? 1U : 0U) - (before.enabled ? 1U : 0U);
    e->network_mode = o->options.network_mode & 3;
    cache_gc_set_time(cache, event->entry, o->options.gc_time);
    follow_changes(cache, event->entry, before.stale_time);
  }
  bool comes = moves || (o->options.enabled && !before.enabled && event->reread == 0);
  bool fetches = comes && observer_is_stale(o, e, cache->time);
  come(cache, event->observer, fetches);
  if (fetches) {
    cache_start_asked(cache, event->entry);
  }
  if (!entry_is_active(e)) {
    disable(cache, event->entry);
  }
  cache_entry_arm_stale_timer(cache, o);
  if (moves || before.refetch_interval != o->options.refetch_interval ||
      before.enabled != o->options.enabled) {
    arm_interval(cache, o);
  }
  return TIDEMARK_OK;
}

int cache_observer_remove(tidemark_cache *cache, const tidemark_event *event) {
  struct observer *o = observer_get(cache, event->observer);
  if (o == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (!PLANTED(STALE_TIMER_KEPT)) {
    wheel_remove(&cache->wheel, o->stale_timer);
  }
  wheel_remove(&cache->wheel, o->interval_timer);
  detach(cache, event->observer, event->unobserve.signal_taken != 0);
  pool_release(&cache->observers, event->observer);
  return TIDEMARK_OK;
}

void cache_observer_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id) {
  const struct observer *o = observer_at(cache, id);
  if (kind == TIMER_STALE) {
    cache_entry_commit(cache, o->entry, ENTRY_NOTIFY);
    return;
  }
  if (cache->schedule.visible || o->options.refetch_interval_in_background) {
    cache_entry_return(cache, o->entry);
    cache_entry_commit(cache, o->entry, cache_entry_want_for(cache, o->entry, id));
  }
  arm_interval(cache, o);
}
