#include "cache_mutation.h"

#include <math.h>
#include <string.h>

#include "cache_entry.h"
#include "cache_mark.h"

/* A mutation the caller has not reported the end of. */
static struct mutation *mutation_get(const tidemark_cache *cache, uint32_t id) {
  struct mutation *mutation = pool_get(&cache->mutations.mutations, id);
  return mutation == NULL || mutation->reported ? NULL : mutation;
}

/* Where both the mutation's echo and the answer say their position, the positions decide: a lagging
 * replica may be asked after the acknowledgement and still not know what was done. */
static bool is_held_by(const struct mutation *mutation, uint64_t asked, double as_of) {
  bool placed = mutation->seq > POSITION_UNKNOWN && as_of > POSITION_UNKNOWN &&
                !PLANTED(LAGGING_ANSWER_TAKES_LAYER);
  return mutation->settled != 0 && (placed ? as_of >= mutation->seq : asked >= mutation->settled);
}

static bool is_settled(const tidemark_cache *cache, const struct layer *layer) {
  return mutation_at(&cache->mutations, layer->mutation)->settled != 0;
}

static void remove_layer(tidemark_cache *cache, uint32_t id) {
  uint32_t entry = layer_at(&cache->mutations, id)->entry;
  struct entry *e = entry_at(cache, entry);
  mutations_remove_layer(&cache->mutations, id, &e->activity->first_layer);
  e->activity->layers--;
  cache_entry_commit(cache, entry, ENTRY_REPLAY | ENTRY_NOTIFY);
}

int cache_mutation_begin(tidemark_cache *cache, const tidemark_event *event) {
  if (event->id == 0) {
    return TIDEMARK_ERROR_EVENT;
  }
  uint32_t id = mutations_begin(&cache->mutations, event->id);
  if (id == 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  cache->stats.mutations++;
  return (int)id;
}

int cache_mutation_layer(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL || mutation_get(cache, event->mutation) == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (mutations_has_layer(&cache->mutations, event->mutation, event->entry)) {
    return TIDEMARK_OK;
  }
  if (entry_activity(e)->layers >= cache->limits.layers_per_entry) {
    return TIDEMARK_ERROR_FULL;
  }
  if (cache_reserve_selection(cache, entry_activity(e)->layers + 1) < 0 ||
      cache_entry_reserve(cache, 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  struct activity *a = cache_entry_activate(cache, event->entry);
  int result =
      mutations_add_layer(&cache->mutations, event->mutation, event->entry, &a->first_layer);
  if (result < 0) {
    cache_entry_rest(cache, event->entry);
    return result;
  }
  a->layers++;
  cache_entry_commit(cache, event->entry, ENTRY_REPLAY | ENTRY_NOTIFY);
  return TIDEMARK_OK;
}

static void roll_back(tidemark_cache *cache, uint32_t first_layer) {
  for (uint32_t id = first_layer; id != 0;) {
    const struct layer *layer = layer_at(&cache->mutations, id);
    uint32_t next = layer->next_of_mutation;
    uint32_t entry = layer->entry;
    if (PLANTED(LOWEST_LAYER_ROLLED_BACK)) {
      id = entry_activity(entry_at(cache, entry))->first_layer;
    }
    remove_layer(cache, id);
    cache_mutation_fold(cache, entry);
    id = next;
  }
}

/* The server did it, or is now known to have done it at that position. Where the answer shown holds
 * it, its layer goes. What its other layers lie on has changed, whatever the rules say, and is
 * asked for again; they go with the answer. */
static void settle_layers(tidemark_cache *cache, const struct mutation *mutation) {
  struct mark mark = {.seq = mutation->seq, .trail = true};
  for (uint32_t id = mutation->first_layer; id != 0;) {
    const struct layer *layer = layer_at(&cache->mutations, id);
    uint32_t next = layer->next_of_mutation;
    uint32_t entry = layer->entry;
    const struct freshness *shown = &entry_at(cache, entry)->freshness;
    if (is_held_by(mutation, shown->asked, shown->as_of) || PLANTED(DONE_TAKES_LAYER)) {
      remove_layer(cache, id);
    } else if (!PLANTED(DONE_MARKS_NOTHING)) {
      cache_mark_once(cache, entry, &mark, mutation->settled);
    }
    cache_mutation_fold(cache, entry);
    id = next;
  }
}

int cache_mutation_fail(tidemark_cache *cache, const tidemark_event *event) {
  const struct mutation *mutation = mutation_get(cache, event->mutation);
  if (mutation == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  cache->stats.rollbacks++;
  if (mutation->settled == 0 || PLANTED(ROLLED_BACK_AFTER_ECHO)) {
    roll_back(cache, mutation->first_layer);
  } else {
    /* Its echo has come: the server did it, whatever became of its answer. */
    settle_layers(cache, mutation);
  }
  mutations_report(&cache->mutations, event->mutation);
  return TIDEMARK_OK;
}

int cache_mutation_acknowledge(tidemark_cache *cache, const tidemark_event *event) {
  const struct mutation *mutation = mutation_get(cache, event->mutation);
  if (mutation == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  mutations_settle(&cache->mutations, event->mutation, cache->ordinal, false);
  settle_layers(cache, mutation);
  mutations_report(&cache->mutations, event->mutation);
  return TIDEMARK_OK;
}

void cache_mutation_landed(tidemark_cache *cache, uint32_t entry, uint64_t asked, double as_of) {
  for (uint32_t id = entry_activity(entry_at(cache, entry))->first_layer; id != 0;) {
    const struct layer *layer = layer_at(&cache->mutations, id);
    uint32_t above = layer->above;
    const struct mutation *mutation = mutation_at(&cache->mutations, layer->mutation);
    if (is_held_by(mutation, asked, as_of) && !PLANTED(HELD_LAYER_KEPT)) {
      remove_layer(cache, id);
    }
    id = above;
  }
}

void cache_mutation_fold(tidemark_cache *cache, uint32_t entry) {
  const struct entry *e = entry_at(cache, entry);
  bool flies = e->phase != ENTRY_IDLE && !PLANTED(FOLDED_IN_FLIGHT);
  if (flies || cache_entry_refetches(cache, entry, TIDEMARK_REFETCH_ACTIVE)) {
    return; /* an answer is to come: one that holds them, or one that must not undo them */
  }
  uint32_t id = entry_activity(e)->first_layer;
  while (id != 0 &&
         (is_settled(cache, layer_at(&cache->mutations, id)) || PLANTED(PENDING_LAYER_FOLDED))) {
    layer_at(&cache->mutations, id)->folding = true;
    cache_entry_commit(cache, entry, ENTRY_FOLD | ENTRY_REPLAY | ENTRY_NOTIFY);
    id = layer_at(&cache->mutations, id)->above;
  }
}

void cache_mutation_drop_layers(tidemark_cache *cache, uint32_t entry) {
  while (entry_activity(entry_at(cache, entry))->first_layer != 0) {
    remove_layer(cache, entry_activity(entry_at(cache, entry))->first_layer);
  }
}

/* The serial in "<client_id>.<serial>", or 0. */
static uint32_t own_serial(const tidemark_cache *cache, const char *name) {
  size_t prefix = strlen(cache->client_id);
  if (name == NULL || prefix == 0 || strncmp(name, cache->client_id, prefix) != 0 ||
      name[prefix] != '.') {
    return 0;
  }
  uint64_t serial = 0;
  for (const char *at = name + prefix + 1; *at != '\0'; at++) {
    if (*at < '0' || *at > '9') {
      return 0;
    }
    serial = serial * 10 + (uint64_t)(*at - '0');
    if (serial > UINT32_MAX) {
      return 0;
    }
  }
  return (uint32_t)serial;
}

uint64_t cache_mutation_echo(tidemark_cache *cache, const char *name, double seq, bool is_echo) {
  uint32_t serial = own_serial(cache, name);
  if (serial == 0) {
    return 0;
  }
  uint64_t settled = mutations_settled(&cache->mutations, serial, is_echo);
  uint32_t id = mutations_find(&cache->mutations, serial);
  if (id != 0) {
    /* Where the echo is faster than the answer, it is known to be done from here on. */
    mutations_settle(&cache->mutations, id, cache->ordinal, is_echo);
    struct mutation *mutation = mutation_at(&cache->mutations, id);
    mutation->seq = fmax(mutation->seq, seq);
    settle_layers(cache, mutation);
  }
  return PLANTED(ECHO_REFETCHES_AGAIN) ? 0 : settled;
}
