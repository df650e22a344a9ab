/* Many changes: how often one entry is refetched for them, and what becomes of too many. */
#include <stdio.h>

#include "helper_stream.h"

enum { SPACING = 250, TASKS = 20 };

static const char RULES[] = "[{'on':'task','invalidate':[['tasks','$id']]}]";

static void change_task(struct world *w) {
  assert_true(change(w, "{'resource':'task','id':1}") >= 0);
  flush(w);
}

/* Observed and refetched for a change just now. */
static uint32_t refetched(struct world *w) {
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  change_task(w);
  answer(w, entry);
  forget_trace(w);
  return entry;
}

/* ---- Refetches of one entry ---------------------------------------------------------------- */

static void a_change_soon_after_a_refetch_waits_for_the_spacing(void **state) {
  struct world *w = *state;
  uint32_t entry = refetched(w);
  change_task(w);
  pass(w, SPACING - 1);
  expect_no_fetch(w);
  assert_true(is_marked(w, entry));
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_while_the_refetch_is_in_flight_waits_for_the_spacing_too(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  change_task(w);
  change_task(w);
  answer(w, entry);
  forget_trace(w);
  pass(w, SPACING - 1);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_after_the_spacing_is_refetched_at_once(void **state) {
  struct world *w = *state;
  refetched(w);
  pass(w, SPACING);
  change_task(w);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void whoever_asks_does_not_wait_for_the_spacing(void **state) {
  struct world *w = *state;
  uint32_t entry = refetched(w);
  change_task(w);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void an_invalidation_by_hand_does_not_wait_for_the_spacing(void **state) {
  struct world *w = *state;
  uint32_t entry = refetched(w);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void
a_wanted_fetch_keeps_the_spacing_while_one_observer_leaves_and_another_comes(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  change_task(w);
  answer(w, entry);
  fetch(w, entry);
  unobserve(w, observer);
  observe_for(w, entry, INFINITY);
  flush(w);
  answer(w, entry);
  forget_trace(w);
  change_task(w);
  pass(w, SPACING - 1);
  expect_no_fetch(w);
}

static void a_fetch_that_somebody_asked_for_spaces_nothing(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  shown(w, "tasks/1", INFINITY);
  change_task(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void
changes_that_never_end_are_refetched_once_a_spacing_and_the_last_one_is_seen(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  double before = stats(w).fetches;
  for (int i = 0; i < 1000; i++) {
    change_task(w);
    pass(w, 10);
    answer(w, entry);
  }
  pass(w, SPACING);
  answer(w, entry);
  double fetches = stats(w).fetches - before;
  assert_true(fetches >= 10 * SECOND / SPACING - 2 && fetches <= 10 * SECOND / SPACING + 2);
  assert_false(is_marked(w, entry));
}

/* ---- Storms -------------------------------------------------------------------------------- */

/* Answers whatever has been asked. */
static void answer_all(struct world *w, const uint32_t *entries) {
  for (int i = 0; i < TASKS; i++) {
    if (w->in_flight[entries[i]] != 0) {
      answer(w, entries[i]);
    }
  }
}

/* Ten a millisecond, over all tasks in turn. */
static void storm(struct world *w, const uint32_t *entries, int changes) {
  for (int i = 0; i < changes; i++) {
    task_changed(w, i % TASKS, i + 1, i);
    if (i % 10 == 9) {
      flush(w);
      pass(w, 1);
      answer_all(w, entries);
      forget_trace(w);
    }
  }
}

static void show_tasks(struct world *w, uint32_t *entries) {
  go_live(w, "e", 0);
  rules(w, RULES);
  for (int i = 0; i < TASKS; i++) {
    char notation[16];
    snprintf(notation, sizeof notation, "tasks/%d", i);
    entries[i] = shown(w, notation, INFINITY);
  }
}

static void a_storm_costs_few_refetches_and_none_is_lost(void **state) {
  struct world *w = *state;
  uint32_t entries[TASKS];
  show_tasks(w, entries);
  double before = stats(w).fetches;
  storm(w, entries, 10000);
  for (int i = 0; i < 100; i++) {
    pass(w, 100);
    answer_all(w, entries);
  }
  double refetches = stats(w).fetches - before;
  assert_true(refetches >= TASKS && refetches <= 8 * TASKS);
  for (int i = 0; i < TASKS; i++) {
    assert_false(is_marked(w, entries[i]));
  }
  assert_string_equal(position_text(w), "e:10000");
}

static void a_storm_takes_no_memory(void **state) {
  struct world *w = *state;
  uint32_t entries[TASKS];
  show_tasks(w, entries);
  storm(w, entries, 100);
  double before = stats(w).memory;
  storm(w, entries, 10000);
  assert_true(stats(w).memory == before);
}

static void beyond_the_limit_changes_are_folded_and_counted(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 5}});
  uint32_t entries[TASKS];
  show_tasks(w, entries);
  for (int i = 0; i < 8; i++) {
    task_changed(w, 1, i + 1, i);
  }
  assert_true(stats(w).changes == 5);
  assert_true(stats(w).messages_folded == 3);
  assert_true(is_marked(w, entries[2]));
}

static void what_was_folded_after_the_mark_is_marked_at_the_end_of_the_second(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  go_live(w, "e", 0);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 2, 1, 0);
  task_changed(w, 2, 2, 1);
  fetch(w, entry);
  flush(w);
  task_changed(w, 1, 3, 2);
  answer(w, entry);
  pass(w, SECOND);
  assert_true(is_marked(w, entry));
}

/* A gateway's own, between those of the log. */
static void what_was_folded_without_a_position_is_proved_by_none(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  go_live(w, "e", 0);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 2, 1, 0);
  task_changed(w, 2, 2, 1);
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:2");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'task','id':1}}");
  assert_false(is_marked(w, entry));
  pass(w, SECOND);
  assert_true(is_marked(w, entry));
}

/* An entry that was fetched after the first change that is folded, and changed by the next. */
static uint32_t changed_in_a_storm(struct world *w) {
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  go_live(w, "e", 0);
  rules(w, RULES);
  task_changed(w, 2, 1, 0);
  task_changed(w, 2, 2, 1);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 3, 2);
  forget_trace(w);
  return entry;
}

/* Its replica lags behind what was told only by the mark at the end of the second. */
static void a_lagging_answer_after_the_end_of_the_second_is_not_fresh(void **state) {
  struct world *w = *state;
  uint32_t entry = changed_in_a_storm(w);
  pass(w, SECOND);
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:2");
  assert_true(is_marked(w, entry));
}

static void an_answer_that_holds_what_was_folded_needs_no_mark(void **state) {
  struct world *w = *state;
  uint32_t entry = changed_in_a_storm(w);
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:3");
  pass(w, SECOND);
  assert_false(is_marked(w, entry));
}

static void a_fetch_that_starts_as_the_second_ends_holds_what_was_folded(void **state) {
  struct world *w = *state;
  uint32_t entry = changed_in_a_storm(w);
  on_entry(w, TIDEMARK_REFETCH, entry);
  w->now += SECOND;
  flush(w);
  answer(w, entry);
  assert_false(is_marked(w, entry));
}

static void a_second_that_ends_within_a_millisecond_ends_with_the_next_change(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  go_live(w, "e", 0);
  rules(w, RULES);
  pass(w, 0.5);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 2, 1, 0);
  task_changed(w, 2, 2, 1);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  answer_as_of(w, entry, "e:2");
  task_changed(w, 1, 3, 2);
  pass(w, SECOND + 0.25);
  task_changed(w, 2, 4, 3);
  assert_true(is_marked(w, entry));
}

static void while_something_folded_waits_nothing_is_live(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  go_live(w, "e", 0);
  rules(w, RULES);
  task_changed(w, 2, 1, 0);
  task_changed(w, 2, 2, 1);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  assert_int_equal(stream_status_of(w, entry), TIDEMARK_STREAM_LIVE);
  task_changed(w, 1, 3, 2);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
  assert_int_equal(stream_status_of(w, entry), TIDEMARK_STREAM_CATCHING_UP);
  pass(w, 10 * SECOND);
  answer(w, entry);
  assert_int_equal(stream_status_of(w, entry), TIDEMARK_STREAM_LIVE);
}

static void a_storm_that_only_just_began_is_not_said_twice(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  go_live(w, "e", 0);
  rules(w, RULES);
  task_changed(w, 2, 1, 0);
  double before = stats(w).resets;
  task_changed(w, 2, 2, 1);
  pass(w, 10 * SECOND);
  assert_true(stats(w).resets == before + 1);
}

static void disconnecting_in_a_storm_marks_what_was_folded_and_leaves_no_timer(void **state) {
  struct world *w = *state;
  uint32_t entry = changed_in_a_storm(w);
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  assert_true(is_marked(w, entry));
  pass(w, 10 * SECOND);
  answer(w, entry);
  assert_true(isinf(tidemark_next_deadline(w->cache)));
}

static void signing_out_in_a_storm_fetches_nothing_at_its_end(void **state) {
  struct world *w = *state;
  changed_in_a_storm(w);
  step(w, (tidemark_event){.type = TIDEMARK_FORGET});
  pass(w, 10 * SECOND);
  expect_no_fetch(w);
}

static void the_apps_own_changes_are_never_folded(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.changes_per_second = 1}});
  rules(w, RULES);
  cached(w, "tasks/1");
  for (int i = 0; i < 10; i++) {
    change_task(w);
  }
  assert_true(stats(w).marks == 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_change_soon_after_a_refetch_waits_for_the_spacing),
      PROMISE(a_change_while_the_refetch_is_in_flight_waits_for_the_spacing_too),
      PROMISE(a_change_after_the_spacing_is_refetched_at_once),
      PROMISE(whoever_asks_does_not_wait_for_the_spacing),
      PROMISE(an_invalidation_by_hand_does_not_wait_for_the_spacing),
      PROMISE(a_wanted_fetch_keeps_the_spacing_while_one_observer_leaves_and_another_comes),
      PROMISE(a_fetch_that_somebody_asked_for_spaces_nothing),
      PROMISE(changes_that_never_end_are_refetched_once_a_spacing_and_the_last_one_is_seen),
      PROMISE(a_storm_costs_few_refetches_and_none_is_lost),
      PROMISE(a_storm_takes_no_memory),
      PROMISE(beyond_the_limit_changes_are_folded_and_counted),
      PROMISE(what_was_folded_after_the_mark_is_marked_at_the_end_of_the_second),
      PROMISE(what_was_folded_without_a_position_is_proved_by_none),
      PROMISE(a_lagging_answer_after_the_end_of_the_second_is_not_fresh),
      PROMISE(an_answer_that_holds_what_was_folded_needs_no_mark),
      PROMISE(a_fetch_that_starts_as_the_second_ends_holds_what_was_folded),
      PROMISE(a_second_that_ends_within_a_millisecond_ends_with_the_next_change),
      PROMISE(while_something_folded_waits_nothing_is_live),
      PROMISE(a_storm_that_only_just_began_is_not_said_twice),
      PROMISE(disconnecting_in_a_storm_marks_what_was_folded_and_leaves_no_timer),
      PROMISE(signing_out_in_a_storm_fetches_nothing_at_its_end),
      PROMISE(the_apps_own_changes_are_never_folded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
