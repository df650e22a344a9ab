#include "cache.h"

#include "cache_check.h"
#include "cache_entry.h"
#include "cache_gc.h"
#include "cache_scope.h"

struct drain {
  tidemark_effect *out;
  size_t count, capacity;
};

static bool is_full(const struct drain *d) {
  return d->count == d->capacity;
}

static void emit(struct drain *d, uint32_t type, uint32_t entry, uint32_t id, uint32_t flags) {
  d->out[d->count] = (tidemark_effect){.type = type, .entry = entry, .id = id, .flags = flags};
  d->count++;
}

/* False if there is no room for all of them. */
static bool drain_folds(tidemark_cache *cache, struct drain *d, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  for (uint32_t layer = entry_activity(e)->first_layer;
       layer != 0 && layer_at(&cache->mutations, layer)->folding;
       layer = e->activity->first_layer) {
    if (is_full(d)) {
      return false;
    }
    emit(d, TIDEMARK_EFFECT_FOLD, id, layer_at(&cache->mutations, layer)->mutation, 0);
    mutations_remove_layer(&cache->mutations, layer, &e->activity->first_layer);
    e->activity->layers--;
  }
  cache_entry_commit(cache, id, 0);
  return true;
}

static void drain_one(const struct entry *e, struct drain *d, uint32_t id, uint32_t type) {
  switch (type) {
  case TIDEMARK_EFFECT_SETTLE:
    emit(d, type, id, entry_activity(e)->ended, e->outcome);
    return;
  case TIDEMARK_EFFECT_FETCH:
    if (e->phase == ENTRY_FLYING) {
      emit(d, type, id, entry_fetch(e), e->failures);
    }
    return;
  default:
    emit(d, type, id, 0, 0);
    return;
  }
}

/* All effects of one entry, in order; false if `out` is full before that. */
static bool drain_entry(tidemark_cache *cache, struct drain *d, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  for (uint32_t type = TIDEMARK_EFFECT_SETTLE; type <= TIDEMARK_EFFECT_DROP; type++) {
    if ((e->effects & 1U << type) == 0) {
      continue;
    }
    if (is_full(d)) {
      return false;
    }
    if (type == TIDEMARK_EFFECT_FOLD) {
      if (!drain_folds(cache, d, id)) {
        return false;
      }
    } else {
      drain_one(e, d, id, type);
    }
    if (type == TIDEMARK_EFFECT_DROP) {
      cache_entry_rest(cache, id);
      e->next_dirty = cache->dropped;
      cache->dropped = id;
      return true;
    }
    e->effects &= (uint8_t) ~(1U << type);
  }
  e->dirty = false;
  cache_entry_rest(cache, id);
  return true;
}

/* With the last entry gone, an empty cache is as small as a new one. */
static void trim(tidemark_cache *cache) {
  index_trim(&cache->index);
  tags_trim(&cache->tags);
  scopes_trim(&cache->scopes);
  wheel_trim(&cache->wheel);
  mutations_trim(&cache->mutations);
  pool_trim(&cache->entries, &cache->memory, 0);
  pool_trim(&cache->activities, &cache->memory, 0);
  pool_trim(&cache->unused, &cache->memory, 0);
  pool_trim(&cache->observers, &cache->memory, 0);
  json_arena_destroy(&cache->arena);
  cache_trim_selection(cache);
}

/* Entries whose DROP has been carried out. Not before: while a batch of effects is, a new entry
 * must not get a handle that is still to be dropped. */
static void release_dropped(tidemark_cache *cache) {
  bool released = cache->dropped != 0 || cache->mutations.done != 0;
  mutations_release_done(&cache->mutations);
  while (cache->dropped != 0) {
    uint32_t id = cache->dropped;
    cache->dropped = entry_at(cache, id)->next_dirty;
    cache_gc_leave(cache, id);
    pool_release(&cache->entries, id);
  }
  if (released && cache->entries.live == 0) {
    trim(cache);
  }
}

static const struct {
  uint32_t bit, type, flags;
} STREAM_EFFECTS[] = {
    {STREAM_CLOSE, TIDEMARK_EFFECT_CLOSE, 0},
    {STREAM_GET_TICKET, TIDEMARK_EFFECT_TICKET, 0},
    {STREAM_OPEN_SOCKET, TIDEMARK_EFFECT_OPEN, 0},
    {STREAM_SEND_AUTH, TIDEMARK_EFFECT_SEND, TIDEMARK_FRAME_AUTH},
    {STREAM_SEND_SUBSCRIBE, TIDEMARK_EFFECT_SEND, TIDEMARK_FRAME_SUBSCRIBE},
    {STREAM_SEND_PONG, TIDEMARK_EFFECT_SEND, TIDEMARK_FRAME_PONG},
};

static void drain_stream(tidemark_cache *cache, struct drain *d) {
  struct stream *s = &cache->stream;
  for (size_t i = 0; i < sizeof STREAM_EFFECTS / sizeof STREAM_EFFECTS[0]; i++) {
    uint32_t bit = STREAM_EFFECTS[i].bit;
    if ((s->effects & bit) == 0 || is_full(d)) {
      continue;
    }
    bool close = bit == STREAM_CLOSE;
    emit(d, STREAM_EFFECTS[i].type, 0, close ? s->closing : s->socket,
         close ? s->closing_code : STREAM_EFFECTS[i].flags);
    s->effects &= ~bit;
  }
  if (cache->shown_status != cache_scope_channel_status(cache) && !is_full(d)) {
    cache->shown_status = cache_scope_channel_status(cache);
    emit(d, TIDEMARK_EFFECT_STATUS, 0, 0, cache->shown_status);
  }
  if (cache->warning != 0 && !is_full(d)) {
    emit(d, TIDEMARK_EFFECT_WARN, 0, 0, cache->warning);
    cache->warning = 0;
  }
}

size_t tidemark_drain(tidemark_cache *cache, tidemark_effect *out, size_t capacity) {
  struct drain d = {.out = out, .capacity = capacity};
  release_dropped(cache);
  memory_seal(&cache->memory);
  while (cache->dirty.head != 0) {
    uint32_t id = cache->dirty.head;
    uint32_t next = entry_at(cache, id)->next_dirty;
    if (!drain_entry(cache, &d, id)) {
      memory_unseal(&cache->memory);
      return d.count;
    }
    cache->dirty.head = next;
  }
  drain_stream(cache, &d);
  memory_unseal(&cache->memory);
#ifdef TIDEMARK_CHECKED
  cache_check_drained(cache);
#endif
  return d.count;
}
