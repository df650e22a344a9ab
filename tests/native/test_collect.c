/* When an entry that nobody needs is collected, and when it is not. */
#include "helper_world.h"

/* ---- Garbage collection -------------------------------------------------------------------- */

static void an_entry_nobody_ever_observed_goes_gc_time_after_it_was_made(void **state) {
  struct world *w = *state;
  pass(w, MINUTE);
  build_for(w, "tasks/1", 1000);
  pass(w, 999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
  assert_int_equal(find(w, "tasks/1"), 0);
}

static void a_dropped_entrys_handle_is_void(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  pass(w, 1000);
  assert_int_equal(tidemark_state(w->cache, entry), TIDEMARK_ERROR_HANDLE);
}

static void an_observed_entry_is_never_collected(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 0);
  tidemark_observer_options options = observing();
  options.gc_time = 0;
  options.enabled = 0;
  observe(w, entry, options);
  pass(w, 1e9);
  expect(w, "DROP", "");
}

static void the_gc_clock_starts_when_the_last_observer_leaves(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  pass(w, 20 * MINUTE);
  unobserve(w, observer);
  pass(w, 5 * MINUTE - 1);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void the_gc_clock_starts_when_a_fetch_ends(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  fetch(w, entry);
  flush(w);
  pass(w, 10 * SECOND);
  answer(w, entry);
  pass(w, 999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void an_entry_in_flight_is_not_collected(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 0);
  fetch(w, entry);
  flush(w);
  pass(w, 1e9);
  expect(w, "DROP", "");
}

static void a_paused_entry_is_not_collected(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = build_for(w, "tasks/1", 0);
  fetch(w, entry);
  flush(w);
  pass(w, 1e9);
  expect(w, "DROP", "");
}

static void a_failed_fetch_that_nobody_observes_starts_the_gc_clock_too(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  fetch(w, entry);
  flush(w);
  pass(w, 10 * SECOND);
  fail_fetch(w, entry, 0);
  pass(w, 999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void coming_back_in_time_stops_the_gc_clock(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  pass(w, 999);
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, entry, options);
  pass(w, MINUTE);
  expect(w, "DROP", "");
}

static void an_infinite_gc_time_keeps_an_entry_for_good(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", INFINITY);
  pass(w, 1e12);
  expect(w, "DROP", "");
}

static void an_entry_keeps_the_largest_gc_time_an_observer_asked_for(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  tidemark_observer_options options = observing();
  options.enabled = 0;
  options.gc_time = 5000;
  uint32_t longest = observe(w, entry, options);
  options.gc_time = 10;
  uint32_t shortest = observe(w, entry, options);
  unobserve(w, longest);
  unobserve(w, shortest);
  pass(w, 4999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void building_an_entry_again_makes_its_gc_time_longer_but_not_shorter(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 1000);
  build_for(w, "tasks/1", 5000);
  build_for(w, "tasks/1", 10);
  pass(w, 4999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void asking_for_an_entry_again_starts_its_gc_clock_anew(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 1000);
  pass(w, 999);
  build_for(w, "tasks/1", 0);
  pass(w, 999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void entries_of_different_gc_times_go_each_at_its_own(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 3000);
  build_for(w, "tasks/2", 1000);
  build_for(w, "tasks/3", 2000);
  pass(w, 3000);
  expect(w, "DROP", "DROP tasks/2\nDROP tasks/3\nDROP tasks/1");
}

static void what_comes_due_at_another_event_is_collected_at_the_next_tick(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  w->now += 1000;
  flush(w);
  expect(w, "DROP", "");
  assert_state(w, entry, "pending idle");
  assert_true(tidemark_next_deadline(w->cache) <= w->now + 1000);
  pass(w, 1000);
  expect(w, "DROP", "DROP tasks/1");
}

static void what_is_wanted_again_between_its_time_and_the_tick_is_kept(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 1000);
  w->now += 1000;
  observe(w, entry, observing());
  pass(w, MINUTE);
  expect(w, "DROP", "");
}

static void a_gc_time_beyond_31_bits_of_milliseconds_works(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 5e9);
  pass(w, 5e9 - 1);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void a_gc_time_of_zero_collects_what_the_last_observer_left(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 0);
  tidemark_observer_options options = observing();
  options.gc_time = 0;
  uint32_t observer = observe(w, entry, options);
  flush(w);
  answer(w, entry);
  unobserve(w, observer);
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(an_entry_nobody_ever_observed_goes_gc_time_after_it_was_made),
      PROMISE(a_dropped_entrys_handle_is_void),
      PROMISE(an_observed_entry_is_never_collected),
      PROMISE(the_gc_clock_starts_when_the_last_observer_leaves),
      PROMISE(the_gc_clock_starts_when_a_fetch_ends),
      PROMISE(an_entry_in_flight_is_not_collected),
      PROMISE(a_paused_entry_is_not_collected),
      PROMISE(a_failed_fetch_that_nobody_observes_starts_the_gc_clock_too),
      PROMISE(coming_back_in_time_stops_the_gc_clock),
      PROMISE(an_infinite_gc_time_keeps_an_entry_for_good),
      PROMISE(an_entry_keeps_the_largest_gc_time_an_observer_asked_for),
      PROMISE(building_an_entry_again_makes_its_gc_time_longer_but_not_shorter),
      PROMISE(asking_for_an_entry_again_starts_its_gc_clock_anew),
      PROMISE(entries_of_different_gc_times_go_each_at_its_own),
      PROMISE(what_comes_due_at_another_event_is_collected_at_the_next_tick),
      PROMISE(what_is_wanted_again_between_its_time_and_the_tick_is_kept),
      PROMISE(a_gc_time_beyond_31_bits_of_milliseconds_works),
      PROMISE(a_gc_time_of_zero_collects_what_the_last_observer_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
