/*
 * The boundary: what JavaScript calls. One WebAssembly instance holds one cache. Only numbers and
 * pointers cross. Bytes and lists go in through the scratch buffer, effects come out through the
 * effects buffer; js-glue/engine/ is the only reader of both.
 *
 * Every function that takes `now` is one tidemark_step and returns what it returned.
 */
#include <stdlib.h>
#include <string.h>

#include "tidemark.h"

enum { EFFECTS = 128 };

static tidemark_cache *cache;
static uint8_t *scratch;
static tidemark_effect effects[EFFECTS];
static tidemark_stats stats;
static uint32_t *selected; /* by the last tm_match or tm_layers */

static void *allocate(void *context, size_t size) {
  (void)context;
  return malloc(size);
}

static void release(void *context, void *memory, size_t size) {
  (void)context;
  (void)size;
  free(memory);
}

static int step(tidemark_event event, double now) {
  return tidemark_step(cache, &event, now);
}

/* ---- Life ---------------------------------------------------------------------------------- */

/* The scratch buffer, `size` bytes long from here on; 0 if out of memory. */
uint8_t *tm_scratch(size_t size) {
  free(scratch);
  scratch = malloc(size);
  return scratch;
}

/* The client's id stands terminated in the scratch buffer. 0 limits are defaults. */
int tm_create(uint32_t seed_low, uint32_t seed_high, uint32_t message_bytes, uint32_t json_depth,
              uint32_t key_bytes, uint32_t entries, uint32_t layers_per_entry, uint32_t rules,
              uint32_t concurrent_refetches, uint32_t changes_per_second, double reset_window,
              double refetch_spacing) {
  tidemark_options options = {.seed = (uint64_t)seed_high << 32 | seed_low,
                              .client_id = (const char *)scratch,
                              .limits = {.message_bytes = message_bytes,
                                         .json_depth = json_depth,
                                         .key_bytes = key_bytes,
                                         .entries = entries,
                                         .layers_per_entry = layers_per_entry,
                                         .rules = rules,
                                         .concurrent_refetches = concurrent_refetches,
                                         .changes_per_second = changes_per_second,
                                         .reset_window = reset_window,
                                         .refetch_spacing = refetch_spacing}};
  tidemark_allocator allocator = {.allocate = allocate, .release = release};
  return tidemark_create(&options, &allocator, &cache);
}

void tm_destroy(void) {
  tidemark_destroy(cache);
  cache = NULL;
}

/* ---- Entries and observers ----------------------------------------------------------------- */

int tm_find(size_t key_length) {
  return tidemark_find(cache, scratch, key_length);
}

int tm_build(size_t key_length, double gc_time, double now) {
  return step((tidemark_event){.type = TIDEMARK_BUILD,
                               .key = {.bytes = scratch, .length = key_length, .gc_time = gc_time}},
              now);
}

/* struct tidemark_observer_options as the shim wrote it: its members in order, without padding
 * between them, as the doubles come first. */
static tidemark_observer_options observer_options(void) {
  tidemark_observer_options options;
  memcpy(&options, scratch, sizeof options);
  return options;
}

/* The options stand in the scratch buffer, here and in tm_set_observer. */
int tm_observe(uint32_t entry, double now) {
  return step((tidemark_event){.type = TIDEMARK_OBSERVE,
                               .entry = entry,
                               .observer_options = observer_options()},
              now);
}

int tm_set_observer(uint32_t observer, uint32_t entry, uint32_t reread, double now) {
  return step((tidemark_event){.type = TIDEMARK_SET_OBSERVER,
                               .observer = observer,
                               .entry = entry,
                               .reread = (uint8_t)reread,
                               .observer_options = observer_options()},
              now);
}

int tm_unobserve(uint32_t observer, uint32_t signal_taken, double now) {
  return step((tidemark_event){.type = TIDEMARK_UNOBSERVE,
                               .observer = observer,
                               .unobserve = {.signal_taken = (uint8_t)signal_taken}},
              now);
}

int tm_fetch(uint32_t entry, uint32_t restart, uint32_t network_mode, uint32_t refetch,
             double stale_time, double now) {
  return step((tidemark_event){.type = TIDEMARK_FETCH,
                               .entry = entry,
                               .fetch = {.restart = (uint8_t)restart,
                                         .network_mode = (uint8_t)network_mode,
                                         .refetch = (uint8_t)refetch,
                                         .stale_time = stale_time}},
              now);
}

/* as_of_length 0: the server did not say. */
int tm_fetch_succeeded(uint32_t entry, uint32_t fetch, size_t as_of_length, double now) {
  return step((tidemark_event){.type = TIDEMARK_FETCH_SUCCEEDED,
                               .entry = entry,
                               .id = fetch,
                               .success = {.as_of = as_of_length > 0 ? scratch : NULL,
                                           .as_of_length = as_of_length}},
              now);
}

int tm_fetch_failed(uint32_t entry, uint32_t fetch, double retry_limit, double retry_delay,
                    double retry_after, double now) {
  return step((tidemark_event){.type = TIDEMARK_FETCH_FAILED,
                               .entry = entry,
                               .id = fetch,
                               .failure = {.retry_limit = retry_limit,
                                           .retry_delay = retry_delay,
                                           .retry_after = retry_after}},
              now);
}

int tm_set_data(uint32_t entry, double age, uint32_t keep_changes, double now) {
  return step((tidemark_event){.type = TIDEMARK_SET_DATA,
                               .entry = entry,
                               .data = {.age = age, .keep_changes = (uint8_t)keep_changes}},
              now);
}

/* A key whose parts are the tags, each an array, stands in the scratch buffer. */
int tm_set_tags(uint32_t entry, size_t length, double now) {
  return step((tidemark_event){.type = TIDEMARK_SET_TAGS,
                               .entry = entry,
                               .key = {.bytes = scratch, .length = length}},
              now);
}

/* SET_SCOPES of an entry, or SCOPES of the channel: a key whose parts are the names stands in the
 * scratch buffer. */
int tm_scopes(uint32_t type, uint32_t entry, size_t length, double now) {
  return step((tidemark_event){.type = (enum tidemark_event_type)type,
                               .entry = entry,
                               .key = {.bytes = scratch, .length = length}},
              now);
}

/* The entries stand in the scratch buffer. */
int tm_list(uint32_t type, size_t count, uint32_t refetch_type, uint32_t trail, uint32_t no_revert,
            double now) {
  return step((tidemark_event){.type = (enum tidemark_event_type)type,
                               .list = {.entries = (const uint32_t *)(const void *)scratch,
                                        .count = count,
                                        .refetch_type = (uint8_t)refetch_type,
                                        .trail = (uint8_t)trail,
                                        .no_revert = (uint8_t)no_revert}},
              now);
}

/* tm_match and tm_list in one: what the key in the scratch buffer selects need not be seen. */
int tm_list_matching(uint32_t type, size_t key_length, uint32_t flags, uint32_t refetch_type,
                     uint32_t trail, uint32_t no_revert, double now) {
  int count = tidemark_match(cache, scratch, key_length, flags, now, &selected);
  if (count <= 0) {
    return count;
  }
  return step((tidemark_event){.type = (enum tidemark_event_type)type,
                               .list = {.entries = selected,
                                        .count = (size_t)count,
                                        .refetch_type = (uint8_t)refetch_type,
                                        .trail = (uint8_t)trail,
                                        .no_revert = (uint8_t)no_revert}},
              now);
}

/* ---- Changes, mutations, the world --------------------------------------------------------- */

/* RULES, CHANGE and SOCKET_TEXT: the text stands in the scratch buffer. */
int tm_text(uint32_t type, uint32_t id, size_t length, double now) {
  return step((tidemark_event){.type = (enum tidemark_event_type)type,
                               .id = id,
                               .text = {.bytes = (const char *)scratch, .length = length}},
              now);
}

int tm_begin_mutation(uint32_t serial, double now) {
  return step((tidemark_event){.type = TIDEMARK_MUTATION_BEGIN, .id = serial}, now);
}

/* MUTATION_LAYER, MUTATION_ACKNOWLEDGED and MUTATION_FAILED. */
int tm_mutation(uint32_t type, uint32_t mutation, uint32_t entry, double now) {
  return step((tidemark_event){.type = (enum tidemark_event_type)type,
                               .mutation = mutation,
                               .entry = entry},
              now);
}

/* FLUSH, TICK, ONLINE, VISIBLE, FORGET, DISCONNECT, TICKET_READY, TICKET_FAILED, SOCKET_OPENED,
 * SOCKET_CLOSED. */
int tm_event(uint32_t type, uint32_t id, double value, double now) {
  return step((tidemark_event){.type = (enum tidemark_event_type)type, .id = id, .value = value},
              now);
}

int tm_connect(double backoff_base, double backoff_cap, uint32_t max_attempts, uint32_t no_jitter,
               uint32_t ticket, double now) {
  return step((tidemark_event){.type = TIDEMARK_CONNECT,
                               .stream = {.backoff_base = backoff_base,
                                          .backoff_cap = backoff_cap,
                                          .max_attempts = max_attempts,
                                          .no_jitter = (uint8_t)no_jitter,
                                          .ticket = (uint8_t)ticket}},
              now);
}

/* ---- Effects and questions ----------------------------------------------------------------- */

tidemark_effect *tm_effects(void) {
  return effects;
}

size_t tm_drain(void) {
  return tidemark_drain(cache, effects, EFFECTS);
}

double tm_next_deadline(void) {
  return tidemark_next_deadline(cache);
}

/* A double, so that every state and every error has its own value. */
double tm_state(uint32_t entry) {
  return (double)tidemark_state(cache, entry);
}

int tm_is_stale(uint32_t entry, double stale_time, double now) {
  return tidemark_is_stale(cache, entry, stale_time, now);
}

int tm_observer_is_stale(uint32_t observer, double now) {
  return tidemark_observer_is_stale(cache, observer, now);
}

int tm_match(size_t key_length, uint32_t flags, double now) {
  return tidemark_match(cache, scratch, key_length, flags, now, &selected);
}

int tm_layers(uint32_t entry) {
  return tidemark_layers(cache, entry, &selected);
}

uint32_t *tm_selected(void) {
  return selected;
}

uint32_t tm_fetch_cause(uint32_t entry) {
  return tidemark_fetch_cause(cache, entry);
}

/* The seq of the last position, whose epoch then stands terminated in the scratch buffer; -1 if
 * there is none. */
double tm_stream_position(void) {
  const char *epoch = NULL;
  size_t length = 0;
  double seq = tidemark_stream_position(cache, &epoch, &length);
  if (seq >= 0) {
    memcpy(scratch, epoch, length);
    scratch[length] = 0;
  }
  return seq;
}

int tm_stream_state(void) {
  return (int)tidemark_stream_state(cache);
}

tidemark_stats *tm_stats(void) {
  tidemark_get_stats(cache, &stats);
  return &stats;
}

size_t tm_stats_count(void) {
  return sizeof stats / sizeof(double);
}

const char *tm_detail(void) {
  return tidemark_detail(cache);
}

const char *tm_error_text(int error) {
  return tidemark_error_text(error);
}
