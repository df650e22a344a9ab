/* Positions in the stream: what an answer says it holds, and what of that counts. */
#include "helper_stream.h"

static const char RULES[] =
    "[{'on':'task','invalidate':[['tasks','$id']]},{'on':'all','invalidate':[['tasks']]}]";

/* The same, live at position 10 of the epoch "e". */
static int live_and_ruled(void **state) {
  return live(state) < 0 || rules(*state, RULES) < 0 ? -1 : 0;
}

/* A change without a position, as the app's own mutations and plain servers report it. */
static void change_task(struct world *w) {
  assert_true(change(w, "{'resource':'task','id':1}") >= 0);
}

/* ---- Positions ----------------------------------------------------------------------------- */

static void an_answer_as_of_the_change_or_later_is_fresh(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  answer_as_of(w, entry, "e:11");
  assert_false(is_marked(w, entry));
}

static void a_change_during_a_first_fetch_that_fails_for_good_is_asked_for_again(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  fail_fetch(w, entry, 0);
  flush(w);
  fail_fetch(w, entry, 0);
  forget_trace(w);
  pass(w, MINUTE);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_before_restored_data_is_later_than_that(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.keep_changes = 1}});
  assert_true(is_marked(w, entry));
}

static void an_answer_under_way_that_holds_the_change_is_not_asked_for_again(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  task_changed(w, 1, 11, 10);
  answer_as_of(w, entry, "e:11");
  flush(w);
  expect_no_fetch(w);
  assert_false(is_marked(w, entry));
}

static void an_answer_under_way_that_lacks_the_change_is_asked_for_again_at_once(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  task_changed(w, 1, 11, 10);
  answer_as_of(w, entry, "e:10");
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_change_that_the_answer_shown_holds_marks_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:11");
  forget_trace(w);
  task_changed(w, 1, 11, 10);
  flush(w);
  expect_no_fetch(w);
  assert_false(is_marked(w, entry));
}

static void a_change_beyond_the_answer_shown_marks_it(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:11");
  task_changed(w, 1, 11, 10);
  task_changed(w, 1, 12, 11);
  assert_true(is_marked(w, entry));
}

static void a_lagging_answer_is_shown_but_stays_stale(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  assert_int_equal(answer_as_of(w, entry, "e:10"), TIDEMARK_LANDING_SHOWN);
  assert_true(is_marked(w, entry));
}

static void a_lagging_answer_is_asked_for_again_after_a_wait(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  forget_trace(w);
  answer_as_of(w, entry, "e:10");
  pass(w, 100);
  expect_no_fetch(w);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void the_wait_for_a_lagging_server_grows(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  int fetches = 0;
  for (double end = w->now + 10 * MINUTE; w->now < end; pass(w, 100)) {
    if (has_state(w, entry, TIDEMARK_FETCH_STATUS_FETCHING)) {
      answer_as_of(w, entry, "e:10");
      fetches++;
    }
  }
  assert_in_range(fetches, 5, 40);
}

static void a_lagging_answer_that_nobody_observes_is_not_asked_for_again(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:10");
  forget_trace(w);
  pass(w, MINUTE);
  expect_no_fetch(w);
  assert_true(is_marked(w, entry));
}

static void an_answer_older_by_position_than_what_is_shown_is_not_shown(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:20");
  fetch(w, entry);
  flush(w);
  assert_int_equal(answer_as_of(w, entry, "e:19"), TIDEMARK_LANDING_OLDER);
}

static void an_answer_at_the_position_of_what_is_shown_replaces_it(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:10");
  change_task(w);
  flush(w);
  assert_int_equal(answer_as_of(w, entry, "e:10"), TIDEMARK_LANDING_SHOWN);
  assert_false(is_marked(w, entry));
}

static void an_answer_that_is_too_old_to_be_shown_is_asked_for_again(void **state) {
  struct world *w = *state;
  go_live(w, "e", 20);
  rules(w, RULES);
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:20");
  task_changed(w, 1, 21, 20);
  flush(w);
  forget_trace(w);
  assert_int_equal(answer_as_of(w, entry, "e:19"), TIDEMARK_LANDING_OLDER);
  pass(w, 5 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void an_answer_without_a_position_counts_by_when_it_was_asked_for(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  answer(w, entry);
  assert_false(is_marked(w, entry));
}

static void a_position_of_another_epoch_counts_for_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  answer_as_of(w, entry, "other:99");
  assert_true(is_marked(w, entry));
}

static void a_position_that_is_none_counts_for_nothing(void **state) {
  struct world *w = *state;
  static const char *const BAD[] = {
      "",      "e",     "e:",    ":11",   "11",
      "e:-11", "e:11x", "e:1e3", "e: 11", "e:99999999999999999999999999"};
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
    uint32_t entry = mount(w, "tasks/1");
    change_task(w);
    assert_int_equal(answer_as_of(w, entry, BAD[i]), TIDEMARK_LANDING_SHOWN);
    assert_true(is_marked(w, entry));
    on_entry(w, TIDEMARK_RESET, entry);
  }
}

static void a_change_without_a_position_is_not_proved_by_one(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  change_task(w);
  answer_as_of(w, entry, "e:999");
  assert_true(is_marked(w, entry));
}

static void an_epoch_may_hold_colons(void **state) {
  struct world *w = *state;
  go_live(w, "a:b", 10);
  rules(w, RULES);
  uint32_t entry = mount(w, "tasks/1");
  frame(w, "{'type':'cache_invalidate','epoch':'a:b','seq':11,'prev':10,"
           "'data':{'resource':'task','id':1}}");
  answer_as_of(w, entry, "a:b:11");
  assert_false(is_marked(w, entry));
}

static void set_data_takes_a_position_away_with_the_answer(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:20");
  set_data(w, entry);
  task_changed(w, 1, 11, 10);
  assert_true(is_marked(w, entry));
}

static void a_position_heard_before_the_stream_is_connected_counts_in_that_epoch(void **state) {
  struct world *w = *state;
  uint32_t same = mount(w, "tasks/1");
  answer_as_of(w, same, "e:10");
  uint32_t older = mount(w, "tasks/2");
  answer_as_of(w, older, "e:9");
  go_live(w, "e", 10);
  assert_false(is_marked(w, same));
  assert_true(is_marked(w, older));
}

static void a_reset_marks_nothing_that_holds_its_position_already(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  uint32_t newer = mount(w, "tasks/1");
  answer_as_of(w, newer, "e:60");
  uint32_t older = mount(w, "tasks/2");
  answer_as_of(w, older, "e:49");
  reconnect(w, "e", 50, 0);
  assert_false(is_marked(w, newer));
  assert_true(is_marked(w, older));
}

/* ---- Epochs -------------------------------------------------------------------------------- */

static void a_new_epoch_marks_everything(void **state) {
  struct world *w = *state;
  go_live(w, "old", 10);
  uint32_t active = shown(w, "tasks/1", INFINITY);
  uint32_t inactive = cached(w, "tasks/2");
  reconnect(w, "new", 3, 0);
  assert_true(is_marked(w, active));
  assert_true(is_marked(w, inactive));
}

static void positions_of_the_old_epoch_prove_nothing_in_the_new(void **state) {
  struct world *w = *state;
  go_live(w, "old", 10);
  rules(w, RULES);
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "old:1000");
  reconnect(w, "new", 3, 0);
  pass(w, 3 * SECOND);
  answer_as_of(w, entry, "new:3");
  assert_false(is_marked(w, entry));
  frame(w, "{'type':'cache_invalidate','epoch':'new','seq':4,'prev':3,"
           "'data':{'resource':'task','id':1}}");
  assert_true(is_marked(w, entry));
}

static void an_answer_under_way_across_epochs_is_asked_for_again(void **state) {
  struct world *w = *state;
  go_live(w, "old", 10);
  uint32_t entry = mount(w, "tasks/1");
  reconnect(w, "new", 3, 0);
  forget_trace(w);
  answer_as_of(w, entry, "old:10");
  assert_true(is_marked(w, entry));
  pass(w, 10 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_answer_of_the_new_epoch_is_fresh_after_the_reset_it_covers(void **state) {
  struct world *w = *state;
  go_live(w, "old", 10);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  reconnect(w, "new", 3, 0);
  pass(w, MINUTE);
  answer_as_of(w, entry, "new:3");
  assert_false(is_marked(w, entry));
}

static void an_answer_of_the_new_epoch_older_than_the_reset_is_asked_for_again(void **state) {
  struct world *w = *state;
  go_live(w, "old", 10);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  reconnect(w, "new", 3, 0);
  pass(w, MINUTE);
  forget_trace(w);
  answer_as_of(w, entry, "new:2");
  assert_true(is_marked(w, entry));
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

/* A change that the answer shown was known to hold by a position of the old epoch. */
static void what_a_new_epoch_unproves_is_refetched_although_the_socket_breaks_before_more_is_said(
    void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = mount(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  answer_as_of(w, entry, "e:11");
  flush(w);
  assert_false(is_marked(w, entry));
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "new", 3);
  socket_closed(w, 1006);
  assert_true(is_marked(w, entry));
  forget_trace(w);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

/* ---- Epochs that answers tell of ------------------------------------------------------------ */

/* Shown as of e:10, asked for again and answered by a server that has begun anew. */
static int answer_of_a_new_epoch(struct world *w, uint32_t entry) {
  fetch(w, entry);
  flush(w);
  return answer_as_of(w, entry, "new:3");
}

static uint32_t shown_as_of_10(struct world *w) {
  go_live(w, "e", 10);
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:10");
  return entry;
}

static void a_stream_that_was_refused_keeps_no_answer_of_a_new_epoch_away(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  socket_closed(w, 4403);
  assert_int_equal(answer_of_a_new_epoch(w, entry), TIDEMARK_LANDING_SHOWN);
  assert_false(is_marked(w, entry));
}

static void a_lost_connection_keeps_no_answer_of_a_new_epoch_away(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  socket_closed(w, 1006);
  assert_int_equal(answer_of_a_new_epoch(w, entry), TIDEMARK_LANDING_SHOWN);
  assert_false(is_marked(w, entry));
}

static void an_epoch_that_was_left_stays_left_while_nobody_is_connected(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  socket_closed(w, 1006);
  answer_of_a_new_epoch(w, entry);
  fetch(w, entry);
  flush(w);
  assert_int_equal(answer_as_of(w, entry, "e:11"), TIDEMARK_LANDING_OLDER);
}

/* Asked for by hand and answered so: what is fetched afterwards, and what is warned of. */
static void answered_as_of(struct world *w, uint32_t entry, const char *as_of) {
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  answer_as_of(w, entry, as_of);
  pass(w, 60 * MINUTE);
}

static void a_position_of_an_epoch_that_never_was_is_not_asked_for_again(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  answered_as_of(w, entry, "elsewhere:3");
  assert_false(is_marked(w, entry));
  expect(w, "FETCH", "");
}

static void it_is_warned_of(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  answer_as_of(w, entry, "elsewhere:3");
  expect(w, "WARN", "WARN EPOCH");
}

static void what_was_asked_for_before_a_change_is_asked_for_again_all_the_same(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  answer_as_of(w, entry, "elsewhere:99");
  assert_true(is_marked(w, entry));
}

static void an_epoch_that_only_an_answer_told_of_is_none_of_the_streams(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "elsewhere:3");
  go_live(w, "e", 10);
  answered_as_of(w, entry, "elsewhere:3");
  assert_false(is_marked(w, entry));
  expect(w, "FETCH", "");
}

static void without_a_stream_two_epochs_of_answers_do_not_chase_each_other(void **state) {
  struct world *w = *state;
  uint32_t one = mount(w, "tasks/1");
  uint32_t two = mount(w, "tasks/2");
  answer_as_of(w, one, "elsewhere:3");
  answer_as_of(w, two, "nowhere:3");
  answered_as_of(w, one, "elsewhere:4");
  assert_false(is_marked(w, one));
  expect(w, "FETCH", "");
}

static void what_was_none_of_the_streams_is_not_taken_for_it_when_the_socket_breaks(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  answered_as_of(w, entry, "elsewhere:3");
  socket_closed(w, 1006);
  answered_as_of(w, entry, "elsewhere:4");
  assert_string_equal(position_text(w), "e:10");
}

static void an_epoch_that_the_stream_has_left_lacks_what_came_after_it(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  reconnect(w, "new", 12, 0);
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:11");
  assert_true(is_marked(w, entry));
}

/* The epoch is the server's, but nobody was told what happened in it. */
static void a_connection_after_an_answer_told_the_epoch_resumes_nowhere(void **state) {
  struct world *w = *state;
  uint32_t entry = shown_as_of_10(w);
  socket_closed(w, 1006);
  answer_of_a_new_epoch(w, entry);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "new", 5);
  assert_string_equal(position_text(w), "none");
  subscribed(w, "new", 5, 0, "[]");
  assert_true(is_marked(w, entry));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE_IN(live_and_ruled, an_answer_as_of_the_change_or_later_is_fresh),
      PROMISE_IN(live_and_ruled,
                 a_change_during_a_first_fetch_that_fails_for_good_is_asked_for_again),
      PROMISE_IN(live_and_ruled, a_change_before_restored_data_is_later_than_that),
      PROMISE_IN(live_and_ruled, an_answer_under_way_that_holds_the_change_is_not_asked_for_again),
      PROMISE_IN(live_and_ruled,
                 an_answer_under_way_that_lacks_the_change_is_asked_for_again_at_once),
      PROMISE_IN(live_and_ruled, a_change_that_the_answer_shown_holds_marks_nothing),
      PROMISE_IN(live_and_ruled, a_change_beyond_the_answer_shown_marks_it),
      PROMISE_IN(live_and_ruled, a_lagging_answer_is_shown_but_stays_stale),
      PROMISE_IN(live_and_ruled, a_lagging_answer_is_asked_for_again_after_a_wait),
      PROMISE_IN(live_and_ruled, the_wait_for_a_lagging_server_grows),
      PROMISE(
          what_a_new_epoch_unproves_is_refetched_although_the_socket_breaks_before_more_is_said),
      PROMISE_IN(live_and_ruled, a_lagging_answer_that_nobody_observes_is_not_asked_for_again),
      PROMISE(an_answer_older_by_position_than_what_is_shown_is_not_shown),
      PROMISE_IN(live_and_ruled, an_answer_at_the_position_of_what_is_shown_replaces_it),
      PROMISE(an_answer_that_is_too_old_to_be_shown_is_asked_for_again),
      PROMISE_IN(live_and_ruled, an_answer_without_a_position_counts_by_when_it_was_asked_for),
      PROMISE_IN(live_and_ruled, a_position_of_another_epoch_counts_for_nothing),
      PROMISE_IN(live_and_ruled, a_position_that_is_none_counts_for_nothing),
      PROMISE_IN(live_and_ruled, a_change_without_a_position_is_not_proved_by_one),
      PROMISE(an_epoch_may_hold_colons),
      PROMISE_IN(live_and_ruled, set_data_takes_a_position_away_with_the_answer),
      PROMISE(a_position_heard_before_the_stream_is_connected_counts_in_that_epoch),
      PROMISE(a_reset_marks_nothing_that_holds_its_position_already),
      PROMISE(a_new_epoch_marks_everything),
      PROMISE(positions_of_the_old_epoch_prove_nothing_in_the_new),
      PROMISE(an_answer_under_way_across_epochs_is_asked_for_again),
      PROMISE(an_answer_of_the_new_epoch_is_fresh_after_the_reset_it_covers),
      PROMISE(an_answer_of_the_new_epoch_older_than_the_reset_is_asked_for_again),
      PROMISE(a_stream_that_was_refused_keeps_no_answer_of_a_new_epoch_away),
      PROMISE(a_lost_connection_keeps_no_answer_of_a_new_epoch_away),
      PROMISE(an_epoch_that_was_left_stays_left_while_nobody_is_connected),
      PROMISE(a_connection_after_an_answer_told_the_epoch_resumes_nowhere),
      PROMISE(a_position_of_an_epoch_that_never_was_is_not_asked_for_again),
      PROMISE(it_is_warned_of),
      PROMISE_IN(live_and_ruled,
                 what_was_asked_for_before_a_change_is_asked_for_again_all_the_same),
      PROMISE(an_epoch_that_only_an_answer_told_of_is_none_of_the_streams),
      PROMISE(without_a_stream_two_epochs_of_answers_do_not_chase_each_other),
      PROMISE(what_was_none_of_the_streams_is_not_taken_for_it_when_the_socket_breaks),
      PROMISE(an_epoch_that_the_stream_has_left_lacks_what_came_after_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
