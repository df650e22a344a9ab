/*
 * Entries that nobody needs: a queue for each gc time that was asked for, the longest unused first,
 * and a timer for its head. Of the few gc times that an application has, each is one queue; the
 * oldest head of all is what goes when there is no more room.
 *
 *      gc time 5 min:   7 ─ 2 ─ 9        timer: 5 min after 7 was needed last
 *      gc time ∞:       4 ─ 1            no timer
 */

#include "cache_gc.h"

#include <math.h>

static struct unused_queue *queue_at(const tidemark_cache *cache, uint32_t id) {
  return pool_at(&cache->unused, id);
}

static void arm(tidemark_cache *cache, const struct unused_queue *queue) {
  uint32_t head = queue->entries.head;
  double deadline = head == 0 ? INFINITY : entry_at(cache, head)->unused + queue->gc_time;
  wheel_arm(&cache->wheel, queue->timer, deadline);
}

int cache_gc_reserve(tidemark_cache *cache) {
  return pool_reserve(&cache->unused, &cache->memory, 1);
}

/* The queue of that gc time, made if there is none: room has been reserved. */
static uint32_t queue_of(tidemark_cache *cache, double gc_time) {
  for (uint32_t id = 1; id < cache->unused.end; id++) {
    const struct unused_queue *queue = pool_get(&cache->unused, id);
    if (queue != NULL && queue->gc_time == gc_time) {
      return id;
    }
  }
  uint32_t id = pool_take(&cache->unused);
  queue_at(cache, id)->gc_time = gc_time;
  queue_at(cache, id)->timer = wheel_add(&cache->wheel, timer_owner(TIMER_UNUSED, id));
  return id;
}

static void leave_queue(tidemark_cache *cache, uint32_t id) {
  struct unused_queue *queue = queue_at(cache, id);
  queue->users--;
  if (queue->users == 0) {
    wheel_remove(&cache->wheel, queue->timer);
    pool_release(&cache->unused, id);
  }
}

void cache_gc_set_time(tidemark_cache *cache, uint32_t id, double gc_time) {
  struct entry *e = entry_at(cache, id);
  uint32_t before = e->queue;
  if (before != 0 && gc_time <= queue_at(cache, before)->gc_time) {
    return;
  }
  if (e->list == ENTRY_IN_UNUSED) {
    cache_gc_remove(cache, id);
  }
  e->queue = queue_of(cache, gc_time);
  queue_at(cache, e->queue)->users++;
  if (before != 0) {
    leave_queue(cache, before);
  }
}

void cache_gc_leave(tidemark_cache *cache, uint32_t id) {
  leave_queue(cache, entry_at(cache, id)->queue);
}

void cache_gc_append(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  struct unused_queue *queue = queue_at(cache, e->queue);
  e->unused = cache->time;
  cache_queue_append(cache, &queue->entries, id, ENTRY_IN_UNUSED);
  if (queue->entries.head == id) {
    arm(cache, queue);
  }
}

void cache_gc_remove(tidemark_cache *cache, uint32_t id) {
  struct unused_queue *queue = queue_at(cache, entry_at(cache, id)->queue);
  bool was_head = queue->entries.head == id;
  cache_queue_remove(cache, &queue->entries, id);
  if (was_head) {
    arm(cache, queue);
  }
}

uint32_t cache_gc_oldest(const tidemark_cache *cache) {
  uint32_t longest = 0;
  for (uint32_t id = 1; id < cache->unused.end; id++) {
    const struct unused_queue *queue = pool_get(&cache->unused, id);
    uint32_t head = queue == NULL               ? 0
                    : PLANTED(NEWEST_FORGOTTEN) ? queue->entries.tail
                                                : queue->entries.head;
    if (head != 0 &&
        (longest == 0 || entry_at(cache, head)->unused < entry_at(cache, longest)->unused)) {
      longest = head;
    }
  }
  return longest;
}

uint32_t cache_gc_due(const tidemark_cache *cache, uint32_t id) {
  const struct unused_queue *queue = pool_get(&cache->unused, id);
  uint32_t head = queue == NULL ? 0 : queue->entries.head;
  bool is_due = head != 0 && entry_at(cache, head)->unused + queue->gc_time <= cache->time;
  return is_due ? head : 0;
}

void cache_gc_postpone(tidemark_cache *cache, uint32_t queue) {
  wheel_arm(&cache->wheel, queue_at(cache, queue)->timer, cache->time + 1);
}
