/* Fetches that wait for the network or the page, and those that come at an interval. */
#include "helper_world.h"

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

static void what_waits_for_the_network_is_fetched_though_its_observer_left(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  forget_trace(w);
  online(w, 0);
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  assert_state(w, entry, "success paused");
  unobserve(w, observer);
  assert_state(w, entry, "success paused");
  pass(w, 10 * MINUTE);
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  fail_fetch(w, entry, 3);
  assert_state(w, entry, "error idle"); /* nobody waits for another try */
}

static void what_waits_for_the_network_and_was_removed_is_not_fetched(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  on_entry(w, TIDEMARK_REMOVE, entry);
  unobserve(w, observer);
  online(w, 1);
  flush(w);
  expect_no_fetch(w);
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
  options.refetch_on_window_focus = TIDEMARK_REFETCH_ALWAYS;
  observe(w, cached(w, "always"), options);
  options.stale_time = 0;
  options.refetch_on_mount = TIDEMARK_REFETCH_NEVER;
  options.refetch_on_window_focus = TIDEMARK_REFETCH_NEVER;
  observe(w, cached(w, "never"), options);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH always #3");
}

/* ---- Intervals ----------------------------------------------------------------------------- */

static uint32_t observe_every(struct world *w, uint32_t entry, double interval, int background) {
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_interval = interval;
  options.refetch_interval_in_background = (uint8_t)background;
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

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_fetch_wanted_offline_is_paused),
      PROMISE(a_paused_fetch_starts_when_the_network_is_back),
      PROMISE(what_waits_for_the_network_is_fetched_though_its_observer_left),
      PROMISE(what_waits_for_the_network_and_was_removed_is_not_fetched),
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
      PROMISE(an_interval_refetches_fresh_data_again_and_again),
      PROMISE(an_interval_joins_a_fetch_that_takes_longer),
      PROMISE(an_interval_rests_while_nobody_sees_the_page),
      PROMISE(an_interval_goes_on_once_the_page_is_seen_again),
      PROMISE(an_interval_may_go_on_in_the_background),
      PROMISE(an_interval_ends_with_its_observer),
      PROMISE(an_interval_can_be_changed),
      PROMISE(a_disabled_observers_interval_rests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
