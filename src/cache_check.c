#include "cache_check.h"

#ifdef TIDEMARK_CHECKED

#include <math.h>

#include "invariant.h"

/* ---- One entry ----------------------------------------------------------------------------- */

static void check_observers(const tidemark_cache *cache, uint32_t id, const struct activity *a) {
  uint32_t observers = 0;
  uint32_t enabled = 0;
  uint32_t previous = 0;
  for (uint32_t at = a->first_observer; at != 0; at = observer_at(cache, at)->next) {
    const struct observer *o = observer_at(cache, at);
    INVARIANT(o->entry == id);
    INVARIANT(o->previous == previous);
    observers++;
    enabled += o->options.enabled ? 1 : 0;
    previous = at;
  }
  INVARIANT(a->observers == observers);
  INVARIANT(a->enabled == enabled);
  INVARIANT(a->enabled <= a->observers);
}

static void check_layers(const tidemark_cache *cache, uint32_t id, const struct activity *a) {
  uint32_t layers = 0;
  for (uint32_t at = a->first_layer; at != 0; at = layer_at(&cache->mutations, at)->above) {
    INVARIANT(layer_at(&cache->mutations, at)->entry == id);
    layers++;
  }
  INVARIANT(a->layers == layers);
  INVARIANT((a->first_layer != 0) == (a->layers > 0));
}

static void check_lists(const tidemark_cache *cache, const struct entry *e) {
  INVARIANT((e->list == ENTRY_IN_WANTED) == (e->phase == ENTRY_WANTED));
  INVARIANT(e->list != ENTRY_IN_UNUSED || (e->node != 0 && entry_is_unused(e)));
  INVARIANT(e->effects == 0 || e->dirty);
  INVARIANT(e->queue != 0 && pool_get(&cache->unused, e->queue) != NULL);
}

static void check_activity(const tidemark_cache *cache, uint32_t id, const struct entry *e) {
  const struct activity *a = e->activity;
  if (a == NULL) {
    /* A fetch that nobody observes gets its activity when it starts. */
    INVARIANT(e->phase == ENTRY_IDLE || e->phase == ENTRY_WANTED || e->phase == ENTRY_PAUSED);
    return;
  }
  /* The drain takes the activity of one whose effects it has drained in part. */
  INVARIANT(!entry_is_at_rest(e) || e->dirty);
  INVARIANT(wheel_is_armed(&cache->wheel, a->timer) == !isinf(entry_deadline(e)));
  INVARIANT(e->has_slot <= (e->phase == ENTRY_FLYING));
  INVARIANT((e->phase != ENTRY_FLYING && e->phase != ENTRY_RETRYING) || a->fetch != 0);
  check_observers(cache, id, a);
  check_layers(cache, id, a);
}

/* ---- All of them --------------------------------------------------------------------------- */

static void check_entries(const tidemark_cache *cache) {
  uint32_t slots = 0;
  uint32_t named = 0;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = pool_get(&cache->entries, id);
    if (e == NULL) {
      continue;
    }
    check_lists(cache, e);
    check_activity(cache, id, e);
    slots += e->has_slot ? 1 : 0;
    named += e->node != 0 ? 1 : 0;
  }
  INVARIANT(cache->schedule.slots_taken == slots);
  INVARIANT(cache->index.count == named);
  INVARIANT(cache->selection_capacity >= cache->entries.live);
}

static uint32_t length_of(const tidemark_cache *cache, const struct entry_queue *queue) {
  uint32_t length = 0;
  uint32_t previous = 0;
  for (uint32_t id = queue->head; id != 0; id = entry_at(cache, id)->next) {
    INVARIANT(entry_at(cache, id)->previous == previous);
    previous = id;
    length++;
  }
  INVARIANT(queue->tail == previous);
  return length;
}

static uint32_t count_in(const tidemark_cache *cache, enum entry_list list, uint32_t queue) {
  uint32_t count = 0;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = pool_get(&cache->entries, id);
    count += e != NULL && e->list == list && (queue == 0 || e->queue == queue) ? 1 : 0;
  }
  return count;
}

static uint32_t users_of(const tidemark_cache *cache, uint32_t queue) {
  uint32_t users = 0;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = pool_get(&cache->entries, id);
    users += e != NULL && e->queue == queue ? 1 : 0;
  }
  return users;
}

static void check_gc_queues(const tidemark_cache *cache) {
  for (uint32_t id = 1; id < cache->unused.end; id++) {
    const struct unused_queue *queue = pool_get(&cache->unused, id);
    if (queue == NULL) {
      continue;
    }
    INVARIANT(queue->users == users_of(cache, id));
    INVARIANT(length_of(cache, &queue->entries) == count_in(cache, ENTRY_IN_UNUSED, id));
    bool waits = queue->entries.head != 0 && !isinf(queue->gc_time);
    INVARIANT(wheel_is_armed(&cache->wheel, queue->timer) == waits);
  }
}

static void check_dirty(const tidemark_cache *cache) {
  uint32_t queued = 0;
  for (uint32_t id = cache->dirty.head; id != 0; id = entry_at(cache, id)->next_dirty) {
    INVARIANT(entry_at(cache, id)->dirty);
    queued++;
  }
  for (uint32_t id = cache->dropped; id != 0; id = entry_at(cache, id)->next_dirty) {
    INVARIANT(entry_at(cache, id)->dirty);
    queued++;
  }
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = pool_get(&cache->entries, id);
    queued -= e != NULL && e->dirty ? 1 : 0;
  }
  INVARIANT(queued == 0);
}

static void check_observer_timers(const tidemark_cache *cache) {
  for (uint32_t id = 1; id < cache->observers.end; id++) {
    const struct observer *o = pool_get(&cache->observers, id);
    if (o == NULL) {
      continue;
    }
    bool polls = o->options.enabled && o->options.refetch_interval > 0;
    INVARIANT(wheel_is_armed(&cache->wheel, o->interval_timer) == polls);
    /* The timer is for an answer that is to become stale; one that has no answer has none. */
    bool ages = !isinf(observer_stale_deadline(o, entry_at(cache, o->entry)));
    INVARIANT(wheel_is_armed(&cache->wheel, o->stale_timer) <= ages);
  }
}

void cache_check(const tidemark_cache *cache) {
  check_entries(cache);
  check_dirty(cache);
  INVARIANT(length_of(cache, &cache->wanted) == count_in(cache, ENTRY_IN_WANTED, 0));
  check_gc_queues(cache);
  check_observer_timers(cache);
}

void cache_check_drained(const tidemark_cache *cache) {
  INVARIANT(cache->dirty.head == 0);
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = pool_get(&cache->entries, id);
    INVARIANT(e == NULL || (e->effects & ~ENTRY_DROP) == 0);
  }
}

#endif
