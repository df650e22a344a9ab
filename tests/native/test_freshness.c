/* No change is lost and none is fetched twice. */
#include "helper_world.h"

static const char RULES[] =
    "[{'on':'task','invalidate':[['tasks','$id']]},{'on':'all','invalidate':[['tasks']]}]";

/* A world with these rules. */
static int ruled(void **state) {
  return world_setup(state) < 0 || rules(*state, RULES) < 0 ? -1 : 0;
}

/* A change without a position, as the app's own mutations and plain servers report it. */
static void change_task(struct world *w) {
  assert_true(change(w, "{'resource':'task','id':1}") >= 0);
}

/* ---- A change while a fetch is under way --------------------------------------------------- */

static void a_change_during_the_first_fetch_causes_one_more(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  change_task(w);
  flush(w);
  answer(w, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #1\nSETTLE tasks/1 #1 SUCCESS\nFETCH tasks/1 #2");
}

static void the_answer_under_way_is_shown_and_stale_until_the_next(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  change_task(w);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  assert_true(is_marked(w, entry));
  flush(w);
  answer(w, entry);
  assert_false(is_marked(w, entry));
}

static void fifty_changes_during_a_fetch_cause_one_more(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  for (int i = 0; i < 50; i++) {
    change_task(w);
    flush(w);
  }
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  answer(w, entry);
  flush(w);
  expect_no_fetch(w);
}

static void fifty_invalidations_of_one_turn_make_one_fetch(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  for (int i = 0; i < 50; i++) {
    invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  }
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void invalidating_restarts_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 0);
  fetch(w, entry);
  flush(w);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #2\nSETTLE tasks/1 #2 SUPERSEDED\nFETCH tasks/1 #3");
}

static void invalidating_with_trail_lets_what_is_in_flight_land(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 0);
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  invalidate_trailing(w, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "");
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #2 SUCCESS\nFETCH tasks/1 #3");
}

static void a_change_before_the_flush_needs_no_second_fetch(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  change_task(w);
  flush(w);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  assert_false(is_marked(w, entry));
}

static void a_change_after_a_fetch_that_was_asked_for_in_its_turn_needs_a_second_one(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  observe_for(w, entry, INFINITY);
  change_task(w);
  flush(w);
  answer(w, entry);
  pass(w, SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #1\nFETCH tasks/1 #2");
}

static void a_change_while_a_retry_waits_needs_no_fetch_but_the_retry(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  change_task(w);
  pass(w, SECOND);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1\nFETCH tasks/1 #1 try 2");
  assert_false(is_marked(w, entry));
}

static void a_change_during_a_try_that_fails_is_in_the_retrys_answer(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  change_task(w);
  fail_fetch(w, entry, 3);
  pass(w, SECOND);
  answer(w, entry);
  flush(w);
  assert_false(is_marked(w, entry));
  expect(w, "FETCH", "FETCH tasks/1 #1\nFETCH tasks/1 #1 try 2");
}

static void a_change_during_a_fetch_that_fails_for_good_is_fetched_again(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  change_task(w);
  fail_fetch(w, entry, 0);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 ERROR\nFETCH tasks/1 #2");
}

static void a_change_during_a_cancelled_fetch_stays_a_mark(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  fetch(w, entry);
  flush(w);
  change_task(w);
  on_entry(w, TIDEMARK_CANCEL, entry);
  assert_true(is_marked(w, entry));
}

static void a_change_of_an_entry_without_an_answer_counts_for_a_fetch_in_flight_only(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  change_task(w);
  observe(w, entry, observing());
  flush(w);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
  assert_false(is_marked(w, entry));
}

static void a_change_during_an_unobserved_fetch_leaves_a_mark_and_fetches_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  change_task(w);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
  assert_true(is_marked(w, entry));
}

static void whoever_joins_a_fetch_that_a_change_overtook_gets_one_more(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  change_task(w);
  observe_for(w, entry, INFINITY);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1\nFETCH tasks/1 #2");
}

static void what_trails_a_fetch_goes_with_the_last_observer(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  change_task(w);
  unobserve(w, observer);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
  assert_true(is_marked(w, entry));
}

static void a_change_refetches_what_is_observed_and_marks_the_rest(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  uint32_t inactive = cached(w, "tasks/2");
  assert_int_equal(change(w, "{'resource':'all'}"), 2);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #3");
  assert_true(has_state(w, inactive, TIDEMARK_STATE_INVALIDATED));
}

static void a_set_of_data_after_a_change_stands_against_the_fetch_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  change_task(w);
  set_data(w, entry);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_OLDER);
  assert_false(is_marked(w, entry));
}

static void a_change_after_set_data_marks_it(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  set_data(w, entry);
  change_task(w);
  assert_true(is_marked(w, entry));
}

/* ---- Called off ---------------------------------------------------------------------------- */

/* The refetch that a change of it caused is in flight. */
static uint32_t refetching(struct world *w, double stale_time) {
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", stale_time);
  change_task(w);
  flush(w);
  forget_trace(w);
  return entry;
}

static void a_change_whose_refetch_is_cancelled_is_asked_for_a_little_later(void **state) {
  struct world *w = *state;
  uint32_t entry = refetching(w, INFINITY);
  on_entry(w, TIDEMARK_CANCEL, entry);
  pass(w, 900);
  expect_no_fetch(w);
  pass(w, 700);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_whose_refetch_is_cancelled_again_is_asked_for_later_still(void **state) {
  struct world *w = *state;
  uint32_t entry = refetching(w, INFINITY);
  for (int i = 0; i < 10; i++) {
    on_entry(w, TIDEMARK_CANCEL, entry);
    pass(w, 900);
  }
  expect_no_fetch(w);
  pass(w, 700);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void what_is_put_in_after_a_cancel_stands_until_the_write_should_be_done(void **state) {
  struct world *w = *state;
  uint32_t entry = refetching(w, INFINITY);
  on_entry(w, TIDEMARK_CANCEL, entry);
  set_data(w, entry);
  pass(w, 29 * SECOND);
  expect_no_fetch(w);
  pass(w, 17 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void what_is_put_in_while_the_page_is_hidden_stands_as_well(void **state) {
  struct world *w = *state;
  uint32_t entry = refetching(w, INFINITY);
  visible(w, 0);
  on_entry(w, TIDEMARK_CANCEL, entry);
  pass(w, 2 * SECOND);
  set_data(w, entry);
  visible(w, 1);
  flush(w);
  pass(w, 29 * SECOND);
  expect_no_fetch(w);
}

static void a_change_after_a_cancel_is_not_put_off_by_data_put_in(void **state) {
  struct world *w = *state;
  uint32_t entry = refetching(w, INFINITY);
  on_entry(w, TIDEMARK_CANCEL, entry);
  change_task(w);
  set_data(w, entry);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_outlives_a_second_cancel_after_data_was_put_in(void **state) {
  struct world *w = *state;
  uint32_t entry = refetching(w, INFINITY);
  on_entry(w, TIDEMARK_CANCEL, entry);
  set_data(w, entry);
  on_entry(w, TIDEMARK_CANCEL, entry);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_refetch_that_no_change_wanted_stays_cancelled(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  forget_trace(w);
  on_entry(w, TIDEMARK_CANCEL, entry);
  pass(w, MINUTE);
  expect_no_fetch(w);
}

static void cancelling_what_waits_for_nothing_asks_for_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  on_entry(w, TIDEMARK_CANCEL, entry);
  pass(w, MINUTE);
  expect_no_fetch(w);
}

static void a_change_under_a_static_observer_is_asked_for_when_that_leaves(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t still = observe_for(w, entry, TIDEMARK_STATIC);
  change_task(w);
  pass(w, MINUTE);
  expect_no_fetch(w);
  unobserve(w, still);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_change_under_a_static_observer_is_asked_for_when_it_is_static_no_more(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  forget_trace(w);
  uint32_t observer = observe_for(w, entry, TIDEMARK_STATIC);
  change_task(w);
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  set_observer(w, observer, entry, options);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

/* ---- Never lost ---------------------------------------------------------------------------- */

static void a_change_outlives_a_server_that_is_away_longer_than_the_retries(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  change_task(w);
  flush(w);
  fail_fetch(w, entry, 0);
  assert_true(is_marked(w, entry));
  forget_trace(w);
  pass(w, 2 * MINUTE);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_while_hidden_is_fetched_when_the_page_is_seen(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  visible(w, 0);
  change_task(w);
  flush(w);
  pass(w, MINUTE);
  expect_no_fetch(w);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_change_while_offline_is_fetched_when_the_network_is_back(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  online(w, 0);
  change_task(w);
  flush(w);
  expect_no_fetch(w);
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_change_while_disabled_is_fetched_when_enabled(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.enabled = 0;
  uint32_t observer = observe(w, entry, options);
  change_task(w);
  flush(w);
  expect_no_fetch(w);
  options.enabled = 1;
  set_observer(w, observer, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_marked_entry_notifies_its_observers(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.enabled = 0;
  observe(w, cached(w, "tasks/1"), options);
  forget_trace(w);
  change_task(w);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE_IN(ruled, a_change_during_the_first_fetch_causes_one_more),
      PROMISE_IN(ruled, the_answer_under_way_is_shown_and_stale_until_the_next),
      PROMISE_IN(ruled, fifty_changes_during_a_fetch_cause_one_more),
      PROMISE(fifty_invalidations_of_one_turn_make_one_fetch),
      PROMISE(invalidating_restarts_what_is_in_flight),
      PROMISE(invalidating_with_trail_lets_what_is_in_flight_land),
      PROMISE_IN(ruled, a_change_before_the_flush_needs_no_second_fetch),
      PROMISE_IN(ruled, a_change_after_a_fetch_that_was_asked_for_in_its_turn_needs_a_second_one),
      PROMISE_IN(ruled, a_change_while_a_retry_waits_needs_no_fetch_but_the_retry),
      PROMISE_IN(ruled, a_change_during_a_try_that_fails_is_in_the_retrys_answer),
      PROMISE_IN(ruled, a_change_during_a_fetch_that_fails_for_good_is_fetched_again),
      PROMISE_IN(ruled, a_change_during_a_cancelled_fetch_stays_a_mark),
      PROMISE_IN(ruled, a_change_of_an_entry_without_an_answer_counts_for_a_fetch_in_flight_only),
      PROMISE_IN(ruled, a_change_during_an_unobserved_fetch_leaves_a_mark_and_fetches_nothing),
      PROMISE_IN(ruled, whoever_joins_a_fetch_that_a_change_overtook_gets_one_more),
      PROMISE_IN(ruled, what_trails_a_fetch_goes_with_the_last_observer),
      PROMISE(a_change_whose_refetch_is_cancelled_is_asked_for_a_little_later),
      PROMISE(a_change_whose_refetch_is_cancelled_again_is_asked_for_later_still),
      PROMISE(what_is_put_in_after_a_cancel_stands_until_the_write_should_be_done),
      PROMISE(what_is_put_in_while_the_page_is_hidden_stands_as_well),
      PROMISE(a_change_after_a_cancel_is_not_put_off_by_data_put_in),
      PROMISE(a_change_outlives_a_second_cancel_after_data_was_put_in),
      PROMISE(a_refetch_that_no_change_wanted_stays_cancelled),
      PROMISE(cancelling_what_waits_for_nothing_asks_for_nothing),
      PROMISE_IN(ruled, a_change_under_a_static_observer_is_asked_for_when_that_leaves),
      PROMISE_IN(ruled, a_change_under_a_static_observer_is_asked_for_when_it_is_static_no_more),
      PROMISE_IN(ruled, a_change_refetches_what_is_observed_and_marks_the_rest),
      PROMISE_IN(ruled, a_set_of_data_after_a_change_stands_against_the_fetch_in_flight),
      PROMISE_IN(ruled, a_change_after_set_data_marks_it),
      PROMISE_IN(ruled, a_change_outlives_a_server_that_is_away_longer_than_the_retries),
      PROMISE_IN(ruled, a_change_while_hidden_is_fetched_when_the_page_is_seen),
      PROMISE_IN(ruled, a_change_while_offline_is_fetched_when_the_network_is_back),
      PROMISE_IN(ruled, a_change_while_disabled_is_fetched_when_enabled),
      PROMISE_IN(ruled, a_marked_entry_notifies_its_observers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
