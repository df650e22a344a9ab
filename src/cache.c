#include "cache.h"

#include <math.h>
#include <string.h>

#include "cache_internal.h"
#include "key.h"

/* ---- Creation ---------------------------------------------------------------------------------
 */

static uint32_t or_default(uint32_t value, uint32_t otherwise) {
  return value == 0 ? otherwise : value;
}

static tidemark_limits with_defaults(const tidemark_limits *given) {
  return (tidemark_limits){
      .message_bytes = or_default(given->message_bytes, 65536),
      .json_depth = or_default(given->json_depth, 32),
      .key_bytes = or_default(given->key_bytes, 4096),
      .entries = or_default(given->entries, 1048576),
      .layers_per_entry = or_default(given->layers_per_entry, 1024),
      .rules = or_default(given->rules, 1024),
      .concurrent_refetches = or_default(given->concurrent_refetches, 8),
      .reset_window = given->reset_window == 0 ? 2000 : given->reset_window,
  };
}

static bool are_limits_sound(const tidemark_limits *limits) {
  return limits->json_depth <= JSON_MAX_DEPTH && limits->key_bytes <= 16384 &&
         limits->entries < 1U << 29 && limits->reset_window >= 0 && !isinf(limits->reset_window);
}

static int init(tidemark_cache *cache, const tidemark_options *options) {
  struct hash_seed seed = hash_seed_from(options->seed);
  pool_init(&cache->entries, sizeof(struct entry));
  pool_init(&cache->observers, sizeof(struct observer));
  wheel_init(&cache->wheel, &cache->memory);
  mutations_init(&cache->mutations, &cache->memory);
  rules_init(&cache->rules, &cache->memory);
  stream_init(&cache->stream);
  json_arena_init(&cache->arena, &cache->memory);
  cache->random = options->seed ^ 0x7469646d61726bULL;
  cache->schedule = (struct schedule){.online = true,
                                      .visible = true,
                                      .cap = cache->limits.concurrent_refetches,
                                      .reset_window = cache->limits.reset_window};
  if (index_init(&cache->index, &cache->memory, seed, cache->limits.key_bytes) < 0 ||
      tags_init(&cache->tags, &cache->memory, seed, cache->limits.key_bytes) < 0) {
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
  wheel_destroy(&cache->wheel);
  pool_destroy(&cache->observers, &cache->memory);
  pool_destroy(&cache->entries, &cache->memory);
  index_destroy(&cache->index);
  tags_destroy(&cache->tags);
  memory_release(&cache->memory, cache->key, cache->limits.key_bytes, 1);
  memory_release(&cache->memory, cache->expanded, cache->limits.key_bytes, 1);
  memory_release(&cache->memory, cache->selection, cache->selection_capacity, sizeof(uint32_t));
  struct memory memory = cache->memory;
  memory_release(&memory, cache, 1, sizeof *cache);
}

enum { FIRST_SELECTION = 16 };

static void trim_selection(tidemark_cache *cache) {
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
    capacity *= 2;
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

/* ---- Time -------------------------------------------------------------------------------------
 */

/* ms: 4,459 years, half of what the wheel reaches, so that every timer lies ahead. Time ends there.
 */
static const double LAST_TIME = 0x1p47;
/* Beyond, a clock's steps are not a millisecond any more. */
static const double LAST_NOW = 0x1p53;

static double time_at(const tidemark_cache *cache, double now) {
  return cache->started ? fmin(cache->time + fmax(0, now - cache->now), LAST_TIME) : 0;
}

/* A clock that jumps back makes no time pass; from there on it counts again. */
static void advance(tidemark_cache *cache, double now) {
  cache->time = time_at(cache, now);
  cache->now = now;
  cache->started = true;
}

/* Only TICK collects: a handle that one event of a turn gave must be good for the next one. */
static void run_timers(tidemark_cache *cache, bool collects) {
  for (uint32_t owner = wheel_expire(&cache->wheel, cache->time); owner != 0;
       owner = wheel_expire(&cache->wheel, cache->time)) {
    if (owner == TIMER_STREAM) {
      stream_timeout(&cache->stream, cache->time, &cache->random);
    } else {
      query_timer(cache, (enum timer_owner)(owner & 3), owner >> 2, collects);
    }
  }
}

double tidemark_next_deadline(const tidemark_cache *cache) {
  return wheel_deadline(&cache->wheel) + (cache->now - cache->time);
}

/* ---- The one verb -----------------------------------------------------------------------------
 */

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
    query_flush(cache);
    return TIDEMARK_OK;
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
  int result = dispatch(cache, event);
  if (cache->stream.refused) {
    cache->stream.refused = false;
    cache_warn(cache, TIDEMARK_WARNING_REFUSED, NULL);
  }
  wheel_arm(&cache->wheel, cache->stream_timer, cache->stream.deadline);
  return result;
}

/* ---- Effects ----------------------------------------------------------------------------------
 */

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
  while (e->first_layer != 0 && layer_at(&cache->mutations, e->first_layer)->folding) {
    if (is_full(d)) {
      return false;
    }
    uint32_t layer = e->first_layer;
    emit(d, TIDEMARK_EFFECT_FOLD, id, layer_at(&cache->mutations, layer)->mutation, 0);
    mutations_remove_layer(&cache->mutations, layer, &e->first_layer);
    e->layers--;
  }
  e->unused = cache->time;
  wheel_arm(&cache->wheel, e->timer, entry_deadline(e));
  return true;
}

static void drain_one(const struct entry *e, struct drain *d, uint32_t id, uint32_t type) {
  switch (type) {
  case TIDEMARK_EFFECT_SETTLE:
    emit(d, type, id, e->ended, e->outcome);
    return;
  case TIDEMARK_EFFECT_FETCH:
    if (e->phase == ENTRY_FLYING) {
      emit(d, type, id, e->fetch, e->failures);
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
      e->next_dirty = cache->dropped;
      cache->dropped = id;
      return true;
    }
    e->effects &= ~(1U << type);
  }
  e->dirty = false;
  return true;
}

/* With the last entry gone, an empty cache is as small as a new one. */
static void trim(tidemark_cache *cache) {
  index_trim(&cache->index);
  tags_trim(&cache->tags);
  wheel_trim(&cache->wheel);
  mutations_trim(&cache->mutations);
  pool_trim(&cache->entries, &cache->memory, 0);
  pool_trim(&cache->observers, &cache->memory, 0);
  json_arena_destroy(&cache->arena);
  trim_selection(cache);
}

/* Entries whose DROP has been carried out. Not before: while a batch of effects is, a new entry
 * must not get a handle that is still to be dropped. */
static void release_dropped(tidemark_cache *cache) {
  if (cache->dropped == 0) {
    return;
  }
  while (cache->dropped != 0) {
    uint32_t id = cache->dropped;
    cache->dropped = entry_at(cache, id)->next_dirty;
    wheel_remove(&cache->wheel, entry_at(cache, id)->timer);
    pool_release(&cache->entries, id);
  }
  if (cache->entries.live == 0) {
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
  if (cache->shown_status != stream_status(s) && !is_full(d)) {
    cache->shown_status = stream_status(s);
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
  while (cache->dirty.head != 0) {
    uint32_t id = cache->dirty.head;
    uint32_t next = entry_at(cache, id)->next_dirty;
    if (!drain_entry(cache, &d, id)) {
      return d.count;
    }
    cache->dirty.head = next;
  }
  drain_stream(cache, &d);
  return d.count;
}

/* ---- Questions --------------------------------------------------------------------------------
 */

int tidemark_find(tidemark_cache *cache, const uint8_t *key, size_t length) {
  int result = cache_take_key(cache, key, length);
  return result < 0 ? result : (int)index_find(&cache->index, cache->key, length);
}

int64_t tidemark_state(const tidemark_cache *cache, uint32_t entry) {
  const struct entry *e = entry_get(cache, entry);
  return e == NULL ? TIDEMARK_ERROR_HANDLE : (int64_t)entry_state(e);
}

int tidemark_is_stale(const tidemark_cache *cache, uint32_t entry, double stale_time, double now) {
  const struct entry *e = entry_get(cache, entry);
  return e == NULL ? TIDEMARK_ERROR_HANDLE : entry_is_stale(e, stale_time, time_at(cache, now));
}

int tidemark_observer_is_stale(const tidemark_cache *cache, uint32_t observer, double now) {
  const struct observer *o = observer_get(cache, observer);
  return o == NULL ? TIDEMARK_ERROR_HANDLE
                   : observer_is_stale(o, entry_at(cache, o->entry), time_at(cache, now));
}

/* Stale for one who observes it; by its marks if nobody does. */
static bool is_stale_for_observers(const tidemark_cache *cache, const struct entry *e,
                                   double time) {
  for (uint32_t id = e->first_observer; id != 0; id = observer_at(cache, id)->next) {
    if (observer_is_stale(observer_at(cache, id), e, time)) {
      return true;
    }
  }
  return e->first_observer == 0 && entry_is_stale(e, INFINITY, time);
}

static bool is_selected(const tidemark_cache *cache, const struct entry *e, uint32_t flags,
                        double time) {
  uint32_t has = e->enabled > 0 ? TIDEMARK_MATCH_ACTIVE : TIDEMARK_MATCH_INACTIVE;
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
  return (flags & ~has) == 0;
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
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t id = cache->selection[i];
    if (flags == 0 || is_selected(cache, entry_at(cache, id), flags, time_at(cache, now))) {
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
  for (uint32_t id = e->first_layer; id != 0; id = layer_at(&cache->mutations, id)->above) {
    cache->selection[count++] = layer_at(&cache->mutations, id)->mutation;
  }
  return count;
}

double tidemark_stream_position(const tidemark_cache *cache, const char **epoch, size_t *length) {
  *epoch = cache->stream.epoch;
  *length = cache->stream.epoch_length;
  return cache->stream.seq;
}

enum tidemark_stream_status tidemark_stream_state(const tidemark_cache *cache) {
  return stream_status(&cache->stream);
}

void tidemark_get_stats(const tidemark_cache *cache, tidemark_stats *out) {
  *out = cache->stats;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = entry_get(cache, id);
    if (e != NULL) {
      out->entries++;
      out->active += e->enabled > 0 ? 1 : 0;
      out->expired += e->has_data && freshness_is_marked(&e->freshness) ? 1 : 0;
    }
  }
  out->reconnects = cache->stream.reconnects;
  out->memory = (double)cache->memory.used;
}

const char *tidemark_detail(const tidemark_cache *cache) {
  return cache->detail.text;
}
