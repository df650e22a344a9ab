#include "cache.h"

#include <math.h>

#include "cache_scope.h"

int tidemark_find(tidemark_cache *cache, const uint8_t *key, size_t length) {
  int result = cache_take_key(cache, key, length);
  if (result < 0) {
    return result;
  }
  uint32_t id = index_find(&cache->index, cache->key, length);
  return id == 0 || entry_at(cache, id)->removed ? 0 : (int)id;
}

int64_t tidemark_state(const tidemark_cache *cache, uint32_t entry) {
  const struct entry *e = entry_get(cache, entry);
  return e == NULL ? TIDEMARK_ERROR_HANDLE
                   : (int64_t)(entry_state(e) | (uint32_t)cache_scope_entry_status(cache, e)
                                                    << TIDEMARK_STATE_STREAM_SHIFT);
}

int tidemark_is_stale(const tidemark_cache *cache, uint32_t entry, double stale_time, double now) {
  const struct entry *e = entry_get(cache, entry);
  return e == NULL ? TIDEMARK_ERROR_HANDLE
                   : entry_is_stale(e, stale_time, cache_time_at(cache, now));
}

int tidemark_observer_is_stale(const tidemark_cache *cache, uint32_t observer, double now) {
  const struct observer *o = observer_get(cache, observer);
  return o == NULL ? TIDEMARK_ERROR_HANDLE
                   : observer_is_stale(o, entry_at(cache, o->entry), cache_time_at(cache, now));
}

/* Stale for one who observes it; by its marks if nobody does. */
static bool is_stale_for_observers(const tidemark_cache *cache, const struct entry *e,
                                   double time) {
  for (uint32_t id = entry_activity(e)->first_observer; id != 0;
       id = observer_at(cache, id)->next) {
    if (observer_is_stale(observer_at(cache, id), e, time)) {
      return true;
    }
  }
  return !entry_is_observed(e) && entry_is_stale(e, INFINITY, time);
}

static bool is_selected(const tidemark_cache *cache, const struct entry *e, uint32_t flags,
                        double time) {
  uint32_t has = entry_is_active(e) ? TIDEMARK_MATCH_ACTIVE : TIDEMARK_MATCH_INACTIVE;
  switch (entry_state(e) & TIDEMARK_FETCH_STATUS_MASK) {
  case TIDEMARK_FETCH_STATUS_FETCHING:
    has |= TIDEMARK_MATCH_FETCHING;
    break;
  case TIDEMARK_FETCH_STATUS_PAUSED:
    has |= TIDEMARK_MATCH_PAUSED;
    break;
  default:
    has |= TIDEMARK_MATCH_IDLE;
    break;
  }
  if ((flags & (TIDEMARK_MATCH_STALE | TIDEMARK_MATCH_FRESH)) != 0) {
    bool stale = is_stale_for_observers(cache, e, time);
    has |= stale ? TIDEMARK_MATCH_STALE : TIDEMARK_MATCH_FRESH;
  }
  return (flags & ~has) == 0 && !e->removed;
}

int tidemark_match(tidemark_cache *cache, const uint8_t *key, size_t length, uint32_t flags,
                   double now, uint32_t **entries) {
  int result = cache_take_key(cache, key, length);
  if (result < 0) {
    return result;
  }
  *entries = cache->selection;
  uint32_t count = 0;
  if ((flags & TIDEMARK_MATCH_EXACT) != 0) {
    cache->selection[0] = index_find(&cache->index, cache->key, length);
    count = cache->selection[0] != 0 ? 1 : 0;
  } else {
    count = index_match(&cache->index, cache->key, length, cache->selection);
  }
  flags &= ~(uint32_t)TIDEMARK_MATCH_EXACT;
  if (flags == 0 && cache->removed == 0) {
    return (int)count;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t id = cache->selection[i];
    if (is_selected(cache, entry_at(cache, id), flags, cache_time_at(cache, now))) {
      cache->selection[kept++] = id;
    }
  }
  return (int)kept;
}

int tidemark_layers(tidemark_cache *cache, uint32_t entry, uint32_t **mutations) {
  const struct entry *e = entry_get(cache, entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  *mutations = cache->selection;
  int count = 0;
  for (uint32_t id = entry_activity(e)->first_layer; id != 0;
       id = layer_at(&cache->mutations, id)->above) {
    cache->selection[count++] = layer_at(&cache->mutations, id)->mutation;
  }
  return count;
}

uint32_t tidemark_fetch_cause(const tidemark_cache *cache, uint32_t entry) {
  const struct entry *e = entry_get(cache, entry);
  return e == NULL ? 0 : entry_activity(e)->cause;
}

double tidemark_stream_position(const tidemark_cache *cache, const char **epoch, size_t *length) {
  *epoch = cache->stream.epoch;
  *length = cache->stream.epoch_length;
  return cache->stream.seq;
}

enum tidemark_stream_status tidemark_stream_state(const tidemark_cache *cache) {
  return cache_scope_channel_status(cache);
}

void tidemark_get_stats(const tidemark_cache *cache, tidemark_stats *out) {
  *out = cache->stats;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = entry_get(cache, id);
    if (e != NULL) {
      out->entries++;
      out->active += entry_is_active(e) ? 1 : 0;
      out->expired += e->has_data && freshness_is_marked(&e->freshness) ? 1 : 0;
    }
  }
  out->reconnects = cache->stream.reconnects;
  out->memory = (double)cache->memory.used;
}

const char *tidemark_detail(const tidemark_cache *cache) {
  return cache->detail.text;
}
