/* Optimistic mutations: layers over answers, in any order of their ends. */
#include <stdio.h>
#include <string.h>

#include "helper_stream.h"

static const char RULES[] = "[{'on':'task','invalidate':[['tasks','$id'],['board']]}]";

/* The layers of an entry as serials, lowest first: "1 3". */
static const char *layers_text(struct world *w, uint32_t entry) {
  static char text[256];
  size_t length = 0;
  uint32_t *mutations;
  int count = tidemark_layers(w->cache, entry, &mutations);
  assert_true(count >= 0);
  text[0] = '\0';
  for (int i = 0; i < count; i++) {
    length += (size_t)snprintf(text + length, sizeof text - length, "%s%u", i == 0 ? "" : " ",
                               w->serials[mutations[i]]);
  }
  return text;
}

static uint32_t mutate(struct world *w, uint32_t serial, uint32_t entry) {
  uint32_t mutation = begin_mutation(w, serial);
  assert_int_equal(add_layer(w, mutation, entry), TIDEMARK_OK);
  return mutation;
}

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

/* ---- The echo ------------------------------------------------------------------------------ */

static void echo(struct world *w, const char *mutation, int seq) {
  char text[256];
  snprintf(text, sizeof text,
           "{'type':'cache_invalidate','epoch':'e','seq':%d,'prev':%d,"
           "'data':{'resource':'task','id':1,'mutation':'%s'}}",
           seq, seq - 1, mutation);
  frame(w, text);
}

static void an_echo_after_the_acknowledgement_causes_no_second_fetch(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1029384756, entry));
  flush(w);
  echo(w, "me.1029384756", 11);
  answer(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  assert_false(is_marked(w, entry));
}

static void an_echo_after_the_answer_causes_no_second_fetch(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  answer(w, entry);
  echo(w, "me.1", 11);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_echo_before_the_acknowledgement_causes_the_only_fetch(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  flush(w);
  acknowledge(w, mutation);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  answer(w, entry);
  flush(w);
  expect_no_fetch(w);
  assert_false(is_marked(w, entry));
}

static void an_answer_asked_for_after_the_echo_ends_the_layer(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  flush(w);
  answer(w, entry);
  acknowledge(w, mutation);
  flush(w);
  assert_string_equal(layers_text(w, entry), "");
}

static void an_echo_refetches_what_the_mutation_had_no_layer_on(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  shown(w, "board", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  forget_trace(w);
  echo(w, "me.7", 11);
  flush(w);
  expect(w, "FETCH", "FETCH board #4");
}

static void an_echo_that_the_answer_cannot_hold_yet_is_asked_for_again(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  answer_as_of(w, entry, "e:10");
  forget_trace(w);
  echo(w, "me.7", 11);
  assert_true(is_marked(w, entry));
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void the_change_of_anothers_mutation_is_a_change_like_any(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  answer(w, entry);
  static const char *const OTHERS[] = {"you.7", "me.8",  "mee.7", "me7",
                                       "me.",   "me.7x", "7",     "me.4294967303"}; /* 7 + 2^32 */
  for (int i = 0; i < 8; i++) {
    forget_trace(w);
    echo(w, OTHERS[i], 11 + i);
    flush(w);
    assert_true(is_marked(w, entry));
    answer(w, entry);
  }
}

static void an_echo_does_not_swallow_the_change_of_another(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  answer(w, entry);
  echo(w, "you.3", 11);
  echo(w, "me.7", 12);
  flush(w);
  assert_true(is_marked(w, entry));
  expect(w, "FETCH", "FETCH tasks/1 #2\nFETCH tasks/1 #3");
}

static void a_mutation_that_fails_after_its_echo_was_done_all_the_same(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  flush(w);
  assert_int_equal(fail_mutation(w, mutation), TIDEMARK_OK);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "");
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

/* ---- Any order, against a model that tells the truth --------------------------------------- */

/*
 * A model of the caller and its server with one entry. A mutation adds its number to a set: the
 * server's when it is done, the base by FOLD, the view by its layer. Whatever happens, the view
 * must hold every mutation that was begun and did not fail, and no other.
 */
enum { MODEL_MUTATIONS = 64 };

struct model {
  struct world *w;
  uint32_t entry;
  uint32_t observer;                 /* 0: nobody looks */
  uint32_t pending[MODEL_MUTATIONS]; /* handle by number; 0: ended */
  uint32_t begun;
  uint64_t server, base, in_flight, failed; /* sets */
};

/* Takes over what the trace says, as a caller does. */
static void follow(struct model *m) {
  struct world *w = m->w;
  w->trace[w->trace_length] = '\0';
  for (const char *line = w->trace; *line != '\0'; line = strchr(line, '\n') + 1) {
    unsigned serial;
    if (sscanf(line, "FOLD item m%u", &serial) == 1) {
      m->base |= 1ULL << (serial - 1);
    } else if (strncmp(line, "FETCH", 5) == 0) {
      m->in_flight = m->server;
    }
  }
  forget_trace(w);
}

static void check_view(struct model *m) {
  uint64_t view = m->base;
  uint32_t *mutations;
  int count = tidemark_layers(m->w->cache, m->entry, &mutations);
  uint32_t last = 0;
  for (int i = 0; i < count; i++) {
    uint32_t serial = m->w->serials[mutations[i]];
    assert_true(serial > last);
    last = serial;
    view |= 1ULL << (serial - 1);
  }
  uint64_t begun = m->begun == 64 ? UINT64_MAX : (1ULL << m->begun) - 1;
  assert_int_equal(view, begun & ~m->failed);
}

static void end_one(struct model *m, uint32_t number, int succeeds) {
  if (m->pending[number] == 0) {
    return;
  }
  if (succeeds) {
    m->server |= 1ULL << number;
    acknowledge(m->w, m->pending[number]);
  } else {
    m->failed |= 1ULL << number;
    fail_mutation(m->w, m->pending[number]);
  }
  m->pending[number] = 0;
}

static void look_or_leave(struct model *m, uint64_t *random) {
  if (m->observer == 0) {
    m->observer = observe_for(m->w, m->entry, INFINITY);
  } else if (test_random_below(random, 2) == 0) {
    unobserve(m->w, m->observer);
    m->observer = 0;
  } else {
    unobserve_aborting(m->w, m->observer);
    m->observer = 0;
  }
}

static void land(struct model *m) {
  if (answer(m->w, m->entry) == TIDEMARK_LANDING_SHOWN) {
    m->base = m->in_flight;
  }
}

static void begin_one(struct model *m) {
  if (m->begun < MODEL_MUTATIONS) {
    m->pending[m->begun] = mutate(m->w, m->begun + 1, m->entry);
    m->begun++;
  }
}

static void act(struct model *m, uint64_t *random) {
  switch (test_random_below(random, 8)) {
  case 0:
  case 1:
    begin_one(m);
    return;
  case 2:
  case 3:
    end_one(m, test_random_below(random, MODEL_MUTATIONS), test_random_below(random, 3) > 0);
    return;
  case 4:
    look_or_leave(m, random);
    return;
  case 5:
    flush(m->w);
    return;
  case 6:
    land(m);
    return;
  default:
    switch (test_random_below(random, 4)) {
    case 0:
      fail_fetch(m->w, m->entry, 1);
      return;
    case 1:
      on_entry(m->w, TIDEMARK_CANCEL, m->entry);
      return;
    case 2:
      invalidate(m->w, m->entry, TIDEMARK_REFETCH_ACTIVE);
      return;
    default:
      fetch(m->w, m->entry);
      return;
    }
  }
}

static struct model start_model(struct world *w) {
  struct model m = {.w = w, .entry = build_for(w, "item", INFINITY)};
  fetch(w, m.entry);
  flush(w);
  land(&m);
  forget_trace(w);
  return m;
}

static void an_answer_asked_for_before_a_fold_does_not_undo_it(void **state) {
  struct world *w = *state;
  struct model m = start_model(w);
  begin_one(&m);
  fetch(w, m.entry);
  flush(w);
  follow(&m);
  end_one(&m, 0, 1);
  follow(&m);
  land(&m);
  follow(&m);
  check_view(&m);
}

static void run_model(uint64_t seed) {
  void *state;
  world_setup(&state);
  struct model m = start_model(state);
  uint64_t random = seed;
  for (int i = 0; i < 150; i++) {
    act(&m, &random);
    follow(&m);
    check_view(&m);
  }
  for (uint32_t i = 0; i < m.begun; i++) {
    end_one(&m, i, 1);
  }
  follow(&m);
  check_view(&m);
  world_teardown(&state);
}

static void the_view_holds_what_was_begun_and_did_not_fail_in_any_order_of_events(void **state) {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    run_model(seed);
  }
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
      PROMISE(an_echo_after_the_acknowledgement_causes_no_second_fetch),
      PROMISE(an_echo_after_the_answer_causes_no_second_fetch),
      PROMISE(an_echo_before_the_acknowledgement_causes_the_only_fetch),
      PROMISE(an_answer_asked_for_after_the_echo_ends_the_layer),
      PROMISE(an_echo_refetches_what_the_mutation_had_no_layer_on),
      PROMISE(an_echo_that_the_answer_cannot_hold_yet_is_asked_for_again),
      PROMISE(the_change_of_anothers_mutation_is_a_change_like_any),
      PROMISE(an_echo_does_not_swallow_the_change_of_another),
      PROMISE(a_mutation_that_fails_after_its_echo_was_done_all_the_same),
      PROMISE(a_reported_mutations_handle_is_void),
      PROMISE(a_serial_of_zero_is_refused),
      PROMISE(layers_beyond_their_limit_are_refused),
      PROMISE(an_entry_under_a_layer_is_not_collected),
      PROMISE(an_entry_that_took_its_last_layer_in_is_collected_after_its_gc_time),
      PROMISE(removing_an_entry_takes_its_layers_along),
      PROMISE(an_answer_asked_for_before_a_fold_does_not_undo_it),
      PROMISE(the_view_holds_what_was_begun_and_did_not_fail_in_any_order_of_events),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
