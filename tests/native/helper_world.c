#include "helper_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Life ---------------------------------------------------------------------------------- */

static int take_once(struct world *w, const tidemark_event *event) {
  return tidemark_step(w->cache, event, w->now);
}

static void start(struct world *w, tidemark_options options) {
  tidemark_allocator allocator = heap_allocator(&w->heap);
  assert_int_equal(tidemark_create(&options, &allocator, &w->cache), TIDEMARK_OK);
}

int world_setup(void **state) {
  struct world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  w->now = 1000000;
  w->drain_capacity = 64;
  w->take = take_once;
  start(w, (tidemark_options){.seed = 1, .client_id = "me"});
  *state = w;
  return 0;
}

static void end(struct world *w) {
  tidemark_destroy(w->cache);
  assert_int_equal(w->heap.blocks, 0);
  assert_int_equal(w->heap.bytes, 0);
}

int world_teardown(void **state) {
  end(*state);
  free(*state);
  return 0;
}

void restart(struct world *w, tidemark_options options) {
  end(w);
  start(w, options);
}

/* ---- Verbs ----------------------------------------------------------------------------------- */

void drain(struct world *w) {
  tidemark_effect effects[64];
  assert_in_range(w->drain_capacity, 1, 64);
  for (;;) {
    size_t count = tidemark_drain(w->cache, effects, w->drain_capacity);
    assert_true(count <= w->drain_capacity);
    if (count == 0) {
      return;
    }
    for (size_t i = 0; i < count; i++) {
      trace_effect(w, &effects[i]);
      if (w->carry_out != NULL) {
        w->carry_out(w, &effects[i]);
      }
    }
  }
}

int step(struct world *w, tidemark_event event) {
  int result = w->take(w, &event);
  drain(w);
  return result;
}

void flush(struct world *w) {
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_FLUSH}), TIDEMARK_OK);
}

static void tick_at(struct world *w, double now) {
  w->now = now;
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_TICK}), TIDEMARK_OK);
  flush(w);
}

void pass(struct world *w, double ms) {
  double end = w->now + ms;
  int ticks = 0;
  for (double next; (next = tidemark_next_deadline(w->cache)) <= end;) {
    assert_true(++ticks < 100000); /* a deadline that no TICK serves */
    tick_at(w, fmax(w->now, next));
  }
  tick_at(w, end);
}

/* A copy of exactly that size, so that the sanitizer sees whoever reads beyond. */
static void *exact_copy(const void *bytes, size_t length) {
  void *copy = malloc(length == 0 ? 1 : length);
  assert_non_null(copy);
  memcpy(copy, bytes, length);
  return copy;
}

uint32_t build_for(struct world *w, const char *notation, double gc_time) {
  struct key k = key(notation);
  uint8_t *bytes = exact_copy(k.bytes, k.length);
  int entry =
      w->take(w, &(tidemark_event){.type = TIDEMARK_BUILD, .key = {bytes, k.length, gc_time}});
  free(bytes);
  assert_in_range(entry, 1, WORLD_NAMES - 1);
  drain(w); /* a dropped entry's last line still has its own name */
  snprintf(w->names[entry], WORLD_NAME_BYTES, "%s", notation);
  return (uint32_t)entry;
}

uint32_t build(struct world *w, const char *notation) {
  return build_for(w, notation, 5 * MINUTE);
}

uint32_t find(struct world *w, const char *notation) {
  struct key k = key(notation);
  int entry = tidemark_find(w->cache, k.bytes, k.length);
  assert_true(entry >= 0);
  return (uint32_t)entry;
}

tidemark_observer_options observing(void) {
  return (tidemark_observer_options){
      .gc_time = 5 * MINUTE,
      .enabled = 1,
      .refetch_on_mount = TIDEMARK_REFETCH_IF_STALE,
      .refetch_on_window_focus = TIDEMARK_REFETCH_IF_STALE,
      .refetch_on_reconnect = TIDEMARK_REFETCH_IF_STALE,
      .retry_on_mount = 1,
  };
}

uint32_t observe(struct world *w, uint32_t entry, tidemark_observer_options options) {
  int observer = step(
      w, (tidemark_event){.type = TIDEMARK_OBSERVE, .entry = entry, .observer_options = options});
  assert_true(observer > 0);
  return (uint32_t)observer;
}

uint32_t observe_for(struct world *w, uint32_t entry, double stale_time) {
  tidemark_observer_options options = observing();
  options.stale_time = stale_time;
  return observe(w, entry, options);
}

int set_observer(struct world *w, uint32_t observer, uint32_t entry,
                 tidemark_observer_options options) {
  return step(w, (tidemark_event){.type = TIDEMARK_SET_OBSERVER,
                                  .entry = entry,
                                  .observer = observer,
                                  .observer_options = options});
}

int unobserve(struct world *w, uint32_t observer) {
  return step(w, (tidemark_event){.type = TIDEMARK_UNOBSERVE, .observer = observer});
}

int unobserve_aborting(struct world *w, uint32_t observer) {
  return step(w,
              (tidemark_event){.type = TIDEMARK_UNOBSERVE, .observer = observer, .unobserve = {1}});
}

int fetch(struct world *w, uint32_t entry) {
  return step(w, (tidemark_event){.type = TIDEMARK_FETCH, .entry = entry});
}

int refetch_for_change(struct world *w, uint32_t entry) {
  return step(w, (tidemark_event){.type = TIDEMARK_FETCH, .entry = entry, .fetch = {.refetch = 1}});
}

int answer_to(struct world *w, uint32_t entry, uint32_t fetch, const char *as_of) {
  tidemark_event event = {.type = TIDEMARK_FETCH_SUCCEEDED, .entry = entry, .id = fetch};
  if (as_of == NULL) {
    return step(w, event);
  }
  size_t length = strlen(as_of);
  uint8_t *copy = exact_copy(as_of, length);
  event.success.as_of = copy;
  event.success.as_of_length = length;
  int result = step(w, event);
  free(copy);
  return result;
}

int answer_as_of(struct world *w, uint32_t entry, const char *as_of) {
  return answer_to(w, entry, w->in_flight[entry], as_of);
}

int answer(struct world *w, uint32_t entry) {
  return answer_as_of(w, entry, NULL);
}

int fail_fetch(struct world *w, uint32_t entry, double retry_limit) {
  return step(w,
              (tidemark_event){
                  .type = TIDEMARK_FETCH_FAILED,
                  .entry = entry,
                  .id = w->in_flight[entry],
                  .failure = {.retry_limit = retry_limit, .retry_delay = NAN, .retry_after = NAN}});
}

int set_data(struct world *w, uint32_t entry) {
  return step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry});
}

int set_tags(struct world *w, uint32_t entry, const char *notation) {
  struct key k = key(notation);
  uint8_t *bytes = exact_copy(k.bytes, k.length);
  int result = step(
      w, (tidemark_event){.type = TIDEMARK_SET_TAGS, .entry = entry, .key = {bytes, k.length, 0}});
  free(bytes);
  return result;
}

int on_entry(struct world *w, enum tidemark_event_type type, uint32_t entry) {
  return step(w, (tidemark_event){.type = type, .list = {.entries = &entry, .count = 1}});
}

int on_matching(struct world *w, enum tidemark_event_type type, const char *notation) {
  struct key k = key(notation);
  uint32_t *entries;
  int count = tidemark_match(w->cache, k.bytes, k.length, 0, w->now, &entries);
  assert_true(count >= 0);
  return step(w,
              (tidemark_event){.type = type, .list = {.entries = entries, .count = (size_t)count}});
}

int invalidate(struct world *w, uint32_t entry, enum tidemark_refetch_type refetch_type) {
  return step(w,
              (tidemark_event){
                  .type = TIDEMARK_INVALIDATE,
                  .list = {.entries = &entry, .count = 1, .refetch_type = (uint8_t)refetch_type}});
}

int invalidate_trailing(struct world *w, uint32_t entry) {
  return step(w, (tidemark_event){.type = TIDEMARK_INVALIDATE,
                                  .list = {.entries = &entry, .count = 1, .trail = 1}});
}

static int step_text(struct world *w, enum tidemark_event_type type, const char *text) {
  size_t length = strlen(text);
  char *copy = exact_copy(text, length);
  for (size_t i = 0; i < length; i++) {
    copy[i] = copy[i] == '\'' ? '"' : copy[i];
  }
  int result = step(
      w,
      (tidemark_event){.type = type, .id = w->socket, .text = {.bytes = copy, .length = length}});
  free(copy);
  return result;
}

int rules(struct world *w, const char *text) {
  return step_text(w, TIDEMARK_RULES, text);
}

int change(struct world *w, const char *text) {
  return step_text(w, TIDEMARK_CHANGE, text);
}

uint32_t begin_mutation(struct world *w, uint32_t serial) {
  int mutation = step(w, (tidemark_event){.type = TIDEMARK_MUTATION_BEGIN, .id = serial});
  assert_in_range(mutation, 1, WORLD_NAMES - 1);
  w->serials[mutation] = serial;
  return (uint32_t)mutation;
}

int add_layer(struct world *w, uint32_t mutation, uint32_t entry) {
  return step(
      w, (tidemark_event){.type = TIDEMARK_MUTATION_LAYER, .entry = entry, .mutation = mutation});
}

int acknowledge(struct world *w, uint32_t mutation) {
  return step(w, (tidemark_event){.type = TIDEMARK_MUTATION_ACKNOWLEDGED, .mutation = mutation});
}

int fail_mutation(struct world *w, uint32_t mutation) {
  return step(w, (tidemark_event){.type = TIDEMARK_MUTATION_FAILED, .mutation = mutation});
}

uint32_t mutate(struct world *w, uint32_t serial, uint32_t entry) {
  uint32_t mutation = begin_mutation(w, serial);
  assert_int_equal(add_layer(w, mutation, entry), TIDEMARK_OK);
  return mutation;
}

void online(struct world *w, int value) {
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_ONLINE, .value = value}), TIDEMARK_OK);
}

void visible(struct world *w, int value) {
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_VISIBLE, .value = value}),
                   TIDEMARK_OK);
}

/* ---- Ready-made ---------------------------------------------------------------------------- */

uint32_t mount(struct world *w, const char *notation) {
  uint32_t entry = build(w, notation);
  observe(w, entry, observing());
  flush(w);
  return entry;
}

uint32_t shown(struct world *w, const char *notation, double stale_time) {
  uint32_t entry = build(w, notation);
  observe_for(w, entry, stale_time);
  flush(w);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  forget_trace(w);
  return entry;
}

uint32_t cached(struct world *w, const char *notation) {
  uint32_t entry = build(w, notation);
  fetch(w, entry);
  flush(w);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  forget_trace(w);
  return entry;
}

/* ---- What is seen -------------------------------------------------------------------------- */

tidemark_stats stats(struct world *w) {
  tidemark_stats out;
  tidemark_get_stats(w->cache, &out);
  return out;
}

static int64_t state_of(struct world *w, uint32_t entry) {
  int64_t state = tidemark_state(w->cache, entry);
  assert_true(state >= 0);
  return state;
}

uint32_t failures(struct world *w, uint32_t entry) {
  return (uint32_t)(state_of(w, entry) >> TIDEMARK_STATE_FAILURES_SHIFT);
}

int has_state(struct world *w, uint32_t entry, int64_t bits) {
  return (state_of(w, entry) & bits) == bits;
}

int is_marked(struct world *w, uint32_t entry) {
  return tidemark_is_stale(w->cache, entry, INFINITY, w->now);
}

const char *state_text(struct world *w, uint32_t entry) {
  static const char *const STATUS[] = {"pending", "success", "error", "?"};
  static const char *const FETCH_STATUS[] = {"idle", "fetching", "paused", "?"};
  static char text[32];
  int64_t state = state_of(w, entry);
  snprintf(text, sizeof text, "%s %s", STATUS[state & TIDEMARK_STATUS_MASK],
           FETCH_STATUS[(state & TIDEMARK_FETCH_STATUS_MASK) / TIDEMARK_FETCH_STATUS_FETCHING]);
  return text;
}

int matching(struct world *w, const char *notation, uint32_t flags) {
  struct key k = key(notation);
  uint32_t *entries;
  return tidemark_match(w->cache, k.bytes, k.length, flags, w->now, &entries);
}

const char *layers_text(struct world *w, uint32_t entry) {
  static char text[256];
  size_t length = 0;
  uint32_t *mutations;
  int count = tidemark_layers(w->cache, entry, &mutations);
  assert_true(count >= 0);
  text[0] = '\0';
  for (int i = 0; i < count; i++) {
    length += (size_t)snprintf(text + length, sizeof text - length, "%s%u", i == 0 ? "" : " ",
                               w->serials[mutations[i]]);
    assert_true(length < sizeof text);
  }
  return text;
}
