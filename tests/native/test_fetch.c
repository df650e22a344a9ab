/* One fetch: joined, retried, cancelled, left alone. */
#include "helper_world.h"

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

static void failures_are_counted_up_to_65535(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  tidemark_event failure = {.type = TIDEMARK_FETCH_FAILED,
                            .entry = entry,
                            .id = w->in_flight[entry],
                            .failure = {.retry_limit = INFINITY, .retry_delay = 0}};
  for (int i = 0; i < 65536; i++) {
    assert_int_equal(step(w, failure), TIDEMARK_OK);
    w->now++;
    flush(w);
    forget_trace(w);
  }
  assert_int_equal(failures(w, entry), 65535);
  assert_state(w, entry, "pending fetching");
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

static void cancel_as_error(struct world *w, uint32_t entry) {
  step(w, (tidemark_event){.type = TIDEMARK_CANCEL,
                           .list = {.entries = &entry, .count = 1, .no_revert = 1}});
}

static void cancelling_without_revert_is_an_error(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 0);
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  cancel_as_error(w, entry);
  expect(w, "SETTLE", "SETTLE tasks/1 #2 CANCELLED_ERROR");
  assert_state(w, entry, "error idle");
  assert_int_equal(failures(w, entry), 1);
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void cancelling_without_revert_ends_what_waits_for_the_network(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = mount(w, "tasks/1");
  cancel_as_error(w, entry);
  assert_state(w, entry, "error idle");
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1"); /* its observer comes back to what has failed */
}

static void cancelling_without_revert_leaves_what_is_idle_alone(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 0);
  cancel_as_error(w, entry);
  assert_state(w, entry, "success idle");
}

static void refetching_takes_what_nobody_observes_and_is_asked_for_the_first_time(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  expect(w, "FETCH SETTLE", "SETTLE tasks/1 #1 SUPERSEDED\nFETCH tasks/1 #2");
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
  online(w, 0);
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

static void a_refetch_for_the_last_observer_alone_does_not_start_without_it(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['tasks']]}]");
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  answer(w, entry);
  pass(w, SECOND);
  forget_trace(w);
  change(w, "{'resource':'task','id':'1'}");
  unobserve(w, observer);
  flush(w);
  expect(w, "SETTLE FETCH", "");
}

static void who_comes_and_goes_in_a_turn_is_fetched_for(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  unobserve(w, observe(w, entry, observing()));
  flush(w);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #1");
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
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

int main(void) {
  const struct CMUnitTest tests[] = {
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
      PROMISE(failures_are_counted_up_to_65535),
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
      PROMISE(cancelling_a_first_fetch_leaves_the_entry_pending_and_idle),
      PROMISE(cancelling_restores_an_error),
      PROMISE(cancelling_without_revert_is_an_error),
      PROMISE(cancelling_without_revert_ends_what_waits_for_the_network),
      PROMISE(cancelling_without_revert_leaves_what_is_idle_alone),
      PROMISE(refetching_takes_what_nobody_observes_and_is_asked_for_the_first_time),
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
      PROMISE(a_refetch_for_the_last_observer_alone_does_not_start_without_it),
      PROMISE(who_comes_and_goes_in_a_turn_is_fetched_for),
      PROMISE(one_of_two_observers_leaving_aborts_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
