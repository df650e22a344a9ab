/* What is refused, and that it changes nothing; effects and figures. */
#include "helper_stream.h"

/* ---- What is refused ----------------------------------------------------------------------- */

static void every_event_refuses_a_handle_of_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t nothing = 999;
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_OBSERVE,
                                            .entry = nothing,
                                            .observer_options = observing()}),
                   TIDEMARK_ERROR_HANDLE);
  assert_int_equal(set_observer(w, nothing, entry, observing()), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(unobserve(w, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(fetch(w, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(set_data(w, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(on_entry(w, TIDEMARK_INVALIDATE, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(on_entry(w, TIDEMARK_REFETCH, 0), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(acknowledge(w, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(fail_mutation(w, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(add_layer(w, nothing, entry), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(tidemark_state(w->cache, nothing), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(tidemark_is_stale(w->cache, nothing, 0, w->now), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(tidemark_observer_is_stale(w->cache, nothing, w->now), TIDEMARK_ERROR_HANDLE);
}

static void a_list_with_one_handle_of_nothing_touches_none(void **state) {
  struct world *w = *state;
  uint32_t entries[] = {cached(w, "tasks/1"), 999};
  assert_int_equal(
      step(w, (tidemark_event){.type = TIDEMARK_REMOVE, .list = {.entries = entries, .count = 2}}),
      TIDEMARK_ERROR_HANDLE);
  expect(w, "DROP", "");
}

static void an_observer_that_left_is_a_handle_of_nothing(void **state) {
  struct world *w = *state;
  uint32_t observer = observe(w, build(w, "tasks/1"), observing());
  assert_int_equal(unobserve(w, observer), TIDEMARK_OK);
  assert_int_equal(unobserve(w, observer), TIDEMARK_ERROR_HANDLE);
}

static int try_observing(struct world *w, uint32_t entry, tidemark_observer_options options) {
  return step(
      w, (tidemark_event){.type = TIDEMARK_OBSERVE, .entry = entry, .observer_options = options});
}

static void options_out_of_range_are_refused(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  double bad_times[] = {NAN, -2, -0.5, -INFINITY};
  for (size_t i = 0; i < sizeof bad_times / sizeof *bad_times; i++) {
    tidemark_observer_options options = observing();
    options.stale_time = bad_times[i];
    assert_int_equal(try_observing(w, entry, options), TIDEMARK_ERROR_EVENT);
    options = observing();
    options.gc_time = bad_times[i];
    assert_int_equal(try_observing(w, entry, options), TIDEMARK_ERROR_EVENT);
    options = observing();
    options.refetch_interval = bad_times[i];
    assert_int_equal(try_observing(w, entry, options), TIDEMARK_ERROR_EVENT);
  }
  tidemark_observer_options options = observing();
  options.refetch_interval = INFINITY;
  assert_int_equal(try_observing(w, entry, options), TIDEMARK_ERROR_EVENT);
  options = observing();
  options.network_mode = 3;
  assert_int_equal(try_observing(w, entry, options), TIDEMARK_ERROR_EVENT);
  options = observing();
  options.refetch_on_mount = 3;
  assert_int_equal(try_observing(w, entry, options), TIDEMARK_ERROR_EVENT);
  flush(w);
  expect_no_fetch(w);
  assert_false(has_state(w, entry, TIDEMARK_STATE_OBSERVED));
}

static void an_observer_keeps_its_options_when_new_ones_are_refused(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  tidemark_observer_options options = observing();
  options.stale_time = NAN;
  assert_int_equal(set_observer(w, observer, entry, options), TIDEMARK_ERROR_EVENT);
  pass(w, 1000);
  assert_int_equal(tidemark_observer_is_stale(w->cache, observer, w->now), 0);
}

static void numbers_out_of_range_are_refused(void **state) {
  struct world *w = *state;
  struct key k = key("tasks/1");
  uint32_t entry = mount(w, "tasks/1");
  tidemark_event build_event = {.type = TIDEMARK_BUILD, .key = {k.bytes, k.length, NAN}};
  assert_int_equal(step(w, build_event), TIDEMARK_ERROR_EVENT);
  build_event.key.gc_time = -1;
  assert_int_equal(step(w, build_event), TIDEMARK_ERROR_EVENT);
  assert_int_equal(fail_fetch(w, entry, NAN), TIDEMARK_ERROR_EVENT);
  assert_int_equal(fail_fetch(w, entry, -1), TIDEMARK_ERROR_EVENT);
  tidemark_event data = {.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.age = -1}};
  assert_int_equal(step(w, data), TIDEMARK_ERROR_EVENT);
  data.data.age = NAN;
  assert_int_equal(step(w, data), TIDEMARK_ERROR_EVENT);
  assert_int_equal(invalidate(w, entry, 4), TIDEMARK_ERROR_EVENT);
  tidemark_event want = {.type = TIDEMARK_FETCH, .entry = entry, .fetch = {.network_mode = 3}};
  assert_int_equal(step(w, want), TIDEMARK_ERROR_EVENT);
  want.fetch.network_mode = 0;
  want.fetch.stale_time = NAN;
  assert_int_equal(step(w, want), TIDEMARK_ERROR_EVENT);
  tidemark_event world = {.type = TIDEMARK_ONLINE, .value = 2};
  assert_int_equal(step(w, world), TIDEMARK_ERROR_EVENT);
  world.type = TIDEMARK_VISIBLE;
  world.value = NAN;
  assert_int_equal(step(w, world), TIDEMARK_ERROR_EVENT);
  assert_state(w, entry, "pending fetching");
}

static void unknown_events_are_refused(void **state) {
  struct world *w = *state;
  assert_int_equal(step(w, (tidemark_event){0}), TIDEMARK_ERROR_EVENT);
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_EVENT_END}), TIDEMARK_ERROR_EVENT);
}

static void a_key_longer_than_its_limit_is_refused(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.key_bytes = 16}});
  struct key k = {.length = 0};
  key_add_string(&k, "exactly thirt", 13);
  tidemark_event event = {.type = TIDEMARK_BUILD, .key = {k.bytes, k.length, 0}};
  assert_int_equal(k.length, 16);
  assert_true(step(w, event) > 0);
  key_add_byte(&k, TIDEMARK_KEY_NULL);
  event.key.length = k.length;
  assert_int_equal(step(w, event), TIDEMARK_ERROR_KEY_SIZE);
}

static int try_building(struct world *w, const char *notation) {
  struct key k = key(notation);
  return step(w, (tidemark_event){.type = TIDEMARK_BUILD, .key = {k.bytes, k.length, MINUTE}});
}

static void entries_beyond_their_limit_are_refused_if_all_are_in_use(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.entries = 2}});
  uint32_t entry = mount(w, "tasks/1");
  fetch(w, build(w, "tasks/2"));
  assert_int_equal(try_building(w, "tasks/3"), TIDEMARK_ERROR_FULL);
  assert_int_equal(try_building(w, "tasks/1"), entry);
}

static void beyond_their_limit_the_longest_unused_entry_is_forgotten(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.entries = 3}});
  shown(w, "observed", INFINITY);
  uint32_t once_observed = cached(w, "once_observed");
  uint32_t observer = observe_for(w, once_observed, INFINITY);
  build(w, "longest_unused");
  pass(w, 1);
  unobserve(w, observer);
  build(w, "new");
  expect(w, "DROP", "DROP longest_unused");
  build(w, "newer");
  expect(w, "DROP", "DROP once_observed");
}

static void removing_an_entry_makes_room_for_another(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.entries = 1}});
  uint32_t observer = observe(w, build(w, "tasks/1"), observing());
  assert_int_equal(try_building(w, "tasks/2"), TIDEMARK_ERROR_FULL);
  unobserve_aborting(w, observer);
  on_matching(w, TIDEMARK_REMOVE, "");
  assert_true(try_building(w, "tasks/2") > 0);
}

static void options_of_a_cache_out_of_range_are_refused(void **state) {
  struct heap heap = {0};
  tidemark_allocator allocator = heap_allocator(&heap);
  tidemark_options bad[] = {
      {.limits = {.json_depth = 65}},
      {.limits = {.key_bytes = 1048577}},
      {.limits = {.reset_window = -1}},
      {.limits = {.reset_window = NAN}},
      {.limits = {.reset_window = INFINITY}},
      {.limits = {.entries = 1U << 29}},
      {.limits = {.refetch_spacing = -1}},
      {.limits = {.refetch_spacing = NAN}},
      {.limits = {.refetch_spacing = INFINITY}},
      {.limits = {.changes_per_second = UINT32_MAX}},
      {.client_id = "012345678901234567890123456789012345678901234567"
                    "012345678901234567890123456789012345678901234567x"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    tidemark_cache *cache;
    assert_int_equal(tidemark_create(&bad[i], &allocator, &cache), TIDEMARK_ERROR_OPTION);
  }
  assert_int_equal(heap.blocks, 0);
}

static void every_error_has_a_sentence(void **state) {
  for (int error = TIDEMARK_ERROR_OPTION; error <= TIDEMARK_OK; error++) {
    assert_non_null(tidemark_error_text(error));
    assert_true(tidemark_error_text(error)[0] != '\0');
  }
  assert_non_null(tidemark_error_text(-1000));
}

/* ---- Effects and figures ------------------------------------------------------------------- */

static void a_small_drain_gets_everything_in_the_same_order(void **state) {
  struct world *w = *state;
  w->drain_capacity = 1;
  uint32_t entry = mount(w, "tasks/1");
  answer(w, entry);
  step(w, (tidemark_event){.type = TIDEMARK_CONNECT, .stream = {.ticket = 1}});
  expect(w, "SETTLE REPLAY FETCH TICKET STATUS",
         "FETCH tasks/1 #1\nSETTLE tasks/1 #1 SUCCESS\nREPLAY tasks/1\n"
         "TICKET s1\nSTATUS CATCHING_UP");
}

static void a_small_drain_gets_all_of_the_stream_too(void **state) {
  struct world *w = *state;
  w->drain_capacity = 1;
  go_live(w, "e", 10);
  frame(w, "{'type':'ping','seq':12}");
  expect(w, STREAM_EFFECTS, "SEND s1 SUBSCRIBE\nSEND s1 PONG\nSTATUS GAP");
  socket_closed(w, 4403);
  expect(w, STREAM_EFFECTS, "STATUS STOPPED\nWARN REFUSED");
}

static void a_fetch_that_is_cancelled_before_it_was_drained_is_not_asked_for(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  tidemark_event starts = {.type = TIDEMARK_FETCH, .entry = entry};
  assert_int_equal(tidemark_step(w->cache, &starts, w->now), TIDEMARK_FETCHING_WANTED);
  on_entry(w, TIDEMARK_CANCEL, entry);
  expect(w, "FETCH SETTLE", "SETTLE tasks/1 #1 CANCELLED");
}

static void nothing_is_drained_twice(void **state) {
  struct world *w = *state;
  mount(w, "tasks/1");
  forget_trace(w);
  drain(w);
  assert_int_equal(w->trace_length, 0);
}

static void figures_count_who_asks_and_gets_a_fresh_answer_or_not(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_stats before = stats(w);
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_FETCH,
                                            .entry = entry,
                                            .fetch = {.stale_time = INFINITY}}),
                   TIDEMARK_FETCHING_FRESH);
  fetch(w, entry);
  step(w, (tidemark_event){.type = TIDEMARK_FETCH, .entry = entry, .fetch = {.restart = 1}});
  tidemark_stats after = stats(w);
  assert_true(after.hits - before.hits == 1);
  assert_true(after.misses - before.misses == 1);
}

static void figures_count_mounts_fetches_retries_and_errors(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 1);
  pass(w, SECOND);
  fail_fetch(w, entry, 1);
  uint32_t second = mount(w, "tasks/2");
  answer(w, second);
  observe_for(w, second, INFINITY);
  cached(w, "tasks/3");
  tidemark_stats s = stats(w);
  assert_true(s.entries == 3 && s.active == 2);
  assert_true(s.misses == 3 && s.hits == 1); /* tasks/3 was fetched without a mount */
  assert_true(s.fetches == 4 && s.retries == 1 && s.fetch_errors == 1);
  assert_true(s.memory == (double)w->heap.bytes);
}

static void figures_count_what_changes_marked_and_nobody_fetched_yet(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  assert_true(stats(w).expired == 1);
  fetch(w, entry);
  flush(w);
  answer(w, entry);
  assert_true(stats(w).expired == 0);
}

static void nothing_waits_in_a_cache_without_work(void **state) {
  struct world *w = *state;
  assert_true(isinf(tidemark_next_deadline(w->cache)));
  unobserve(w, observe_for(w, build_for(w, "tasks/1", INFINITY), INFINITY));
  flush(w);
  assert_true(isinf(tidemark_next_deadline(w->cache)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(every_event_refuses_a_handle_of_nothing),
      PROMISE(a_list_with_one_handle_of_nothing_touches_none),
      PROMISE(an_observer_that_left_is_a_handle_of_nothing),
      PROMISE(options_out_of_range_are_refused),
      PROMISE(an_observer_keeps_its_options_when_new_ones_are_refused),
      PROMISE(numbers_out_of_range_are_refused),
      PROMISE(unknown_events_are_refused),
      PROMISE(a_key_longer_than_its_limit_is_refused),
      PROMISE(entries_beyond_their_limit_are_refused_if_all_are_in_use),
      PROMISE(beyond_their_limit_the_longest_unused_entry_is_forgotten),
      PROMISE(removing_an_entry_makes_room_for_another),
      PROMISE(options_of_a_cache_out_of_range_are_refused),
      PROMISE(every_error_has_a_sentence),
      PROMISE(a_small_drain_gets_everything_in_the_same_order),
      PROMISE(a_small_drain_gets_all_of_the_stream_too),
      PROMISE(a_fetch_that_is_cancelled_before_it_was_drained_is_not_asked_for),
      PROMISE(nothing_is_drained_twice),
      PROMISE(figures_count_who_asks_and_gets_a_fresh_answer_or_not),
      PROMISE(figures_count_mounts_fetches_retries_and_errors),
      PROMISE(figures_count_what_changes_marked_and_nobody_fetched_yet),
      PROMISE(nothing_waits_in_a_cache_without_work),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
