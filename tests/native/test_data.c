/* Answers that the caller puts in, against those that are fetched. */
#include "helper_world.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
