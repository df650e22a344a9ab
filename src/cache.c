#include "cache.h"

#include <math.h>
#include <string.h>

#include "cache_internal.h"
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
                                      .cap = cache->limits.concurrent_refetches,
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
/* Beyond, a clock's steps are not a millisecond any more. */
static const double LAST_NOW = 0x1p53;

double cache_time_at(const tidemark_cache *cache, double now) {
  return cache->started ? fmin(cache->time + fmax(0, now - cache->now), LAST_TIME) : 0;
}

/* A clock that jumps back makes no time pass; from there on it counts again. */
static void advance(tidemark_cache *cache, double now) {
  cache->time = cache_time_at(cache, now);
  cache->now = PLANTED(CLOCK_JUMP_LOSES_TIMERS) && cache->started ? fmax(cache->now, now) : now;
  cache->started = true;
}

/* Only TICK collects: a handle that one event of a turn gave must be good for the next one. */
static void run_timers(tidemark_cache *cache, bool collects) {
  for (uint32_t owner = wheel_expire(&cache->wheel, cache->time); owner != 0;
       owner = wheel_expire(&cache->wheel, cache->time)) {
    if (owner == TIMER_STREAM) {
      stream_timer(cache);
    } else {
      query_timer(cache, (enum timer_kind)(owner & ((1U << TIMER_KIND_BITS) - 1)),
                  owner >> TIMER_KIND_BITS, collects);
    }
  }
}

double tidemark_next_deadline(const tidemark_cache *cache) {
  return wheel_deadline(&cache->wheel) + (cache->now - cache->time);
}

/* ---- The one verb -------------------------------------------------------------------------- */

static bool is_switch(double value) {
  return value == 0 || value == 1;
}

static int dispatch(tidemark_cache *cache, const tidemark_event *event) {
  switch (event->type) {
  case TIDEMARK_BUILD:
    return query_build(cache, event);
  case TIDEMARK_OBSERVE:
    return query_observe(cache, event);
  case TIDEMARK_SET_OBSERVER:
    return query_set_observer(cache, event);
  case TIDEMARK_UNOBSERVE:
    return query_unobserve(cache, event);
  case TIDEMARK_FETCH:
    return query_fetch(cache, event);
  case TIDEMARK_FETCH_SUCCEEDED:
    return query_land(cache, event);
  case TIDEMARK_FETCH_FAILED:
    return query_fail(cache, event);
  case TIDEMARK_SET_DATA:
    return query_set_data(cache, event);
  case TIDEMARK_SET_TAGS:
    return query_set_tags(cache, event);
  case TIDEMARK_SET_SCOPES:
    return scope_set_entry(cache, event);

  case TIDEMARK_INVALIDATE:
  case TIDEMARK_REFETCH:
  case TIDEMARK_CANCEL:
  case TIDEMARK_REMOVE:
  case TIDEMARK_RESET:
    return query_list(cache, event);

  case TIDEMARK_RULES:
    return change_set_rules(cache, event);
  case TIDEMARK_CHANGE:
    return change_from_text(cache, event);

  case TIDEMARK_MUTATION_BEGIN:
    return mutation_begin(cache, event);
  case TIDEMARK_MUTATION_LAYER:
    return mutation_layer(cache, event);
  case TIDEMARK_MUTATION_ACKNOWLEDGED:
    return mutation_acknowledge(cache, event);
  case TIDEMARK_MUTATION_FAILED:
    return mutation_fail(cache, event);

  case TIDEMARK_FLUSH:
    return query_flush(cache);
  case TIDEMARK_TICK:
    return TIDEMARK_OK;
  case TIDEMARK_ONLINE:
    if (!is_switch(event->value)) {
      return TIDEMARK_ERROR_EVENT;
    }
    stream_online(&cache->stream, event->value != 0, cache->time);
    query_online(cache, event->value != 0);
    return TIDEMARK_OK;
  case TIDEMARK_VISIBLE:
    if (!is_switch(event->value)) {
      return TIDEMARK_ERROR_EVENT;
    }
    if (event->value != 0) {
      stream_visible(&cache->stream, cache->time);
    }
    query_visible(cache, event->value != 0);
    return TIDEMARK_OK;

  case TIDEMARK_FORGET:
    query_forget_all(cache);
    return TIDEMARK_OK;

  case TIDEMARK_SCOPES:
    return scope_set_channel(cache, event);
  case TIDEMARK_CONNECT:
  case TIDEMARK_DISCONNECT:
  case TIDEMARK_TICKET_READY:
  case TIDEMARK_TICKET_FAILED:
  case TIDEMARK_SOCKET_OPENED:
  case TIDEMARK_SOCKET_TEXT:
  case TIDEMARK_SOCKET_CLOSED:
    return stream_event(cache, event);

  case TIDEMARK_EVENT_END:
    break;
  }
  return TIDEMARK_ERROR_EVENT;
}

int tidemark_step(tidemark_cache *cache, const tidemark_event *event, double now) {
  if (!(fabs(now) <= LAST_NOW)) {
    return TIDEMARK_ERROR_EVENT;
  }
  detail_clear(&cache->detail);
  cache->warning = 0;
  advance(cache, now);
  cache->ordinal++;
  run_timers(cache, event->type == TIDEMARK_TICK);
  cache->ordinal++; /* what timers marked came before what the event asks for */
  int result = dispatch(cache, event);
  json_arena_reset(&cache->arena); /* no tree outlives its event, nor what a long one weighs */
  if (cache->stream.refused) {
    cache->stream.refused = false;
    cache_warn(cache, TIDEMARK_WARNING_REFUSED, NULL);
  }
  scope_tell(cache);
  wheel_arm(&cache->wheel, cache->stream_timer,
            fmin(cache->stream.deadline, storm_deadline(&cache->storm)));
  return result;
}
