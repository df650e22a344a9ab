#include "cache_lifetime.h"

#include "cache_entry.h"
#include "cache_gc.h"
#include "cache_mutation.h"

/* Room for another gc time, in the event that asks for it. */
static int reserve_gc_time(tidemark_cache *cache) {
  int result = cache_gc_reserve(cache);
  return result < 0 ? result : wheel_reserve(&cache->wheel, 1);
}

static int make_entry(tidemark_cache *cache, size_t length, double gc_time) {
  bool full = cache->index.count >= cache->limits.entries;
  uint32_t longest_unused = full ? cache_gc_oldest(cache) : 0;
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
    cache_entry_drop(cache, longest_unused);
  }
  entry_init(e, cache->stream.seq);
  cache_gc_set_time(cache, id, gc_time);
  cache_entry_commit(cache, id, 0);
  return (int)id;
}

/* Its observers come to an entry without an answer, as if they moved there. */
static void return_observed(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  cache_entry_return(cache, id);
  if (cache_entry_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    cache_entry_commit(cache, id, entry_want(e, false, false));
    e->returning = true;
  }
}

int cache_lifetime_build(tidemark_cache *cache, const tidemark_event *event) {
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
  cache_gc_set_time(cache, id, event->key.gc_time);
  if (entry_at(cache, id)->removed) {
    return_observed(cache, id);
  }
  cache_entry_touch(cache, id);
  return (int)id;
}

void cache_lifetime_remove(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  cache_mutation_drop_layers(cache, id);
  cache_entry_commit(cache, id, entry_cancel(e, true));
  if (!entry_is_observed(e)) {
    cache_entry_drop(cache, id);
  } else if (!e->removed) {
    e->removed = true;
    cache->removed++;
  }
}

void cache_lifetime_reset(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  cache_entry_clear(cache, id);
  if (cache_entry_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    cache_entry_commit(cache, id, entry_want(e, false, false));
  }
  cache_mutation_fold(cache, id);
}

void cache_lifetime_forget_all(tidemark_cache *cache) {
  stream_forget(&cache->stream);
  cache->storm = (struct storm){.limit = cache->storm.limit};
  (void)scopes_set_channel(&cache->scopes, NULL, 0); /* an empty list needs no memory */
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL || (PLANTED(FORGET_SPARES_FLYING) && e->phase == ENTRY_FLYING)) {
      continue;
    }
    if (!PLANTED(FORGET_KEEPS_LAYER) || !entry_is_observed(e)) {
      cache_mutation_drop_layers(cache, id);
    }
    cache_entry_commit(cache, id, entry_cancel(e, true));
    cache_entry_find_again(cache, e);
    cache_entry_clear(cache, id);
    if (!entry_is_observed(e)) {
      cache_entry_drop(cache, id);
    }
  }
}
