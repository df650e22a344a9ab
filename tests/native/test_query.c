/* An entry's life as the header and the semantics of the public verbs have it. */
#include <string.h>

#include "helper_world.h"

static int matches(struct world *w, const char *notation, uint32_t flags) {
  struct key k = key(notation);
  uint32_t *entries;
  return tidemark_match(w->cache, k.bytes, k.length, flags, w->now, &entries);
}

/* ---- Mounting ------------------------------------------------------------------------------ */

static void an_observer_of_nothing_known_fetches_at_the_end_of_the_turn(void **state) {
  struct world *w = *state;
  observe(w, build(w, "tasks/1"), observing());
  expect_no_fetch(w);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void building_an_entry_fetches_nothing(void **state) {
  struct world *w = *state;
  build(w, "tasks/1");
  flush(w);
  expect(w, "FETCH NOTIFY SETTLE", "");
}

static void observers_of_one_entry_share_one_fetch(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  observe(w, entry, observing());
  flush(w);
  observe(w, build(w, "tasks/1"), observing());
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void an_entry_is_pending_until_its_answer_and_then_a_success(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  assert_state(w, entry, "pending idle");
  observe(w, entry, observing());
  flush(w);
  assert_state(w, entry, "pending fetching");
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  assert_state(w, entry, "success idle");
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void an_entry_is_fetching_from_the_mount_on_not_from_the_flush(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  observe(w, entry, observing());
  assert_state(w, entry, "pending fetching");
}

static void an_answer_settles_the_fetch_then_replays_then_notifies(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  answer(w, entry);
  expect(w, "SETTLE CLEAR FOLD REPLAY FETCH NOTIFY DROP",
         "SETTLE tasks/1 #1 SUCCESS\nREPLAY tasks/1\nNOTIFY tasks/1");
}

static void an_entry_is_observed_by_disabled_and_active_by_enabled_observers(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  assert_false(has_state(w, entry, TIDEMARK_STATE_OBSERVED));
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, entry, options);
  assert_true(has_state(w, entry, TIDEMARK_STATE_OBSERVED));
  assert_false(has_state(w, entry, TIDEMARK_STATE_ACTIVE));
  observe(w, entry, observing());
  assert_true(has_state(w, entry, TIDEMARK_STATE_ACTIVE));
}

static void a_mount_on_fresh_data_fetches_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 999);
  observe_for(w, entry, 1000);
  flush(w);
  expect_no_fetch(w);
}

static void a_mount_on_data_as_old_as_its_stale_time_fetches(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 1000);
  observe_for(w, entry, 1000);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void each_observer_has_its_own_stale_time(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t lax = observe_for(w, entry, INFINITY);
  uint32_t strict = observe_for(w, entry, 10);
  pass(w, 10);
  assert_int_equal(tidemark_observer_is_stale(w->cache, lax, w->now), 0);
  assert_int_equal(tidemark_observer_is_stale(w->cache, strict, w->now), 1);
}

static void an_infinite_stale_time_never_ends_by_the_clock(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  pass(w, 1e12);
  observe_for(w, entry, INFINITY);
  flush(w);
  expect_no_fetch(w);
}

static void an_infinite_stale_time_ends_by_a_change(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  assert_true(tidemark_is_stale(w->cache, entry, INFINITY, w->now));
}

static void static_data_is_not_stale_after_a_change(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", TIDEMARK_STATIC);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  assert_false(tidemark_is_stale(w->cache, entry, TIDEMARK_STATIC, w->now));
  expect_no_fetch(w);
}

static void a_static_observer_fetches_what_is_not_there(void **state) {
  struct world *w = *state;
  observe_for(w, build(w, "tasks/1"), TIDEMARK_STATIC);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void a_static_observer_does_not_refetch_even_where_it_says_always(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = TIDEMARK_STATIC;
  options.refetch_on_mount = TIDEMARK_REFETCH_ALWAYS;
  options.refetch_on_focus = TIDEMARK_REFETCH_ALWAYS;
  options.refetch_on_reconnect = TIDEMARK_REFETCH_ALWAYS;
  observe(w, entry, options);
  visible(w, 0);
  visible(w, 1);
  online(w, 0);
  online(w, 1);
  flush(w);
  expect_no_fetch(w);
}

static void nothing_known_is_stale_for_every_stale_time(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  assert_true(tidemark_is_stale(w->cache, entry, INFINITY, w->now));
  assert_true(tidemark_is_stale(w->cache, entry, TIDEMARK_STATIC, w->now));
}

static void observers_are_notified_when_their_data_becomes_stale(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", 1000);
  pass(w, 999);
  expect(w, "NOTIFY", "");
  pass(w, 1);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

static void refetch_on_mount_never_still_fetches_what_is_not_there(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.refetch_on_mount = TIDEMARK_REFETCH_NEVER;
  observe(w, build(w, "tasks/1"), options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void refetch_on_mount_never_lets_stale_data_be(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.refetch_on_mount = TIDEMARK_REFETCH_NEVER;
  observe(w, entry, options);
  flush(w);
  expect_no_fetch(w);
}

static void refetch_on_mount_always_refetches_fresh_data(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_on_mount = TIDEMARK_REFETCH_ALWAYS;
  observe(w, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_disabled_observer_fetches_nothing(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, build(w, "tasks/1"), options);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect_no_fetch(w);
}

static void a_disabled_observers_answer_is_never_stale(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t observer = observe(w, cached(w, "tasks/1"), options);
  pass(w, 1000);
  assert_int_equal(tidemark_observer_is_stale(w->cache, observer, w->now), 0);
}

static void enabling_an_observer_fetches_what_is_stale(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t observer = observe(w, entry, options);
  options.enabled = 1;
  set_observer(w, observer, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void enabling_an_observer_lets_fresh_data_be(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.enabled = 0;
  uint32_t observer = observe(w, entry, options);
  options.enabled = 1;
  set_observer(w, observer, entry, options);
  flush(w);
  expect_no_fetch(w);
}

static void an_observer_that_moves_fetches_where_it_arrives(void **state) {
  struct world *w = *state;
  uint32_t observer = observe_for(w, cached(w, "tasks/1"), INFINITY);
  set_observer(w, observer, build(w, "tasks/2"), observing());
  flush(w);
  expect(w, "FETCH", "FETCH tasks/2 #2");
}

static void an_observer_that_moves_leaves_the_old_entry_to_its_gc_clock(void **state) {
  struct world *w = *state;
  uint32_t observer = observe_for(w, cached(w, "tasks/1"), INFINITY);
  pass(w, 10 * MINUTE);
  set_observer(w, observer, cached(w, "tasks/2"), observing());
  forget_trace(w);
  pass(w, 5 * MINUTE - 1);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void a_shorter_stale_time_notifies_when_it_ends(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  tidemark_observer_options options = observing();
  options.stale_time = 500;
  set_observer(w, observer, entry, options);
  forget_trace(w);
  pass(w, 499);
  expect(w, "NOTIFY", "");
  pass(w, 1);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

static void a_mount_retries_a_failure_only_if_it_asks_to(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 0);
  forget_trace(w);
  tidemark_observer_options options = observing();
  options.retry_on_mount = 0;
  observe(w, entry, options);
  flush(w);
  expect_no_fetch(w);
  options.retry_on_mount = 1;
  observe(w, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

/* ---- Fetching for somebody who waits ------------------------------------------------------- */

static void a_fetch_joins_the_one_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void a_fetch_that_restarts_supersedes_the_one_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  step(w, (tidemark_event){.type = TIDEMARK_FETCH, .entry = entry, .fetch = {.restart = 1}});
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 SUPERSEDED\nFETCH tasks/1 #2");
}

static void a_fetch_needs_no_observer(void **state) {
  struct world *w = *state;
  fetch(w, build(w, "tasks/1"));
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void many_wishes_of_one_turn_make_one_fetch(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  for (int i = 0; i < 10; i++) {
    fetch(w, entry);
    observe(w, entry, observing());
  }
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static int fetch_if_older_than(struct world *w, uint32_t entry, double stale_time, int restart) {
  return step(w,
              (tidemark_event){.type = TIDEMARK_FETCH,
                               .entry = entry,
                               .fetch = {.stale_time = stale_time, .restart = (uint8_t)restart}});
}

static void an_answer_that_is_fresh_enough_is_not_fetched(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  pass(w, 999);
  assert_int_equal(fetch_if_older_than(w, entry, 1000, 0), TIDEMARK_FETCHING_FRESH);
  assert_int_equal(fetch_if_older_than(w, entry, TIDEMARK_STATIC, 0), TIDEMARK_FETCHING_FRESH);
  flush(w);
  expect_no_fetch(w);
  pass(w, 1);
  assert_int_equal(fetch_if_older_than(w, entry, 1000, 0), TIDEMARK_FETCHING_WANTED);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_fetch_that_restarts_asks_whatever_there_is(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  assert_int_equal(fetch_if_older_than(w, entry, INFINITY, 1), TIDEMARK_FETCHING_WANTED);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_superseded_fetchs_answer_is_late(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  uint32_t first = w->in_flight[entry];
  step(w, (tidemark_event){.type = TIDEMARK_FETCH, .entry = entry, .fetch = {.restart = 1}});
  flush(w);
  assert_int_equal(answer_to(w, entry, first, NULL), TIDEMARK_LANDING_LATE);
  assert_state(w, entry, "pending fetching");
}

static void a_second_answer_to_one_fetch_is_late(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_LATE);
}

static void a_late_failure_changes_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  answer(w, entry);
  forget_trace(w);
  fail_fetch(w, entry, 3);
  assert_state(w, entry, "success idle");
  expect(w, "SETTLE NOTIFY", "");
}

static void an_answer_to_a_dropped_entry_is_late(void **state) {
  struct world *w = *state;
  uint32_t entry = build_for(w, "tasks/1", 0);
  fetch(w, entry);
  flush(w);
  on_entry(w, TIDEMARK_REMOVE, entry);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_LATE);
}

/* ---- Failing and retrying ------------------------------------------------------------------ */

static void retries_wait_one_two_and_four_seconds_and_then_it_is_an_error(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  double waits[] = {1 * SECOND, 2 * SECOND, 4 * SECOND};
  for (int i = 0; i < 3; i++) {
    fail_fetch(w, entry, 3);
    pass(w, waits[i] - 1);
    expect(w, "FETCH SETTLE", "");
    pass(w, 1);
    expect(w, "FETCH",
           i == 0   ? "FETCH tasks/1 #1 try 2"
           : i == 1 ? "FETCH tasks/1 #1 try 3"
                    : "FETCH tasks/1 #1 try 4");
  }
  fail_fetch(w, entry, 3);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 ERROR");
}

static void an_entry_that_waits_for_a_retry_is_fetching_and_counts_failures(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  assert_state(w, entry, "pending fetching");
  assert_int_equal(failures(w, entry), 1);
}

static void a_failure_that_is_retried_notifies(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  fail_fetch(w, entry, 3);
  expect(w, "NOTIFY SETTLE", "NOTIFY tasks/1");
}

static void a_retry_waits_at_most_thirty_seconds(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  for (int i = 0; i < 8; i++) {
    fail_fetch(w, entry, INFINITY);
    pass(w, 30 * SECOND);
  }
  forget_trace(w);
  fail_fetch(w, entry, INFINITY);
  pass(w, 30 * SECOND - 1);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 10");
}

static int fail_slowly(struct world *w, uint32_t entry, double delay, double after) {
  return step(w, (tidemark_event){
                     .type = TIDEMARK_FETCH_FAILED,
                     .entry = entry,
                     .id = w->in_flight[entry],
                     .failure = {.retry_limit = 3, .retry_delay = delay, .retry_after = after}});
}

static void a_retry_waits_as_long_as_the_caller_says(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  fail_slowly(w, entry, 70, NAN);
  pass(w, 69);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_retry_waits_as_long_as_the_server_asked_if_that_is_longer(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  fail_slowly(w, entry, 70, 90 * SECOND);
  pass(w, 90 * SECOND - 1);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_retry_waits_its_own_time_if_the_server_asked_for_less(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  fail_slowly(w, entry, 5 * SECOND, 70);
  pass(w, 5 * SECOND - 1);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void no_retries_make_the_first_failure_an_error(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  fail_fetch(w, entry, 0);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 ERROR");
  assert_state(w, entry, "error idle");
}

static void an_error_keeps_the_data(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  fetch(w, entry);
  flush(w);
  fail_fetch(w, entry, 0);
  assert_state(w, entry, "error idle");
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void a_failed_refetch_of_stale_data_leaves_it_stale(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  fail_fetch(w, entry, 0);
  assert_true(is_marked(w, entry));
}

static void a_fetch_after_an_error_without_data_is_pending_and_counts_from_zero(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 0);
  assert_int_equal(failures(w, entry), 1);
  fetch(w, entry);
  flush(w);
  assert_state(w, entry, "pending fetching");
  assert_int_equal(failures(w, entry), 0);
}

static void a_fetch_after_an_error_with_data_stays_an_error_until_its_answer(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  fetch(w, entry);
  flush(w);
  fail_fetch(w, entry, 0);
  fetch(w, entry);
  flush(w);
  assert_state(w, entry, "error fetching");
  answer(w, entry);
  assert_state(w, entry, "success idle");
}

static void an_answer_forgets_the_failures_before_it(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  pass(w, SECOND);
  answer(w, entry);
  assert_int_equal(failures(w, entry), 0);
}

/* ---- Offline and hidden -------------------------------------------------------------------- */

static uint32_t mount_in_mode(struct world *w, enum tidemark_network_mode mode) {
  uint32_t entry = build(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.network_mode = (uint8_t)mode;
  observe(w, entry, options);
  flush(w);
  return entry;
}

static void a_fetch_wanted_offline_is_paused(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = mount(w, "tasks/1");
  assert_state(w, entry, "pending paused");
  expect_no_fetch(w);
}

static void a_paused_fetch_starts_when_the_network_is_back(void **state) {
  struct world *w = *state;
  online(w, 0);
  mount(w, "tasks/1");
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void network_mode_always_fetches_offline(void **state) {
  struct world *w = *state;
  online(w, 0);
  mount_in_mode(w, TIDEMARK_NETWORK_ALWAYS);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void network_mode_always_retries_offline(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = mount_in_mode(w, TIDEMARK_NETWORK_ALWAYS);
  fail_fetch(w, entry, 3);
  forget_trace(w);
  pass(w, SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void network_mode_offline_first_tries_once_and_pauses_the_retry(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = mount_in_mode(w, TIDEMARK_NETWORK_OFFLINE_FIRST);
  expect(w, "FETCH", "FETCH tasks/1 #1");
  fail_fetch(w, entry, 3);
  pass(w, SECOND);
  assert_state(w, entry, "pending paused");
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_retry_that_comes_due_offline_goes_on_with_the_same_fetch_when_online(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  online(w, 0);
  pass(w, MINUTE);
  assert_state(w, entry, "pending paused");
  forget_trace(w);
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_retry_waits_for_the_page_to_be_seen(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  visible(w, 0);
  forget_trace(w);
  pass(w, MINUTE);
  expect_no_fetch(w);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_first_fetch_starts_in_a_hidden_page(void **state) {
  struct world *w = *state;
  visible(w, 0);
  mount(w, "tasks/1");
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void going_offline_leaves_what_is_in_flight_alone(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  online(w, 0);
  expect(w, "SETTLE", "");
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
}

static void the_network_coming_back_refetches_what_is_stale(void **state) {
  struct world *w = *state;
  shown(w, "stale", 0);
  shown(w, "fresh", INFINITY);
  online(w, 0);
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH stale #3");
}

static void a_page_seen_again_refetches_what_is_stale(void **state) {
  struct world *w = *state;
  shown(w, "stale", 0);
  shown(w, "fresh", INFINITY);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH stale #3");
}

static void a_page_that_was_seen_all_along_refetches_nothing(void **state) {
  struct world *w = *state;
  shown(w, "stale", 0);
  visible(w, 1);
  online(w, 1);
  flush(w);
  expect_no_fetch(w);
}

static void coming_back_refetches_always_or_never_as_the_observer_asks(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_on_focus = TIDEMARK_REFETCH_ALWAYS;
  observe(w, cached(w, "always"), options);
  options.stale_time = 0;
  options.refetch_on_mount = TIDEMARK_REFETCH_NEVER;
  options.refetch_on_focus = TIDEMARK_REFETCH_NEVER;
  observe(w, cached(w, "never"), options);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH always #3");
}

/* ---- Cancelling ---------------------------------------------------------------------------- */

static void cancelling_a_first_fetch_leaves_the_entry_pending_and_idle(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  on_entry(w, TIDEMARK_CANCEL, entry);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 CANCELLED");
  assert_state(w, entry, "pending idle");
}

static void cancelling_restores_an_error(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 0);
  fetch(w, entry);
  flush(w);
  on_entry(w, TIDEMARK_CANCEL, entry);
  assert_state(w, entry, "error idle");
  assert_int_equal(failures(w, entry), 1);
}

static void cancelling_without_revert_leaves_an_entry_without_data_pending(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 0);
  fetch(w, entry);
  flush(w);
  step(w, (tidemark_event){.type = TIDEMARK_CANCEL,
                           .list = {.entries = &entry, .count = 1, .no_revert = 1}});
  assert_state(w, entry, "pending idle");
}

static void cancelling_keeps_data_and_marks(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  on_entry(w, TIDEMARK_CANCEL, entry);
  assert_state(w, entry, "success idle");
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA | TIDEMARK_STATE_INVALIDATED));
}

static void the_answer_to_a_cancelled_fetch_is_late(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  on_entry(w, TIDEMARK_CANCEL, entry);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_LATE);
  assert_state(w, entry, "pending idle");
}

static void cancelling_ends_retries(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  forget_trace(w);
  on_entry(w, TIDEMARK_CANCEL, entry);
  pass(w, MINUTE);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 CANCELLED");
}

static void cancelling_a_paused_fetch_ends_it(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = mount(w, "tasks/1");
  on_entry(w, TIDEMARK_CANCEL, entry);
  assert_state(w, entry, "pending idle");
}

static void whoever_waits_for_a_fetch_that_never_started_learns_of_its_cancelling(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  on_entry(w, TIDEMARK_CANCEL, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #0 CANCELLED");
}

static void cancelling_what_is_idle_does_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 0);
  on_entry(w, TIDEMARK_CANCEL, entry);
  expect(w, "SETTLE NOTIFY FETCH", "");
}

/* ---- Leaving ------------------------------------------------------------------------------- */

static void the_last_observer_aborts_what_can_be_aborted(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  forget_trace(w);
  unobserve_aborting(w, observer);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 CANCELLED");
  assert_state(w, entry, "pending idle");
}

static void the_last_observer_lets_what_cannot_be_aborted_finish(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  forget_trace(w);
  unobserve(w, observer);
  expect(w, "SETTLE", "");
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
}

static void a_fetch_that_everybody_left_is_not_retried(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  unobserve(w, observer);
  forget_trace(w);
  fail_fetch(w, entry, 3);
  pass(w, MINUTE);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 ERROR");
}

static void a_fetch_that_somebody_came_back_to_is_retried(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  unobserve(w, observer);
  observe(w, entry, observing());
  forget_trace(w);
  fail_fetch(w, entry, 3);
  pass(w, SECOND);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_fetch_wanted_by_the_last_observer_alone_does_not_start_without_it(void **state) {
  struct world *w = *state;
  uint32_t observer = observe(w, build(w, "tasks/1"), observing());
  unobserve(w, observer);
  flush(w);
  expect_no_fetch(w);
}

static void one_of_two_observers_leaving_aborts_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  observe(w, entry, observing());
  flush(w);
  forget_trace(w);
  unobserve_aborting(w, observer);
  expect(w, "SETTLE", "");
  assert_state(w, entry, "pending fetching");
}

/* ---- Many observers, against a list that tells the truth ------------------------------------- */

enum { LISTED = 12 };

struct listed {
  uint32_t observer; /* 0: none */
  int entry;
  int enabled, never_stale;
};

static tidemark_observer_options options_of(const struct listed *l) {
  tidemark_observer_options options = observing();
  options.enabled = (uint8_t)l->enabled;
  options.stale_time = l->never_stale ? INFINITY : 0;
  return options;
}

static void change_one(struct world *w, struct listed *l, const uint32_t *entries,
                       uint64_t *random) {
  if (l->observer != 0 && test_random_below(random, 2) == 0) {
    assert_int_equal(unobserve(w, l->observer), TIDEMARK_OK);
    l->observer = 0;
    return;
  }
  l->entry = (int)test_random_below(random, 3);
  l->enabled = (int)test_random_below(random, 2);
  l->never_stale = (int)test_random_below(random, 2);
  if (l->observer == 0) {
    l->observer = observe(w, entries[l->entry], options_of(l));
  } else {
    set_observer(w, l->observer, entries[l->entry], options_of(l));
  }
}

static void check_observers(struct world *w, const struct listed *list, const uint32_t *entries) {
  for (int e = 0; e < 3; e++) {
    int observers = 0, enabled = 0, stale = 0;
    for (const struct listed *l = list; l < list + LISTED; l++) {
      if (l->observer != 0 && l->entry == e) {
        observers++;
        enabled += l->enabled;
        stale += l->enabled && !l->never_stale;
      }
    }
    char name[] = {'e', '/', (char)('0' + e), 0};
    assert_int_equal(has_state(w, entries[e], TIDEMARK_STATE_OBSERVED), observers > 0);
    assert_int_equal(has_state(w, entries[e], TIDEMARK_STATE_ACTIVE), enabled > 0);
    assert_int_equal(matches(w, name, TIDEMARK_MATCH_STALE), stale > 0);
  }
}

static void observers_come_go_and_move_as_in_a_list(void **state) {
  struct world *w = *state;
  uint32_t entries[] = {cached(w, "e/0"), cached(w, "e/1"), cached(w, "e/2")};
  struct listed list[LISTED] = {0};
  uint64_t random = 17;
  for (int i = 0; i < 3000; i++) {
    change_one(w, &list[test_random_below(&random, LISTED)], entries, &random);
    check_observers(w, list, entries);
    forget_trace(w);
  }
}

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

/* ---- Intervals ----------------------------------------------------------------------------- */

static uint32_t observe_every(struct world *w, uint32_t entry, double interval, int background) {
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_interval = interval;
  options.interval_in_background = (uint8_t)background;
  return observe(w, entry, options);
}

static void an_interval_refetches_fresh_data_again_and_again(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  observe_every(w, entry, 1000, 0);
  pass(w, 999);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  answer(w, entry);
  pass(w, 1000);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void an_interval_joins_a_fetch_that_takes_longer(void **state) {
  struct world *w = *state;
  observe_every(w, cached(w, "tasks/1"), 1000, 0);
  pass(w, 3500);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_interval_rests_while_nobody_sees_the_page(void **state) {
  struct world *w = *state;
  observe_every(w, cached(w, "tasks/1"), 1000, 0);
  visible(w, 0);
  pass(w, 3500);
  expect_no_fetch(w);
}

static void an_interval_goes_on_once_the_page_is_seen_again(void **state) {
  struct world *w = *state;
  observe_every(w, cached(w, "tasks/1"), 1000, 0);
  visible(w, 0);
  pass(w, 3500);
  visible(w, 1);
  pass(w, 1000);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_interval_may_go_on_in_the_background(void **state) {
  struct world *w = *state;
  observe_every(w, cached(w, "tasks/1"), 1000, 1);
  visible(w, 0);
  pass(w, 1000);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_interval_ends_with_its_observer(void **state) {
  struct world *w = *state;
  unobserve(w, observe_every(w, cached(w, "tasks/1"), 1000, 0));
  pass(w, MINUTE);
  expect_no_fetch(w);
}

static void an_interval_can_be_changed(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_every(w, entry, 1000, 0);
  pass(w, 500);
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_interval = 2000;
  set_observer(w, observer, entry, options);
  pass(w, 1999);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_disabled_observers_interval_rests(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  options.refetch_interval = 1000;
  observe(w, cached(w, "tasks/1"), options);
  pass(w, 5000);
  expect_no_fetch(w);
}

/* ---- Removing and resetting ---------------------------------------------------------------- */

static void removing_an_unobserved_entry_drops_it_at_once(void **state) {
  struct world *w = *state;
  on_entry(w, TIDEMARK_REMOVE, cached(w, "tasks/1"));
  expect(w, "DROP", "DROP tasks/1");
  assert_int_equal(find(w, "tasks/1"), 0);
}

static void a_removed_entry_that_is_observed_is_found_by_nobody(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  expect(w, "DROP", "");
  assert_int_equal(find(w, "tasks/1"), 0);
  assert_int_equal(on_matching(w, TIDEMARK_INVALIDATE, ""), 0);
  assert_true(has_state(w, entry, TIDEMARK_STATE_DETACHED | TIDEMARK_STATE_OBSERVED));
}

static void a_removed_entry_keeps_its_answer_for_its_observers(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void a_removed_entry_goes_with_its_last_observer(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t first = observe_for(w, entry, INFINITY);
  uint32_t second = observe_for(w, entry, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  unobserve(w, first);
  expect(w, "DROP", "");
  unobserve(w, second);
  expect(w, "DROP", "DROP tasks/1");
}

static void a_removed_entry_that_was_left_in_flight_goes_with_its_fetch(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  fetch(w, entry);
  flush(w);
  unobserve(w, observer);
  expect(w, "DROP", "");
  answer(w, entry);
  expect(w, "DROP", "DROP tasks/1");
}

static void removing_what_waits_for_its_fetch_leaves_the_others_waiting(void **state) {
  struct world *w = *state;
  for (int removed = 1; removed <= 3; removed++) {
    restart(w, (tidemark_options){.seed = 1});
    fetch(w, build(w, "tasks/1"));
    fetch(w, build(w, "tasks/2"));
    fetch(w, build(w, "tasks/3"));
    on_entry(w, TIDEMARK_REMOVE, (uint32_t)removed);
    fetch(w, build(w, "tasks/4"));
    forget_trace(w);
    flush(w);
    char line[] = "FETCH tasks/_";
    line[12] = (char)('0' + removed);
    w->trace[w->trace_length] = '\0';
    assert_null(strstr(w->trace, line));
    assert_int_equal(stats(w).fetches, 3);
  }
}

static void a_removed_entrys_key_gets_an_entry_of_its_own(void **state) {
  struct world *w = *state;
  uint32_t removed = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REMOVE, removed);
  uint32_t entry = build(w, "tasks/1");
  assert_int_not_equal(entry, removed);
  assert_state(w, entry, "pending idle");
}

static void an_observer_may_move_from_a_removed_entry_to_the_new_one(void **state) {
  struct world *w = *state;
  uint32_t removed = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, removed, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, removed);
  uint32_t entry = build(w, "tasks/1");
  set_observer(w, observer, entry, observing());
  flush(w);
  expect(w, "DROP FETCH", "DROP tasks/1\nFETCH tasks/1 #2");
}

static void a_reset_entry_is_as_if_never_fetched(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  on_entry(w, TIDEMARK_RESET, entry);
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1");
  assert_state(w, entry, "pending idle");
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void a_reset_entry_that_is_active_fetches(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  on_matching(w, TIDEMARK_RESET, "tasks");
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nFETCH tasks/1 #2");
}

static void a_reset_voids_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  uint32_t first = w->in_flight[entry];
  on_entry(w, TIDEMARK_RESET, entry);
  flush(w);
  assert_int_equal(answer_to(w, entry, first, NULL), TIDEMARK_LANDING_LATE);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
}

static void a_reset_forgets_an_error(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  fail_fetch(w, entry, 0);
  on_entry(w, TIDEMARK_RESET, entry);
  assert_state(w, entry, "pending idle");
  assert_int_equal(failures(w, entry), 0);
}

static void a_list_may_name_an_entry_twice(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t entries[] = {entry, entry};
  assert_int_equal(
      step(w, (tidemark_event){.type = TIDEMARK_REMOVE, .list = {.entries = entries, .count = 2}}),
      2);
  expect(w, "DROP", "DROP tasks/1");
}

/* ---- Setting data -------------------------------------------------------------------------- */

static void set_data_is_a_success_at_this_moment(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  pass(w, MINUTE);
  set_data(w, entry);
  assert_state(w, entry, "success idle");
  assert_false(tidemark_is_stale(w->cache, entry, 1000, w->now + 999));
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now + 1000));
}

static void set_data_replays_and_notifies(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  forget_trace(w);
  set_data(w, entry);
  expect(w, "REPLAY NOTIFY", "REPLAY tasks/1\nNOTIFY tasks/1");
}

static void set_data_takes_an_error_away(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 0);
  set_data(w, entry);
  assert_state(w, entry, "success idle");
}

static void set_data_takes_a_mark_away(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  set_data(w, entry);
  assert_false(is_marked(w, entry));
}

static void set_data_may_be_older_than_now(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.age = 800}});
  assert_false(tidemark_is_stale(w->cache, entry, 1000, w->now + 199));
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now + 200));
}

static void restored_data_is_later_than_no_change(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.keep_changes = 1}});
  assert_true(is_marked(w, entry));
}

static void restored_data_that_no_change_touched_is_not_marked(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.keep_changes = 1}});
  assert_false(is_marked(w, entry));
}

static void an_answer_asked_for_before_set_data_does_not_replace_it(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  set_data(w, entry);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_OLDER);
  assert_state(w, entry, "success idle");
}

static void an_answer_asked_for_after_set_data_replaces_it(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  set_data(w, entry);
  observe(w, entry, observing());
  flush(w);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
}

static void an_answer_asked_for_before_restored_data_replaces_it(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.keep_changes = 1}});
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
}

/* ---- Refetch types ------------------------------------------------------------------------- */

/* One entry of each kind. */
static void set_scene(struct world *w) {
  shown(w, "active", INFINITY);
  cached(w, "inactive");
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, cached(w, "disabled"), options);
  shown(w, "static", TIDEMARK_STATIC);
  build(w, "never_fetched");
  forget_trace(w);
}

static void invalidate_all(struct world *w, enum tidemark_refetch_type refetch_type) {
  struct key all = key("");
  uint32_t *entries;
  int count = tidemark_match(w->cache, all.bytes, all.length, 0, w->now, &entries);
  step(w, (tidemark_event){.type = TIDEMARK_INVALIDATE,
                           .list = {.entries = entries,
                                    .count = (size_t)count,
                                    .refetch_type = (uint8_t)refetch_type}});
  flush(w);
}

static void invalidating_refetches_active_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_ACTIVE);
  expect(w, "FETCH", "FETCH active #5");
}

static void invalidating_may_refetch_inactive_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_INACTIVE);
  expect(w, "FETCH", "FETCH inactive #5");
}

static void invalidating_may_refetch_all_but_disabled_and_static_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_ALL);
  expect(w, "FETCH", "FETCH active #5\nFETCH inactive #6");
}

static void invalidating_may_refetch_nothing(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_NONE);
  expect_no_fetch(w);
}

static void what_no_change_touched_is_not_invalidated(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  pass(w, MINUTE);
  assert_false(has_state(w, entry, TIDEMARK_STATE_INVALIDATED));
}

static void what_has_no_answer_is_not_invalidated(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  assert_false(has_state(w, entry, TIDEMARK_STATE_INVALIDATED));
}

static void invalidating_marks_all_whatever_is_refetched(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_NONE);
  assert_true(has_state(w, find(w, "active"), TIDEMARK_STATE_INVALIDATED));
  assert_true(has_state(w, find(w, "inactive"), TIDEMARK_STATE_INVALIDATED));
  assert_true(has_state(w, find(w, "disabled"), TIDEMARK_STATE_INVALIDATED));
}

static void a_marked_inactive_entry_is_fetched_when_it_is_mounted(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  expect_no_fetch(w);
  observe_for(w, entry, INFINITY);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void refetching_takes_all_but_disabled_and_static_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  on_matching(w, TIDEMARK_REFETCH, "");
  flush(w);
  expect(w, "FETCH", "FETCH active #5\nFETCH inactive #6");
}

static void refetching_restarts_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 SUPERSEDED\nFETCH tasks/1 #2");
}

static void a_refetch_that_trails_follows_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  step(w, (tidemark_event){.type = TIDEMARK_REFETCH,
                           .list = {.entries = &entry, .count = 1, .trail = 1}});
  flush(w);
  expect(w, "SETTLE FETCH", "");
  answer(w, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 SUCCESS\nFETCH tasks/1 #2");
}

/* ---- Filters ------------------------------------------------------------------------------- */

static void a_filter_key_selects_what_it_is_a_prefix_or_a_subset_of(void **state) {
  struct world *w = *state;
  build(w, "tasks/list/{project:9,page:1}");
  build(w, "tasks/list/{project:9,page:2}");
  build(w, "tasks/list/{project:8,page:1}");
  build(w, "tasks/detail/9");
  assert_int_equal(matches(w, "tasks", 0), 4);
  assert_int_equal(matches(w, "tasks/list/{project:9}", 0), 2);
  assert_int_equal(matches(w, "tasks/list/{project:'9'}", 0), 0);
  assert_int_equal(matches(w, "tasks/list/{page:1}", 0), 2);
  assert_int_equal(matches(w, "", 0), 4);
}

static void an_exact_filter_selects_by_identity(void **state) {
  struct world *w = *state;
  build(w, "tasks");
  build(w, "tasks/{a:1,b:2}");
  assert_int_equal(matches(w, "tasks", TIDEMARK_MATCH_EXACT), 1);
  assert_int_equal(matches(w, "tasks/{b:2,a:1}", TIDEMARK_MATCH_EXACT), 1);
  assert_int_equal(matches(w, "tasks/{a:1}", TIDEMARK_MATCH_EXACT), 0);
  assert_int_equal(matches(w, "", TIDEMARK_MATCH_EXACT), 0);
}

static void filters_select_active_and_inactive_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  assert_int_equal(matches(w, "active", TIDEMARK_MATCH_ACTIVE), 1);
  assert_int_equal(matches(w, "active", TIDEMARK_MATCH_INACTIVE), 0);
  assert_int_equal(matches(w, "inactive", TIDEMARK_MATCH_ACTIVE), 0);
  assert_int_equal(matches(w, "inactive", TIDEMARK_MATCH_INACTIVE), 1);
  assert_int_equal(matches(w, "disabled", TIDEMARK_MATCH_INACTIVE), 1);
}

static void filters_select_stale_and_fresh_entries(void **state) {
  struct world *w = *state;
  shown(w, "fresh", 1000);
  shown(w, "stale", 0);
  cached(w, "unobserved");
  build(w, "empty");
  assert_int_equal(matches(w, "", TIDEMARK_MATCH_STALE), 2);
  assert_int_equal(matches(w, "", TIDEMARK_MATCH_FRESH), 2);
  assert_int_equal(matches(w, "fresh", TIDEMARK_MATCH_FRESH), 1);
  assert_int_equal(matches(w, "unobserved", TIDEMARK_MATCH_FRESH), 1);
  invalidate(w, find(w, "unobserved"), TIDEMARK_REFETCH_NONE);
  assert_int_equal(matches(w, "unobserved", TIDEMARK_MATCH_STALE), 1);
}

static void filters_select_by_what_is_under_way(void **state) {
  struct world *w = *state;
  mount(w, "fetching");
  build(w, "idle");
  online(w, 0);
  mount(w, "paused");
  assert_int_equal(matches(w, "fetching", TIDEMARK_MATCH_FETCHING), 1);
  assert_int_equal(matches(w, "idle", TIDEMARK_MATCH_IDLE), 1);
  assert_int_equal(matches(w, "paused", TIDEMARK_MATCH_PAUSED), 1);
  assert_int_equal(matches(w, "", TIDEMARK_MATCH_FETCHING), 1);
}

static void filters_are_anded(void **state) {
  struct world *w = *state;
  mount(w, "tasks/1");
  shown(w, "tasks/2", INFINITY);
  cached(w, "tasks/3");
  assert_int_equal(matches(w, "tasks", TIDEMARK_MATCH_ACTIVE | TIDEMARK_MATCH_FRESH), 1);
  assert_int_equal(matches(w, "tasks", TIDEMARK_MATCH_ACTIVE | TIDEMARK_MATCH_INACTIVE), 0);
}

static void a_selection_may_be_narrowed_and_handed_back(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  uint32_t second = shown(w, "tasks/2", INFINITY);
  struct key k = key("tasks");
  uint32_t *entries;
  tidemark_match(w->cache, k.bytes, k.length, 0, w->now, &entries);
  entries[0] = second;
  step(w, (tidemark_event){.type = TIDEMARK_INVALIDATE, .list = {.entries = entries, .count = 1}});
  flush(w);
  expect(w, "FETCH", "FETCH tasks/2 #3");
}

static void a_filter_that_is_no_key_is_an_error(void **state) {
  struct world *w = *state;
  uint32_t *entries;
  uint8_t bytes[] = {TIDEMARK_KEY_ARRAY};
  assert_int_equal(tidemark_match(w->cache, bytes, 1, 0, w->now, &entries), TIDEMARK_ERROR_KEY);
  assert_int_equal(tidemark_find(w->cache, bytes, 1), TIDEMARK_ERROR_KEY);
}

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
      {.limits = {.key_bytes = 16385}},
      {.limits = {.reset_window = -1}},
      {.limits = {.reset_window = NAN}},
      {.client_id = "0123456789012345678901234567890123456789012345678901234567890123x"},
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
      PROMISE(an_observer_of_nothing_known_fetches_at_the_end_of_the_turn),
      PROMISE(building_an_entry_fetches_nothing),
      PROMISE(observers_of_one_entry_share_one_fetch),
      PROMISE(an_entry_is_pending_until_its_answer_and_then_a_success),
      PROMISE(an_entry_is_fetching_from_the_mount_on_not_from_the_flush),
      PROMISE(an_answer_settles_the_fetch_then_replays_then_notifies),
      PROMISE(an_entry_is_observed_by_disabled_and_active_by_enabled_observers),
      PROMISE(a_mount_on_fresh_data_fetches_nothing),
      PROMISE(a_mount_on_data_as_old_as_its_stale_time_fetches),
      PROMISE(each_observer_has_its_own_stale_time),
      PROMISE(an_infinite_stale_time_never_ends_by_the_clock),
      PROMISE(an_infinite_stale_time_ends_by_a_change),
      PROMISE(static_data_is_not_stale_after_a_change),
      PROMISE(a_static_observer_fetches_what_is_not_there),
      PROMISE(a_static_observer_does_not_refetch_even_where_it_says_always),
      PROMISE(nothing_known_is_stale_for_every_stale_time),
      PROMISE(observers_are_notified_when_their_data_becomes_stale),
      PROMISE(refetch_on_mount_never_still_fetches_what_is_not_there),
      PROMISE(refetch_on_mount_never_lets_stale_data_be),
      PROMISE(refetch_on_mount_always_refetches_fresh_data),
      PROMISE(a_disabled_observer_fetches_nothing),
      PROMISE(a_disabled_observers_answer_is_never_stale),
      PROMISE(enabling_an_observer_fetches_what_is_stale),
      PROMISE(enabling_an_observer_lets_fresh_data_be),
      PROMISE(an_observer_that_moves_fetches_where_it_arrives),
      PROMISE(an_observer_that_moves_leaves_the_old_entry_to_its_gc_clock),
      PROMISE(a_shorter_stale_time_notifies_when_it_ends),
      PROMISE(a_mount_retries_a_failure_only_if_it_asks_to),
      PROMISE(a_fetch_joins_the_one_in_flight),
      PROMISE(a_fetch_that_restarts_supersedes_the_one_in_flight),
      PROMISE(a_fetch_needs_no_observer),
      PROMISE(many_wishes_of_one_turn_make_one_fetch),
      PROMISE(an_answer_that_is_fresh_enough_is_not_fetched),
      PROMISE(a_fetch_that_restarts_asks_whatever_there_is),
      PROMISE(a_superseded_fetchs_answer_is_late),
      PROMISE(a_second_answer_to_one_fetch_is_late),
      PROMISE(a_late_failure_changes_nothing),
      PROMISE(an_answer_to_a_dropped_entry_is_late),
      PROMISE(retries_wait_one_two_and_four_seconds_and_then_it_is_an_error),
      PROMISE(an_entry_that_waits_for_a_retry_is_fetching_and_counts_failures),
      PROMISE(a_failure_that_is_retried_notifies),
      PROMISE(a_retry_waits_at_most_thirty_seconds),
      PROMISE(a_retry_waits_as_long_as_the_caller_says),
      PROMISE(a_retry_waits_as_long_as_the_server_asked_if_that_is_longer),
      PROMISE(a_retry_waits_its_own_time_if_the_server_asked_for_less),
      PROMISE(no_retries_make_the_first_failure_an_error),
      PROMISE(an_error_keeps_the_data),
      PROMISE(a_failed_refetch_of_stale_data_leaves_it_stale),
      PROMISE(a_fetch_after_an_error_without_data_is_pending_and_counts_from_zero),
      PROMISE(a_fetch_after_an_error_with_data_stays_an_error_until_its_answer),
      PROMISE(an_answer_forgets_the_failures_before_it),
      PROMISE(a_fetch_wanted_offline_is_paused),
      PROMISE(a_paused_fetch_starts_when_the_network_is_back),
      PROMISE(network_mode_always_fetches_offline),
      PROMISE(network_mode_always_retries_offline),
      PROMISE(network_mode_offline_first_tries_once_and_pauses_the_retry),
      PROMISE(a_retry_that_comes_due_offline_goes_on_with_the_same_fetch_when_online),
      PROMISE(a_retry_waits_for_the_page_to_be_seen),
      PROMISE(a_first_fetch_starts_in_a_hidden_page),
      PROMISE(going_offline_leaves_what_is_in_flight_alone),
      PROMISE(the_network_coming_back_refetches_what_is_stale),
      PROMISE(a_page_seen_again_refetches_what_is_stale),
      PROMISE(a_page_that_was_seen_all_along_refetches_nothing),
      PROMISE(coming_back_refetches_always_or_never_as_the_observer_asks),
      PROMISE(cancelling_a_first_fetch_leaves_the_entry_pending_and_idle),
      PROMISE(cancelling_restores_an_error),
      PROMISE(cancelling_without_revert_leaves_an_entry_without_data_pending),
      PROMISE(cancelling_keeps_data_and_marks),
      PROMISE(the_answer_to_a_cancelled_fetch_is_late),
      PROMISE(cancelling_ends_retries),
      PROMISE(cancelling_a_paused_fetch_ends_it),
      PROMISE(whoever_waits_for_a_fetch_that_never_started_learns_of_its_cancelling),
      PROMISE(cancelling_what_is_idle_does_nothing),
      PROMISE(the_last_observer_aborts_what_can_be_aborted),
      PROMISE(the_last_observer_lets_what_cannot_be_aborted_finish),
      PROMISE(a_fetch_that_everybody_left_is_not_retried),
      PROMISE(a_fetch_that_somebody_came_back_to_is_retried),
      PROMISE(a_fetch_wanted_by_the_last_observer_alone_does_not_start_without_it),
      PROMISE(one_of_two_observers_leaving_aborts_nothing),
      PROMISE(observers_come_go_and_move_as_in_a_list),
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
      PROMISE(what_comes_due_at_another_event_is_collected_at_the_next_tick),
      PROMISE(what_is_wanted_again_between_its_time_and_the_tick_is_kept),
      PROMISE(a_gc_time_beyond_31_bits_of_milliseconds_works),
      PROMISE(a_gc_time_of_zero_collects_what_the_last_observer_left),
      PROMISE(an_interval_refetches_fresh_data_again_and_again),
      PROMISE(an_interval_joins_a_fetch_that_takes_longer),
      PROMISE(an_interval_rests_while_nobody_sees_the_page),
      PROMISE(an_interval_goes_on_once_the_page_is_seen_again),
      PROMISE(an_interval_may_go_on_in_the_background),
      PROMISE(an_interval_ends_with_its_observer),
      PROMISE(an_interval_can_be_changed),
      PROMISE(a_disabled_observers_interval_rests),
      PROMISE(removing_an_unobserved_entry_drops_it_at_once),
      PROMISE(a_removed_entry_that_is_observed_is_found_by_nobody),
      PROMISE(a_removed_entry_keeps_its_answer_for_its_observers),
      PROMISE(a_removed_entry_goes_with_its_last_observer),
      PROMISE(a_removed_entry_that_was_left_in_flight_goes_with_its_fetch),
      PROMISE(removing_what_waits_for_its_fetch_leaves_the_others_waiting),
      PROMISE(a_removed_entrys_key_gets_an_entry_of_its_own),
      PROMISE(an_observer_may_move_from_a_removed_entry_to_the_new_one),
      PROMISE(a_reset_entry_is_as_if_never_fetched),
      PROMISE(a_reset_entry_that_is_active_fetches),
      PROMISE(a_reset_voids_what_is_in_flight),
      PROMISE(a_reset_forgets_an_error),
      PROMISE(a_list_may_name_an_entry_twice),
      PROMISE(set_data_is_a_success_at_this_moment),
      PROMISE(set_data_replays_and_notifies),
      PROMISE(set_data_takes_an_error_away),
      PROMISE(set_data_takes_a_mark_away),
      PROMISE(set_data_may_be_older_than_now),
      PROMISE(restored_data_is_later_than_no_change),
      PROMISE(restored_data_that_no_change_touched_is_not_marked),
      PROMISE(an_answer_asked_for_before_set_data_does_not_replace_it),
      PROMISE(an_answer_asked_for_after_set_data_replaces_it),
      PROMISE(an_answer_asked_for_before_restored_data_replaces_it),
      PROMISE(invalidating_refetches_active_entries),
      PROMISE(invalidating_may_refetch_inactive_entries),
      PROMISE(invalidating_may_refetch_all_but_disabled_and_static_entries),
      PROMISE(invalidating_may_refetch_nothing),
      PROMISE(what_no_change_touched_is_not_invalidated),
      PROMISE(what_has_no_answer_is_not_invalidated),
      PROMISE(invalidating_marks_all_whatever_is_refetched),
      PROMISE(a_marked_inactive_entry_is_fetched_when_it_is_mounted),
      PROMISE(refetching_takes_all_but_disabled_and_static_entries),
      PROMISE(refetching_restarts_what_is_in_flight),
      PROMISE(a_refetch_that_trails_follows_what_is_in_flight),
      PROMISE(a_filter_key_selects_what_it_is_a_prefix_or_a_subset_of),
      PROMISE(an_exact_filter_selects_by_identity),
      PROMISE(filters_select_active_and_inactive_entries),
      PROMISE(filters_select_stale_and_fresh_entries),
      PROMISE(filters_select_by_what_is_under_way),
      PROMISE(filters_are_anded),
      PROMISE(a_selection_may_be_narrowed_and_handed_back),
      PROMISE(a_filter_that_is_no_key_is_an_error),
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
      PROMISE(nothing_is_drained_twice),
      PROMISE(figures_count_who_asks_and_gets_a_fresh_answer_or_not),
      PROMISE(figures_count_mounts_fetches_retries_and_errors),
      PROMISE(figures_count_what_changes_marked_and_nobody_fetched_yet),
      PROMISE(nothing_waits_in_a_cache_without_work),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
