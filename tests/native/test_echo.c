/* A mutation's own change, when the stream brings it back. */
#include <stdio.h>

#include "helper_stream.h"

static const char RULES[] = "[{'on':'task','invalidate':[['tasks','$id'],['board']]}]";

/* The same, live at position 10 of the epoch "e". */
static int live_and_ruled(void **state) {
  return live(state) < 0 || rules(*state, RULES) < 0 ? -1 : 0;
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
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  answer(w, entry);
  echo(w, "me.1", 11);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

/* The application said itself what it did, and somebody looks again at what that made void. */
static void an_echo_makes_nothing_void_that_was_asked_for_since(void **state) {
  struct world *w = *state;
  for (int removes = 0; removes < 2; removes++) {
    restart(w, (tidemark_options){.seed = 1, .client_id = "me"});
    go_live(w, "e", 10);
    rules(w, removes ? "[{'on':'task','remove':[['tasks','$id']]}]"
                     : "[{'on':'task','reset':[['tasks','$id']]}]");
    uint32_t entry = shown(w, "tasks/1", INFINITY);
    acknowledge(w, mutate(w, 1, entry));
    change(w, "{'resource':'task','id':1,'mutation':'me.1'}");
    entry = build(w, "tasks/1");
    observe_for(w, entry, INFINITY);
    flush(w);
    forget_trace(w);
    echo(w, "me.1", 11);
    flush(w);
    expect(w, "SETTLE CLEAR FETCH DROP", "");
    answer_as_of(w, entry, "e:11");
    flush(w);
    expect(w, "FETCH", "");
    assert_false(is_marked(w, entry));
    assert_int_equal(find(w, "tasks/1"), entry);
  }
}

static void an_echo_voids_what_was_asked_for_before_it_was_done(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, "[{'on':'task','reset':[['tasks','$id']]}]");
  shown(w, "tasks/1", INFINITY);
  acknowledge(w, begin_mutation(w, 1));
  forget_trace(w);
  echo(w, "me.1", 11);
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nFETCH tasks/1 #2");
}

/* That fetch may fail for good. */
static void
an_echo_marks_what_is_shown_although_what_is_in_flight_was_asked_for_since(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, begin_mutation(w, 1));
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  echo(w, "me.1", 11);
  assert_true(is_marked(w, entry));
}

static void a_lagging_answer_to_what_was_void_is_asked_for_again_after_the_echo(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, "[{'on':'task','reset':[['tasks','$id']]}]");
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, begin_mutation(w, 1));
  change(w, "{'resource':'task','id':1,'mutation':'me.1'}");
  flush(w);
  answer_as_of(w, entry, "e:10");
  forget_trace(w);
  echo(w, "me.1", 11);
  assert_true(is_marked(w, entry));
  pass(w, 2 * SECOND);
  expect(w, "CLEAR FETCH", "FETCH tasks/1 #3");
}

static void a_second_echo_is_of_a_server_that_did_it_twice_and_is_refetched(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  connect_plainly(w);
  socket_opened(w);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 1, entry));
  flush(w);
  answer(w, entry);
  static const char *const ECHO =
      "{'type':'cache_invalidate','data':{'resource':'task','id':1,'mutation':'me.1'}}";
  frame(w, ECHO);
  assert_false(is_marked(w, entry));
  frame(w, ECHO);
  assert_true(is_marked(w, entry));
}

static void an_echo_before_the_acknowledgement_causes_the_only_fetch(void **state) {
  struct world *w = *state;
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
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  flush(w);
  answer(w, entry);
  acknowledge(w, mutation);
  flush(w);
  assert_string_equal(layers_text(w, entry), "");
}

static void
an_echo_of_what_the_answer_shown_holds_ends_the_layer_and_fetches_nothing(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 7, entry);
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:11");
  assert_string_equal(layers_text(w, entry), "7");
  forget_trace(w);
  echo(w, "me.7", 11);
  flush(w);
  assert_string_equal(layers_text(w, entry), "");
  expect_no_fetch(w);
}

static void an_echo_refetches_what_the_mutation_had_no_layer_on(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  shown(w, "board", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  forget_trace(w);
  echo(w, "me.7", 11);
  flush(w);
  expect(w, "FETCH", "FETCH board #4");
}

static void an_echos_position_of_the_old_epoch_holds_no_layer_in_the_new(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  acknowledge(w, mutation);
  flush(w);
  reconnect(w, "new", 3, 0);
  answer_as_of(w, entry, "e:10");
  pass(w, 5 * SECOND);
  answer_as_of(w, entry, "new:4");
  assert_string_equal(layers_text(w, entry), "");
}

static void an_echo_that_the_answer_cannot_hold_yet_is_asked_for_again(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  answer_as_of(w, entry, "e:10");
  forget_trace(w);
  echo(w, "me.7", 11);
  assert_true(is_marked(w, entry));
  pass(w, 100);
  expect_no_fetch(w);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_lagging_answer_that_lacks_the_mutation_takes_no_layer(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  acknowledge(w, mutation);
  flush(w);
  answer_as_of(w, entry, "e:10");
  assert_string_equal(layers_text(w, entry), "7");
  pass(w, 2 * SECOND);
  answer_as_of(w, entry, "e:11");
  assert_string_equal(layers_text(w, entry), "");
}

/* No rule says that it touches "notes"; the layer does. */
static void a_layer_that_no_rule_knows_of_waits_for_its_echo_all_the_same(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "notes", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  echo(w, "me.7", 11);
  answer_as_of(w, entry, "e:10");
  assert_string_equal(layers_text(w, entry), "7");
  pass(w, 2 * SECOND);
  answer_as_of(w, entry, "e:11");
  assert_string_equal(layers_text(w, entry), "");
}

static void
an_answer_without_a_position_asked_for_after_the_acknowledgement_takes_the_layer(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  acknowledge(w, mutation);
  flush(w);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "");
}

static void the_change_of_anothers_mutation_is_a_change_like_any(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  answer(w, entry);
  static const char *const OTHERS[] = {"you.7", "me.8",  "mee.7", "me7",
                                       "me.",   "me.7x", "7",     "me.4294967303", /* 7 + 2^32 */
                                       "me.-7"};
  for (int i = 0; i < 9; i++) {
    forget_trace(w);
    echo(w, OTHERS[i], 11 + i);
    flush(w);
    assert_true(is_marked(w, entry));
    answer(w, entry);
  }
}

static void a_cache_without_a_name_takes_no_change_for_its_own(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){0});
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  acknowledge(w, mutate(w, 7, entry));
  flush(w);
  answer(w, entry);
  echo(w, ".7", 11);
  assert_true(is_marked(w, entry));
}

static void an_echo_does_not_swallow_the_change_of_another(void **state) {
  struct world *w = *state;
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
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  flush(w);
  assert_int_equal(fail_mutation(w, mutation), TIDEMARK_OK);
  answer(w, entry);
  assert_string_equal(layers_text(w, entry), "");
}

static void what_the_application_says_it_changed_counts_once_with_the_echo(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  flush(w);
  answer_as_of(w, entry, "e:11");
  acknowledge(w, mutation);
  change(w, "{'resource':'task','id':1,'mutation':'me.7'}");
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  assert_false(is_marked(w, entry));
}

static void what_the_application_says_it_changed_takes_no_position_away(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  uint32_t mutation = mutate(w, 7, entry);
  echo(w, "me.7", 11);
  acknowledge(w, mutation);
  change(w, "{'resource':'task','id':1,'mutation':'me.7'}");
  answer_as_of(w, entry, "e:11");
  assert_string_equal(layers_text(w, entry), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE_IN(live_and_ruled, an_echo_after_the_acknowledgement_causes_no_second_fetch),
      PROMISE_IN(live_and_ruled, an_echo_after_the_answer_causes_no_second_fetch),
      PROMISE(an_echo_makes_nothing_void_that_was_asked_for_since),
      PROMISE(an_echo_voids_what_was_asked_for_before_it_was_done),
      PROMISE(an_echo_marks_what_is_shown_although_what_is_in_flight_was_asked_for_since),
      PROMISE(a_lagging_answer_to_what_was_void_is_asked_for_again_after_the_echo),
      PROMISE(a_second_echo_is_of_a_server_that_did_it_twice_and_is_refetched),
      PROMISE_IN(live_and_ruled, an_echo_before_the_acknowledgement_causes_the_only_fetch),
      PROMISE_IN(live_and_ruled, an_answer_asked_for_after_the_echo_ends_the_layer),
      PROMISE(an_echo_of_what_the_answer_shown_holds_ends_the_layer_and_fetches_nothing),
      PROMISE_IN(live_and_ruled, an_echo_refetches_what_the_mutation_had_no_layer_on),
      PROMISE_IN(live_and_ruled, an_echos_position_of_the_old_epoch_holds_no_layer_in_the_new),
      PROMISE_IN(live_and_ruled, an_echo_that_the_answer_cannot_hold_yet_is_asked_for_again),
      PROMISE_IN(live_and_ruled, a_lagging_answer_that_lacks_the_mutation_takes_no_layer),
      PROMISE_IN(live_and_ruled, a_layer_that_no_rule_knows_of_waits_for_its_echo_all_the_same),
      PROMISE(an_answer_without_a_position_asked_for_after_the_acknowledgement_takes_the_layer),
      PROMISE_IN(live_and_ruled, the_change_of_anothers_mutation_is_a_change_like_any),
      PROMISE(a_cache_without_a_name_takes_no_change_for_its_own),
      PROMISE_IN(live_and_ruled, an_echo_does_not_swallow_the_change_of_another),
      PROMISE_IN(live_and_ruled, a_mutation_that_fails_after_its_echo_was_done_all_the_same),
      PROMISE_IN(live_and_ruled, what_the_application_says_it_changed_counts_once_with_the_echo),
      PROMISE_IN(live_and_ruled, what_the_application_says_it_changed_takes_no_position_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
