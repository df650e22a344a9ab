#include "cache.h"

#include <math.h>
#include <string.h>

#include "key.h"

/* ---- Creation ------------------------------------------------------------------------------ */

static uint32_t or_default(uint32_t value, uint32_t otherwise) {
  return value == 0 ? otherwise : value;
}

static tidemark_limits with_defaults(const tidemark_limits *given) {
  return (tidemark_limits){
      .message_bytes = or_default(given->message_bytes, TIDEMARK_DEFAULT_MESSAGE_BYTES),
      .json_depth = or_default(given->json_depth, 32),
      .key_bytes = or_default(given->key_bytes, TIDEMARK_DEFAULT_KEY_BYTES),
      .entries = or_default(given->entries, 1048576),
      .layers_per_entry = or_default(given->layers_per_entry, 1024),
      .rules = or_default(given->rules, 1024),
      .concurrent_refetches = or_default(given->concurrent_refetches, 8),
      .changes_per_second = or_default(given->changes_per_second, 1000),
      .reset_window = given->reset_window == 0 ? 2000 : given->reset_window,
      .refetch_spacing = given->refetch_spacing == 0 ? 250 : given->refetch_spacing,
  };
}

static bool are_limits_sound(const tidemark_limits *limits) {
  return limits->json_depth <= JSON_MAX_DEPTH && limits->key_bytes <= 1048576 &&
         limits->entries < 1U << 29 && limits->changes_per_second < UINT32_MAX &&
         limits->reset_window >= 0 && !isinf(limits->reset_window) &&
         limits->refetch_spacing >= 0 && !isinf(limits->refetch_spacing);
}

static int init(tidemark_cache *cache, const tidemark_options *options) {
  struct hash_seed seed = hash_seed_from(options->seed);
  pool_init(&cache->entries, sizeof(struct entry));
  pool_init(&cache->activities, sizeof(struct activity));
  pool_init(&cache->unused, sizeof(struct unused_queue));
  pool_init(&cache->observers, sizeof(struct observer));
  wheel_init(&cache->wheel, &cache->memory);
  mutations_init(&cache->mutations, &cache->memory);
  rules_init(&cache->rules, &cache->memory);
  stream_init(&cache->stream);
  scopes_init(&cache->scopes, &cache->memory, seed);
  json_arena_init(&cache->arena, &cache->memory);
  cache->random = options->seed ^ 0x7469646d61726bULL;
  cache->schedule = (struct schedule){.online = true,
                                      .visible = true,
                                      .slots = cache->limits.concurrent_refetches,
                                      .reset_window = cache->limits.reset_window,
                                      .spacing = cache->limits.refetch_spacing};
  cache->storm = (struct storm){.limit = cache->limits.changes_per_second};
  if (index_init(&cache->index, &cache->memory, seed) < 0 ||
      tags_init(&cache->tags, &cache->memory, seed) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  cache->key = memory_allocate(&cache->memory, cache->limits.key_bytes, 1);
  cache->expanded = memory_allocate(&cache->memory, cache->limits.key_bytes, 1);
  if (cache->key == NULL || cache->expanded == NULL || cache_reserve_selection(cache, 1) < 0 ||
      wheel_reserve(&cache->wheel, 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  cache->stream_timer = wheel_add(&cache->wheel, TIMER_STREAM);
  return TIDEMARK_OK;
}

int tidemark_create(const tidemark_options *options, const tidemark_allocator *allocator,
                    tidemark_cache **out) {
  *out = NULL;
  size_t id_length = options->client_id == NULL ? 0 : strlen(options->client_id);
  tidemark_limits limits = with_defaults(&options->limits);
  if (id_length > CLIENT_ID_BYTES || !are_limits_sound(&limits)) {
    return TIDEMARK_ERROR_OPTION;
  }
  struct memory memory = {.allocator = *allocator};
  tidemark_cache *cache = memory_allocate(&memory, 1, sizeof *cache);
  if (cache == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  cache->memory = memory;
  cache->limits = limits;
  if (id_length > 0) {
    memcpy(cache->client_id, options->client_id, id_length);
  }
  int result = init(cache, options);
  if (result < 0) {
    tidemark_destroy(cache);
    return result;
  }
  *out = cache;
  return TIDEMARK_OK;
}

void tidemark_destroy(tidemark_cache *cache) {
  if (cache == NULL) {
    return;
  }
  json_arena_destroy(&cache->arena);
  rules_destroy(&cache->rules);
  mutations_destroy(&cache->mutations);
  scopes_destroy(&cache->scopes);
  wheel_destroy(&cache->wheel);
  pool_destroy(&cache->observers, &cache->memory);
  pool_destroy(&cache->unused, &cache->memory);
  pool_destroy(&cache->activities, &cache->memory);
  pool_destroy(&cache->entries, &cache->memory);
  index_destroy(&cache->index);
  if (!PLANTED(LEAK_AT_DESTROY)) {
    tags_destroy(&cache->tags);
  }
  memory_release(&cache->memory, cache->key, cache->limits.key_bytes, 1);
  memory_release(&cache->memory, cache->expanded, cache->limits.key_bytes, 1);
  memory_release(&cache->memory, cache->selection, cache->selection_capacity, sizeof(uint32_t));
  struct memory memory = cache->memory;
  memory_release(&memory, cache, 1, sizeof *cache);
}

enum { FIRST_SELECTION = 16 };

void cache_trim_selection(tidemark_cache *cache) {
  uint32_t *least = memory_allocate(&cache->memory, FIRST_SELECTION, sizeof(uint32_t));
  if (least == NULL) {
    return; /* it stays as large as it is */
  }
  memory_release(&cache->memory, cache->selection, cache->selection_capacity, sizeof(uint32_t));
  cache->selection = least;
  cache->selection_capacity = FIRST_SELECTION;
}

int cache_reserve_selection(tidemark_cache *cache, uint32_t needed) {
  if (needed <= cache->selection_capacity) {
    return TIDEMARK_OK;
  }
  uint32_t capacity = cache->selection_capacity == 0 ? FIRST_SELECTION : cache->selection_capacity;
  while (capacity < needed) {
    capacity += capacity / 4;
  }
  uint32_t *selection = memory_grow(&cache->memory, cache->selection, cache->selection_capacity,
                                    capacity, sizeof(uint32_t));
  if (selection == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  cache->selection = selection;
  cache->selection_capacity = capacity;
  return TIDEMARK_OK;
}

int cache_take_key(tidemark_cache *cache, const uint8_t *key, size_t length) {
  if (length > cache->limits.key_bytes) {
    return TIDEMARK_ERROR_KEY_SIZE;
  }
  return key_canonicalize(key, length, cache->limits.json_depth, cache->key);
}

int cache_parse(tidemark_cache *cache, const char *text, size_t length, const json_value **root) {
  if (length > cache->limits.message_bytes) {
    return TIDEMARK_ERROR_JSON;
  }
  return json_parse(&cache->arena, text, length, cache->limits.json_depth, root);
}

void cache_warn(tidemark_cache *cache, enum tidemark_warning warning, const char *quoted) {
  if (cache->warning != 0) {
    return;
  }
  cache->warning = warning;
  detail_clear(&cache->detail);
  detail_add(&cache->detail, quoted == NULL ? "" : quoted);
}

/* ---- Time ---------------------------------------------------------------------------------- */

/* ms: 4,459 years, half of what the wheel reaches, so that every timer lies ahead. Time ends there.
 */
static const double LAST_TIME = 0x1p47;

double cache_time_at(const tidemark_cache *cache, double now) {
  return cache->started ? fmin(cache->time + fmax(0, now - cache->now), LAST_TIME) : 0;
}

double tidemark_next_deadline(const tidemark_cache *cache) {
  return wheel_deadline(&cache->wheel) + (cache->now - cache->time);
}

void cache_queue_append(tidemark_cache *cache, struct entry_queue *queue, uint32_t id,
                        enum entry_list list) {
  struct entry *e = entry_at(cache, id);
  e->list = (uint8_t)list & 3;
  e->next = 0;
  e->previous = queue->tail;
  *(queue->tail == 0 ? &queue->head : &entry_at(cache, queue->tail)->next) = id;
  queue->tail = id;
}

void cache_queue_remove(tidemark_cache *cache, struct entry_queue *queue, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  uint32_t next = e->next;
  uint32_t previous = e->previous;
  *(previous == 0 ? &queue->head : &entry_at(cache, previous)->next) = next;
  *(next == 0 ? &queue->tail : &entry_at(cache, next)->previous) = previous;
  e->list = ENTRY_IN_NONE;
}
