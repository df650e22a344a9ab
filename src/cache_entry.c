#include "cache_internal.h"

struct observer *observer_get(const tidemark_cache *cache, uint32_t id) {
  return pool_get(&cache->observers, id);
}

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

void list_append(tidemark_cache *cache, struct entry_queue *queue, uint32_t id,
                 enum entry_list list) {
  struct entry *e = entry_at(cache, id);
  e->list = (uint8_t)list & 3;
  e->next = 0;
  e->previous = queue->tail;
  *(queue->tail == 0 ? &queue->head : &entry_at(cache, queue->tail)->next) = id;
  queue->tail = id;
}

void list_remove(tidemark_cache *cache, struct entry_queue *queue, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  uint32_t next = e->next;
  uint32_t previous = e->previous;
  *(previous == 0 ? &queue->head : &entry_at(cache, previous)->next) = next;
  *(next == 0 ? &queue->tail : &entry_at(cache, next)->previous) = previous;
  e->list = ENTRY_IN_NONE;
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
    list_remove(cache, &cache->wanted, id);
  } else if (e->list == ENTRY_IN_UNUSED) {
    unused_remove(cache, id);
  }
  if (list == ENTRY_IN_WANTED) {
    list_append(cache, &cache->wanted, id, list);
  } else if (list == ENTRY_IN_UNUSED) {
    unused_append(cache, id);
  }
}

int query_reserve_activities(tidemark_cache *cache, uint32_t count) {
  if (count == 0) {
    return TIDEMARK_OK;
  }
  int result = pool_reserve(&cache->activities, &cache->memory, count);
  return result < 0 ? result : wheel_reserve(&cache->wheel, count);
}

struct activity *query_activate(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->activity == NULL) {
    uint32_t activity = pool_take(&cache->activities);
    e->activity = pool_at(&cache->activities, activity);
    e->activity->id = activity;
    e->activity->timer = wheel_add(&cache->wheel, timer_owner(TIMER_ENTRY, id));
  }
  return e->activity;
}

void query_rest(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->activity != NULL && entry_is_at_rest(e)) {
    wheel_remove(&cache->wheel, e->activity->timer);
    pool_release(&cache->activities, e->activity->id);
    e->activity = NULL;
  }
}

void query_need(tidemark_cache *cache, uint32_t id) {
  if (entry_at(cache, id)->list == ENTRY_IN_UNUSED) {
    unused_remove(cache, id);
  }
  query_act(cache, id, 0);
}

/* Removed, it lived on for its observers, its fetch and its layers: they are gone. */
static uint32_t drop_removed(tidemark_cache *cache, struct entry *e) {
  tags_clear(&cache->tags, &e->first_tag);
  scopes_release(&cache->scopes, e->scopes);
  e->scopes = 0;
  return ENTRY_DROP;
}

void query_count_no_more(tidemark_cache *cache, uint32_t id) {
  entry_at(cache, id)->counted = false;
  cache->schedule.refetching--;
}

void query_act(tidemark_cache *cache, uint32_t id, uint32_t bits) {
  struct entry *e = entry_at(cache, id);
  if (e->node == 0 && entry_is_unused(e) && (e->effects & ENTRY_DROP) == 0) {
    bits |= drop_removed(cache, e);
  }
  if ((bits & ENTRY_EFFECTS) != 0) {
    e->effects |= (uint16_t)(bits & ENTRY_EFFECTS);
    push_dirty(cache, id);
  }
  if (e->counted && e->phase != ENTRY_FLYING) {
    query_count_no_more(cache, id);
  }
  enum entry_list list = list_for(e);
  if (list != e->list) {
    move_to(cache, id, list);
  }
  if (e->activity != NULL) {
    wheel_arm(&cache->wheel, e->activity->timer, entry_deadline(e));
    query_rest(cache, id);
  }
}

/* ---- Entries: made and forgotten ----------------------------------------------------------- */

void query_drop(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->node != 0) {
    index_remove(&cache->index, e->node);
    tags_clear(&cache->tags, &e->first_tag);
    e->node = 0;
  }
  query_act(cache, id, 0);
}

/* Room for another gc time, in the event that asks for it. */
static int reserve_gc_time(tidemark_cache *cache) {
  int result = unused_reserve(cache);
  return result < 0 ? result : wheel_reserve(&cache->wheel, 1);
}

static int make_entry(tidemark_cache *cache, size_t length, double gc_time) {
  bool full = cache->index.count >= cache->limits.entries;
  uint32_t longest_unused = full ? unused_longest(cache) : 0;
  if (full && longest_unused == 0) {
    return TIDEMARK_ERROR_FULL;
  }
  if (pool_reserve(&cache->entries, &cache->memory, 1) < 0 || reserve_gc_time(cache) < 0 ||
      cache_reserve_selection(cache, cache->entries.live + 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t id = pool_take(&cache->entries);
  struct entry *e = entry_at(cache, id);
  int result = index_insert(&cache->index, cache->key, length, id, &e->node);
  if (result < 0) {
    pool_release(&cache->entries, id);
    return result;
  }
  if (full) {
    query_drop(cache, longest_unused);
  }
  entry_init(e, cache->stream.seq);
  unused_set_gc_time(cache, id, gc_time);
  query_act(cache, id, 0);
  return (int)id;
}

int query_build(tidemark_cache *cache, const tidemark_event *event) {
  if (!(event->key.gc_time >= 0)) {
    return TIDEMARK_ERROR_EVENT;
  }
  int result = cache_take_key(cache, event->key.bytes, event->key.length);
  if (result < 0) {
    return result;
  }
  uint32_t id = index_find(&cache->index, cache->key, event->key.length);
  if (id == 0) {
    return make_entry(cache, event->key.length, event->key.gc_time);
  }
  if (reserve_gc_time(cache) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  unused_set_gc_time(cache, id, event->key.gc_time);
  query_need(cache, id);
  return (int)id;
}

void query_remove(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  mutation_drop_layers(cache, id);
  query_act(cache, id, entry_cancel(e, true));
  query_drop(cache, id);
}

/* Without an answer there is none that becomes stale. */
static void clear(tidemark_cache *cache, uint32_t id) {
  query_act(cache, id, entry_reset(entry_at(cache, id), cache->stream.seq));
  query_arm_stale_timers(cache, id);
}

void query_reset(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  clear(cache, id);
  if (query_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    query_act(cache, id, entry_want(e, false, false));
  }
  mutation_fold(cache, id);
}

void query_forget_all(tidemark_cache *cache) {
  stream_forget(&cache->stream);
  cache->storm = (struct storm){.limit = cache->storm.limit};
  (void)scopes_set_channel(&cache->scopes, NULL, 0); /* an empty list needs no memory */
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL || (PLANTED(FORGET_SPARES_FLYING) && e->phase == ENTRY_FLYING)) {
      continue;
    }
    if (!PLANTED(FORGET_KEEPS_LAYER) || !entry_is_observed(e)) {
      mutation_drop_layers(cache, id);
    }
    query_act(cache, id, entry_cancel(e, true));
    clear(cache, id);
    if (!entry_is_observed(e)) {
      query_drop(cache, id);
    }
  }
}
