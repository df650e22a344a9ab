#include "cache_entry.h"

#include <math.h>

#include "cache_gc.h"

/* ---- After anything happened --------------------------------------------------------------- */

static void push_dirty(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->dirty) {
    return;
  }
  e->dirty = true;
  e->next_dirty = 0;
  if (cache->dirty.head == 0) {
    cache->dirty.head = id;
  } else {
    entry_at(cache, cache->dirty.tail)->next_dirty = id;
  }
  cache->dirty.tail = id;
}

static enum entry_list list_for(const struct entry *e) {
  if (e->phase == ENTRY_WANTED) {
    return ENTRY_IN_WANTED;
  }
  return entry_is_unused(e) && e->node != 0 ? ENTRY_IN_UNUSED : ENTRY_IN_NONE;
}

static void move_to(tidemark_cache *cache, uint32_t id, enum entry_list list) {
  const struct entry *e = entry_at(cache, id);
  if (e->list == ENTRY_IN_WANTED) {
    cache_queue_remove(cache, &cache->wanted, id);
  } else if (e->list == ENTRY_IN_UNUSED) {
    cache_gc_remove(cache, id);
  }
  if (list == ENTRY_IN_WANTED) {
    cache_queue_append(cache, &cache->wanted, id, list);
  } else if (list == ENTRY_IN_UNUSED) {
    cache_gc_append(cache, id);
  }
}

int cache_entry_reserve(tidemark_cache *cache, uint32_t count) {
  if (count == 0) {
    return TIDEMARK_OK;
  }
  int result = pool_reserve(&cache->activities, &cache->memory, count);
  return result < 0 ? result : wheel_reserve(&cache->wheel, count);
}

struct activity *cache_entry_activate(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->activity == NULL) {
    uint32_t activity = pool_take(&cache->activities);
    e->activity = pool_at(&cache->activities, activity);
    e->activity->id = activity;
    e->activity->timer = wheel_add(&cache->wheel, timer_owner(TIMER_ENTRY, id));
  }
  return e->activity;
}

void cache_entry_rest(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->activity != NULL && entry_is_at_rest(e)) {
    wheel_remove(&cache->wheel, e->activity->timer);
    pool_release(&cache->activities, e->activity->id);
    e->activity = NULL;
  }
}

void cache_entry_touch(tidemark_cache *cache, uint32_t id) {
  if (entry_at(cache, id)->list == ENTRY_IN_UNUSED) {
    cache_gc_remove(cache, id);
  }
  cache_entry_commit(cache, id, 0);
}

void cache_entry_find_again(tidemark_cache *cache, struct entry *e) {
  cache->removed -= e->removed ? 1 : 0;
  e->removed = false;
}

/* Its key finds nothing from here on. */
static uint32_t drop(tidemark_cache *cache, struct entry *e) {
  cache_entry_find_again(cache, e);
  index_remove(&cache->index, e->node);
  tags_clear(&cache->tags, &e->first_tag);
  scopes_release(&cache->scopes, e->scopes);
  e->node = 0;
  e->scopes = 0;
  return ENTRY_DROP;
}

void cache_entry_release_slot(tidemark_cache *cache, uint32_t id) {
  entry_at(cache, id)->has_slot = false;
  cache->schedule.slots_taken--;
}

void cache_entry_commit(tidemark_cache *cache, uint32_t id, uint32_t bits) {
  struct entry *e = entry_at(cache, id);
  /* Removed, it lived on for its observers, its fetch and its layers: they are gone. */
  if (e->removed && entry_is_unused(e)) {
    bits |= drop(cache, e);
  }
  if ((bits & ENTRY_EFFECTS) != 0) {
    e->effects |= (uint8_t)(bits & ENTRY_EFFECTS);
    push_dirty(cache, id);
  }
  if (e->has_slot && e->phase != ENTRY_FLYING) {
    cache_entry_release_slot(cache, id);
  }
  enum entry_list list = list_for(e);
  if (list != e->list) {
    move_to(cache, id, list);
  }
  if (e->activity != NULL) {
    wheel_arm(&cache->wheel, e->activity->timer, entry_deadline(e));
    cache_entry_rest(cache, id);
  }
}

uint32_t cache_entry_want_for(tidemark_cache *cache, uint32_t id, uint32_t observer) {
  struct entry *e = entry_at(cache, id);
  bool causes = e->phase == ENTRY_IDLE || e->phase == ENTRY_LATER;
  uint32_t bits = entry_want(e, false, false);
  if (causes) {
    e->activity->cause = observer;
  }
  return bits;
}

/* ---- Entries: made and forgotten ----------------------------------------------------------- */

void cache_entry_drop(tidemark_cache *cache, uint32_t id) {
  cache_entry_commit(cache, id, drop(cache, entry_at(cache, id)));
}

void cache_entry_clear(tidemark_cache *cache, uint32_t id) {
  cache_entry_commit(cache, id, entry_reset(entry_at(cache, id), cache->stream.seq));
  cache_entry_arm_stale_timers(cache, id);
}

void cache_entry_return(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->removed) {
    cache_entry_find_again(cache, e);
    cache_entry_clear(cache, id);
  }
}

void cache_entry_arm_stale_timer(tidemark_cache *cache, const struct observer *o) {
  double deadline = observer_stale_deadline(o, entry_at(cache, o->entry));
  wheel_arm(&cache->wheel, o->stale_timer, deadline > cache->time ? deadline : INFINITY);
}

void cache_entry_arm_stale_timers(tidemark_cache *cache, uint32_t entry) {
  for (struct observer *o =
           observer_next(cache, entry_activity(entry_at(cache, entry))->first_observer);
       o != NULL; o = observer_next(cache, o->next)) {
    cache_entry_arm_stale_timer(cache, o);
  }
}

/* Somebody shows its answer for good. Without an answer there is nothing to keep. */
static bool is_static(const tidemark_cache *cache, const struct entry *e) {
  for (struct observer *o = observer_next(cache, entry_activity(e)->first_observer); o != NULL;
       o = observer_next(cache, o->next)) {
    if (o->options.stale_time == TIDEMARK_STATIC) {
      return e->has_data;
    }
  }
  return false;
}

bool cache_entry_refetches(const tidemark_cache *cache, uint32_t id,
                           enum tidemark_refetch_type type) {
  const struct entry *e = entry_at(cache, id);
  bool active = entry_is_active(e);
  bool can_be_asked = e->asked_before || entry_fetch(e) != 0 || e->awaited;
  bool disabled = entry_is_observed(e) ? !active : !can_be_asked;
  bool wanted = type == TIDEMARK_REFETCH_ALL ||
                (type == TIDEMARK_REFETCH_ACTIVE && (active || PLANTED(INACTIVE_REFETCHED))) ||
                (type == TIDEMARK_REFETCH_INACTIVE && !active);
  return wanted && !disabled && !e->removed && !is_static(cache, e);
}

void cache_entry_plan(tidemark_cache *cache, uint32_t id, double wait) {
  double wake = cache->time + schedule_spread(wait, &cache->random);
  cache_entry_commit(cache, id, entry_want_later(entry_at(cache, id), wake));
}

void cache_entry_keep_up(tidemark_cache *cache, uint32_t id, double wait) {
  if (freshness_is_marked(&entry_at(cache, id)->freshness) &&
      cache_entry_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    cache_entry_plan(cache, id, wait);
  }
}
