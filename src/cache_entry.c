#include <math.h>

#include "cache_internal.h"

struct entry *entry_get(const tidemark_cache *cache, uint32_t id) {
  struct entry *e = pool_get(&cache->entries, id);
  return e == NULL || (e->effects & ENTRY_DROP) != 0 ? NULL : e;
}

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

void query_push_wanted(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->queued) {
    return;
  }
  e->queued = true;
  e->next_wanted = 0;
  if (cache->wanted.head == 0) {
    cache->wanted.head = id;
  } else {
    entry_at(cache, cache->wanted.tail)->next_wanted = id;
  }
  cache->wanted.tail = id;
}

static void unlist_unused(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  uint32_t next = e->next_unused;
  uint32_t previous = e->previous_unused;
  *(previous == 0 ? &cache->unused.head : &entry_at(cache, previous)->next_unused) = next;
  *(next == 0 ? &cache->unused.tail : &entry_at(cache, next)->previous_unused) = previous;
  e->listed = false;
}

static void list_unused(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  e->listed = true;
  e->next_unused = 0;
  e->previous_unused = cache->unused.tail;
  if (cache->unused.tail == 0) {
    cache->unused.head = id;
  } else {
    entry_at(cache, cache->unused.tail)->next_unused = id;
  }
  cache->unused.tail = id;
}

/* Who is asked for moves to the end of the list. */
static void refresh_unused(tidemark_cache *cache, uint32_t id) {
  if (entry_at(cache, id)->listed) {
    unlist_unused(cache, id);
    list_unused(cache, id);
  }
}

void query_act(tidemark_cache *cache, uint32_t id, uint32_t bits) {
  struct entry *e = entry_at(cache, id);
  if ((bits & ENTRY_EFFECTS) != 0) {
    e->effects |= bits & ENTRY_EFFECTS;
    push_dirty(cache, id);
  }
  if (e->counted && e->phase != ENTRY_FLYING) {
    e->counted = false;
    cache->schedule.refetching--;
  }
  if (e->phase == ENTRY_WANTED) {
    query_push_wanted(cache, id);
  }
  bool unused = entry_is_unused(e) && e->node != 0;
  if (unused != e->listed) {
    (unused ? list_unused : unlist_unused)(cache, id);
  }
  wheel_arm(&cache->wheel, e->timer, entry_deadline(e));
}

/* ---- Entries: made and forgotten ----------------------------------------------------------- */

/* A slot that is given back must be in no queue: it may soon be another entry. */
static void remove_wanted(tidemark_cache *cache, uint32_t id) {
  uint32_t previous = 0;
  for (uint32_t at = cache->wanted.head; at != id; at = entry_at(cache, at)->next_wanted) {
    previous = at;
  }
  uint32_t next = entry_at(cache, id)->next_wanted;
  *(previous == 0 ? &cache->wanted.head : &entry_at(cache, previous)->next_wanted) = next;
  if (cache->wanted.tail == id) {
    cache->wanted.tail = previous;
  }
  entry_at(cache, id)->queued = false;
}

void query_drop(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->queued) {
    remove_wanted(cache, id);
  }
  if (e->node != 0) {
    index_remove(&cache->index, e->node);
    e->node = 0;
  }
  tags_clear(&cache->tags, &e->first_tag);
  scopes_release(&cache->scopes, e->scopes);
  e->scopes = 0;
  query_act(cache, id, ENTRY_DROP);
  wheel_arm(&cache->wheel, e->timer, INFINITY);
}

static int make_entry(tidemark_cache *cache, size_t length, double gc_time) {
  bool full = cache->index.count >= cache->limits.entries;
  uint32_t longest_unused = PLANTED(NEWEST_FORGOTTEN) ? cache->unused.tail : cache->unused.head;
  if (full && longest_unused == 0) {
    return TIDEMARK_ERROR_FULL;
  }
  if (pool_reserve(&cache->entries, &cache->memory, 1) < 0 || wheel_reserve(&cache->wheel, 1) < 0 ||
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
  entry_init(e, gc_time, cache->time, cache->stream.seq);
  e->timer = wheel_add(&cache->wheel, id << 2 | TIMER_ENTRY);
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
  struct entry *e = entry_at(cache, id);
  e->gc_time = fmax(e->gc_time, event->key.gc_time);
  query_act(cache, id, 0);
  refresh_unused(cache, id);
  return (int)id;
}

void query_remove(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  mutation_drop_layers(cache, id);
  query_act(cache, id, entry_cancel(e, true, cache->time));
  if (e->observers == 0) {
    query_drop(cache, id);
  } else if (e->node != 0) {
    index_remove(&cache->index, e->node);
    tags_clear(&cache->tags, &e->first_tag);
    e->node = 0;
  }
}

void query_reset(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  query_act(cache, id, entry_reset(e, cache->time, cache->stream.seq));
  if (query_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    query_act(cache, id, entry_want(e, false, false));
  }
  mutation_fold(cache, id);
}

void query_forget_all(tidemark_cache *cache) {
  stream_forget(&cache->stream);
  (void)scopes_set_channel(&cache->scopes, NULL, 0); /* an empty list needs no memory */
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL) {
      continue;
    }
    mutation_drop_layers(cache, id);
    query_act(cache, id, entry_reset(e, cache->time, cache->stream.seq));
    if (e->observers == 0) {
      query_drop(cache, id);
    }
  }
}
