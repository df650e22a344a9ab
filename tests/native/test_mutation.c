/* Optimistic mutations: layers over answers, in any order of their ends. */
#include <stdio.h>

#include "helper_stream.h"

static const char RULES[] = "[{'on':'task','invalidate':[['tasks','$id'],['board']]}]";

/* ---- Layers -------------------------------------------------------------------------------- */

static void a_layer_replays_and_notifies(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  expect(w, "REPLAY NOTIFY FETCH", "REPLAY tasks/1\nNOTIFY tasks/1");
  assert_true(has_state(w, entry, TIDEMARK_STATE_LAYERED));
}

static void layers_stand_in_the_order_they_came(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  mutate(w, 2, entry);
  mutate(w, 3, entry);
  assert_string_equal(layers_text(w, entry), "1 2 3");
}

static void a_mutation_lays_one_layer_per_entry(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 1, entry);
  mutate(w, 2, entry);
  assert_int_equal(add_layer(w, mutation, entry), TIDEMARK_OK);
  assert_string_equal(layers_text(w, entry), "1 2");
}

static void a_mutation_may_lie_on_many_entries(void **state) {
  struct world *w = *state;
  uint32_t first = shown(w, "tasks/1", INFINITY);
  uint32_t second = shown(w, "tasks/2", INFINITY);
  uint32_t mutation = mutate(w, 1, first);
  add_layer(w, mutation, second);
  forget_trace(w);
  fail_mutation(w, mutation);
  assert_string_equal(layers_text(w, first), "");
  assert_string_equal(layers_text(w, second), "");
}

static void a_mutation_needs_no_layer(void **state) {
  struct world *w = *state;
  assert_int_equal(acknowledge(w, begin_mutation(w, 1)), TIDEMARK_OK);
  assert_int_equal(fail_mutation(w, begin_mutation(w, 2)), TIDEMARK_OK);
}

static void a_layer_may_lie_on_an_entry_without_an_answer(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  mutate(w, 1, entry);
  assert_string_equal(layers_text(w, entry), "1");
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

/* ---- Failing ------------------------------------------------------------------------------- */

static void a_failure_removes_its_own_layer_and_no_other(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  uint32_t middle = mutate(w, 2, entry);
  mutate(w, 3, entry);
  forget_trace(w);
  fail_mutation(w, middle);
  assert_string_equal(layers_text(w, entry), "1 3");
  expect(w, "REPLAY NOTIFY FOLD", "REPLAY tasks/1\nNOTIFY tasks/1");
}

static void a_failure_refetches_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  fail_mutation(w, mutate(w, 1, entry));
  flush(w);
  expect_no_fetch(w);
  assert_false(is_marked(w, entry));
}

static void the_first_of_two_failing_first_leaves_the_second(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t first = mutate(w, 1, entry);
  uint32_t second = mutate(w, 2, entry);
  fail_mutation(w, first);
  assert_string_equal(layers_text(w, entry), "2");
  fail_mutation(w, second);
  assert_string_equal(layers_text(w, entry), "");
}

static void failures_are_counted_as_rollbacks(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  fail_mutation(w, mutate(w, 1, entry));
  acknowledge(w, mutate(w, 2, entry));
  assert_true(stats(w).mutations == 2 && stats(w).rollbacks == 1);
}

/* ---- Succeeding ---------------------------------------------------------------------------- */

static void an_acknowledgement_refetches_what_is_active(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_acknowledged_layer_stays_until_an_answer_asked_for_later(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  assert_string_equal(layers_text(w, entry), "1");
  forget_trace(w);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "");
  assert_false(has_state(w, entry, TIDEMARK_STATE_LAYERED));
  expect(w, "REPLAY FOLD", "REPLAY tasks/1");
}

static void an_answer_asked_for_before_the_acknowledgement_takes_no_layer(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 1, entry);
  fetch(w, entry);
  flush(w);
  acknowledge(w, mutation);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "1");
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2\nFETCH tasks/1 #3");
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "");
}

static void an_answer_takes_no_pending_layer(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "1");
  expect(w, "REPLAY", "REPLAY tasks/1");
}

static void an_answer_takes_acknowledged_layers_from_between_pending_ones(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  uint32_t middle = mutate(w, 2, entry);
  mutate(w, 3, entry);
  acknowledge(w, middle);
  flush(w);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "1 3");
}

static void an_answer_that_is_not_shown_takes_no_layer(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  uint32_t entry = mount(w, "tasks/1");
  answer_as_of(w, entry, "e:10");
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  assert_int_equal(answer_as_of(w, entry, "e:9"), TIDEMARK_LANDING_OLDER);
  assert_string_equal(layers_text(w, entry), "1");
}

static void a_failed_refetch_leaves_an_acknowledged_layer(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  fail_fetch(w, entry, 0);
  assert_string_equal(layers_text(w, entry), "1");
}

static void an_acknowledgement_and_its_change_in_one_turn_make_one_fetch_per_key(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  shown(w, "board", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  change(w, "{'resource':'task','id':1}");
  flush(w);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #3\nFETCH board #4");
}

static void data_set_under_a_pending_layer_becomes_the_base(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  forget_trace(w);
  set_data(w, entry);
  assert_string_equal(layers_text(w, entry), "1");
  expect(w, "REPLAY", "REPLAY tasks/1");
}

/* ---- Folding ------------------------------------------------------------------------------- */

static void an_inactive_entry_takes_an_acknowledged_layer_into_its_base(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t mutation = mutate(w, 1, entry);
  forget_trace(w);
  acknowledge(w, mutation);
  expect(w, "FOLD REPLAY", "FOLD tasks/1 m1\nREPLAY tasks/1");
  assert_string_equal(layers_text(w, entry), "");
}

static void a_folded_entry_stays_marked_until_somebody_looks(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  expect_no_fetch(w);
  assert_true(is_marked(w, entry));
  observe_for(w, entry, INFINITY);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_layer_above_a_pending_one_waits_before_it_folds(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t first = mutate(w, 1, entry);
  uint32_t second = mutate(w, 2, entry);
  acknowledge(w, second);
  expect(w, "FOLD", "");
  acknowledge(w, first);
  expect(w, "FOLD", "FOLD tasks/1 m1\nFOLD tasks/1 m2");
}

static void a_layer_above_one_that_fails_folds_then(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t first = mutate(w, 1, entry);
  acknowledge(w, mutate(w, 2, entry));
  forget_trace(w);
  fail_mutation(w, first);
  expect(w, "FOLD REPLAY", "FOLD tasks/1 m2\nREPLAY tasks/1");
}

static void a_fold_drained_one_effect_at_a_time_is_whole(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t first = mutate(w, 1, entry);
  acknowledge(w, mutate(w, 2, entry));
  forget_trace(w);
  w->drain_capacity = 1;
  acknowledge(w, first);
  expect(w, "FOLD REPLAY NOTIFY",
         "FOLD tasks/1 m1\nFOLD tasks/1 m2\nREPLAY tasks/1\nNOTIFY tasks/1");
}

static void a_fold_waits_for_what_is_in_flight_however_that_ends(void **state) {
  struct world *w = *state;
  for (int way = 0; way < 3; way++) {
    restart(w, (tidemark_options){.seed = 1});
    uint32_t entry = cached(w, "tasks/1");
    fetch(w, entry);
    flush(w);
    acknowledge(w, mutate(w, 1, entry));
    expect(w, "FOLD", "");
    if (way == 0) {
      answer(w, entry);
    } else if (way == 1) {
      fail_fetch(w, entry, 0);
    } else {
      on_entry(w, TIDEMARK_CANCEL, entry);
    }
    expect(w, "SETTLE FOLD",
           way == 0   ? "SETTLE tasks/1 #2 SUCCESS\nFOLD tasks/1 m1"
           : way == 1 ? "SETTLE tasks/1 #2 ERROR\nFOLD tasks/1 m1"
                      : "SETTLE tasks/1 #2 CANCELLED\nFOLD tasks/1 m1");
    w->fetches = 0;
  }
}

static void the_last_observer_leaving_folds_what_is_acknowledged(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  expect(w, "FOLD", "");
  unobserve_aborting(w, observer);
  expect(w, "FOLD", "FOLD tasks/1 m1");
}

static void the_last_enabled_observer_leaving_a_disabled_one_folds_too(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t enabled = observe_for(w, entry, INFINITY);
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, entry, options);
  acknowledge(w, mutate(w, 1, entry));
  unobserve(w, enabled);
  expect(w, "FOLD", "FOLD tasks/1 m1");
}

static void one_of_two_observers_leaving_folds_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  observe_for(w, entry, INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  unobserve(w, observer);
  expect(w, "FOLD", "");
  assert_string_equal(layers_text(w, entry), "1");
}

static void disabling_the_last_observer_folds_what_is_acknowledged(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  tidemark_observer_options options = observing();
  options.enabled = 0;
  set_observer(w, observer, entry, options);
  flush(w);
  expect(w, "FOLD", "FOLD tasks/1 m1");
}

static void a_static_entry_folds_as_no_answer_is_to_come(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", TIDEMARK_STATIC);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  expect(w, "FOLD FETCH", "FOLD tasks/1 m1");
}

static void an_entry_is_fetched_by_whoever_comes_between_acknowledgement_and_answer(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  acknowledge(w, mutate(w, 1, entry));
  observe_for(w, entry, INFINITY);
  answer(w, entry);
  flush(w);
  assert_true(is_marked(w, entry));
  answer(w, entry);
  assert_false(is_marked(w, entry));
}

/* ---- Life and limits ----------------------------------------------------------------------- */

static void a_reported_mutations_handle_is_void(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t done = mutate(w, 1, entry);
  acknowledge(w, done);
  assert_int_equal(acknowledge(w, done), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(fail_mutation(w, done), TIDEMARK_ERROR_HANDLE);
  assert_int_equal(add_layer(w, done, entry), TIDEMARK_ERROR_HANDLE);
  uint32_t refused = mutate(w, 2, entry);
  fail_mutation(w, refused);
  assert_int_equal(acknowledge(w, refused), TIDEMARK_ERROR_HANDLE);
}

static void a_serial_of_zero_is_refused(void **state) {
  struct world *w = *state;
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_MUTATION_BEGIN}),
                   TIDEMARK_ERROR_EVENT);
}

static void layers_beyond_their_limit_are_refused(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.layers_per_entry = 2}});
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  mutate(w, 2, entry);
  uint32_t third = begin_mutation(w, 3);
  assert_int_equal(add_layer(w, third, entry), TIDEMARK_ERROR_FULL);
  assert_string_equal(layers_text(w, entry), "1 2");
  assert_int_equal(fail_mutation(w, third), TIDEMARK_OK);
}

static void an_entry_under_a_layer_is_not_collected(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t mutation = mutate(w, 1, entry);
  pass(w, 60 * MINUTE);
  expect(w, "DROP", "");
  fail_mutation(w, mutation);
  pass(w, 5 * MINUTE);
  expect(w, "DROP", "DROP tasks/1");
}

static void an_entry_that_took_its_last_layer_in_is_collected_after_its_gc_time(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t mutation = mutate(w, 1, entry);
  pass(w, 60 * MINUTE);
  acknowledge(w, mutation);
  pass(w, 5 * MINUTE - 1);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void removing_an_entry_takes_its_layers_along(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t other = cached(w, "tasks/2");
  uint32_t mutation = mutate(w, 1, entry);
  add_layer(w, mutation, other);
  on_entry(w, TIDEMARK_REMOVE, entry);
  expect(w, "DROP", "DROP tasks/1");
  assert_int_equal(build(w, "tasks/1") > 0, 1);
  assert_string_equal(layers_text(w, other), "1");
  assert_int_equal(fail_mutation(w, mutation), TIDEMARK_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_layer_replays_and_notifies),
      PROMISE(layers_stand_in_the_order_they_came),
      PROMISE(a_mutation_lays_one_layer_per_entry),
      PROMISE(a_mutation_may_lie_on_many_entries),
      PROMISE(a_mutation_needs_no_layer),
      PROMISE(a_layer_may_lie_on_an_entry_without_an_answer),
      PROMISE(a_failure_removes_its_own_layer_and_no_other),
      PROMISE(a_failure_refetches_nothing),
      PROMISE(the_first_of_two_failing_first_leaves_the_second),
      PROMISE(failures_are_counted_as_rollbacks),
      PROMISE(an_acknowledgement_refetches_what_is_active),
      PROMISE(an_acknowledged_layer_stays_until_an_answer_asked_for_later),
      PROMISE(an_answer_asked_for_before_the_acknowledgement_takes_no_layer),
      PROMISE(an_answer_takes_no_pending_layer),
      PROMISE(an_answer_takes_acknowledged_layers_from_between_pending_ones),
      PROMISE(an_answer_that_is_not_shown_takes_no_layer),
      PROMISE(a_failed_refetch_leaves_an_acknowledged_layer),
      PROMISE(an_acknowledgement_and_its_change_in_one_turn_make_one_fetch_per_key),
      PROMISE(data_set_under_a_pending_layer_becomes_the_base),
      PROMISE(an_inactive_entry_takes_an_acknowledged_layer_into_its_base),
      PROMISE(a_folded_entry_stays_marked_until_somebody_looks),
      PROMISE(a_layer_above_a_pending_one_waits_before_it_folds),
      PROMISE(a_layer_above_one_that_fails_folds_then),
      PROMISE(a_fold_drained_one_effect_at_a_time_is_whole),
      PROMISE(a_fold_waits_for_what_is_in_flight_however_that_ends),
      PROMISE(the_last_observer_leaving_folds_what_is_acknowledged),
      PROMISE(the_last_enabled_observer_leaving_a_disabled_one_folds_too),
      PROMISE(one_of_two_observers_leaving_folds_nothing),
      PROMISE(disabling_the_last_observer_folds_what_is_acknowledged),
      PROMISE(a_static_entry_folds_as_no_answer_is_to_come),
      PROMISE(an_entry_is_fetched_by_whoever_comes_between_acknowledgement_and_answer),
      PROMISE(a_reported_mutations_handle_is_void),
      PROMISE(a_serial_of_zero_is_refused),
      PROMISE(layers_beyond_their_limit_are_refused),
      PROMISE(an_entry_under_a_layer_is_not_collected),
      PROMISE(an_entry_that_took_its_last_layer_in_is_collected_after_its_gc_time),
      PROMISE(removing_an_entry_takes_its_layers_along),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
