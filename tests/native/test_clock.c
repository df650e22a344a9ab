/* Clocks that jump: no timer is lost, none fires early, and no answer gets fresh again. */
#include "helper_world.h"

static const double HOUR = 60 * MINUTE;

static int step_at(struct world *w, double now) {
  return tidemark_step(w->cache, &(tidemark_event){.type = TIDEMARK_TICK}, now);
}

static void a_jump_backwards_counts_as_no_time(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 1000);
  pass(w, 400);
  w->now -= HOUR;
  pass(w, 0);
  pass(w, 599);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void after_a_jump_backwards_the_deadline_is_on_the_new_clock(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 1000);
  w->now -= HOUR;
  step_at(w, w->now);
  assert_true(fabs(tidemark_next_deadline(w->cache) - (w->now + 1000)) <= 1000);
  assert_true(tidemark_next_deadline(w->cache) <= w->now + 1000);
}

static void a_jump_backwards_makes_no_answer_fresh_again(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 1000);
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now));
  w->now -= HOUR;
  pass(w, 0);
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now));
}

static void a_jump_backwards_does_not_keep_an_answer_fresh_for_longer(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 500);
  w->now -= HOUR;
  pass(w, 0);
  pass(w, 499);
  assert_false(tidemark_is_stale(w->cache, entry, 1000, w->now));
  pass(w, 1);
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now));
}

static void a_jump_forwards_counts_as_time_passed(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  build_for(w, "tasks/2", 1000);
  w->now += 1e11;
  pass(w, 0);
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now));
  expect(w, "DROP", "DROP tasks/2");
}

static void a_jump_forwards_runs_an_interval_once(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_interval = 1000;
  observe(w, entry, options);
  w->now += 1e11;
  pass(w, 0);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  answer(w, entry);
  pass(w, 999);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void many_jumps_lose_no_retry(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 3);
  forget_trace(w);
  for (int i = 0; i < 9; i++) {
    pass(w, 100);
    w->now -= HOUR;
    pass(w, 0);
  }
  expect_no_fetch(w);
  pass(w, 100);
  expect(w, "FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_change_is_later_than_a_fetch_whatever_the_clock_says(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  fetch(w, entry);
  flush(w);
  w->now -= HOUR;
  invalidate_trailing(w, entry);
  w->now -= HOUR;
  answer(w, entry);
  assert_true(is_marked(w, entry));
}

static void time_may_be_negative(void **state) {
  struct world *w = *state;
  w->now = -1e6;
  restart(w, (tidemark_options){.seed = 1});
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 999);
  assert_false(tidemark_is_stale(w->cache, entry, 1000, w->now));
  pass(w, 1);
  assert_true(tidemark_is_stale(w->cache, entry, 1000, w->now));
}

static void time_may_be_as_long_ago_as_1970(void **state) {
  struct world *w = *state;
  w->now = 1.8e12;
  restart(w, (tidemark_options){.seed = 1});
  build_for(w, "tasks/1", 1000);
  pass(w, 999);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void data_may_be_older_than_the_clock(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  step(w, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry, .data = {.age = 1e9}});
  assert_false(tidemark_is_stale(w->cache, entry, 1e9 + 1, w->now));
  assert_true(tidemark_is_stale(w->cache, entry, 1e9, w->now));
}

static void fractions_of_a_millisecond_make_no_timer_early(void **state) {
  struct world *w = *state;
  w->now = 1000000.3;
  shown(w, "tasks/1", 1000.4);
  w->now += 1000.3;
  step(w, (tidemark_event){.type = TIDEMARK_TICK});
  expect(w, "NOTIFY", "");
  pass(w, 2);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

static void an_answer_is_stale_when_the_timer_says_so(void **state) {
  struct world *w = *state;
  uint64_t random = 1;
  for (int i = 0; i < 200; i++) {
    w->now += test_random_below(&random, 1000000) / 7.0;
    char name[16] = {'t', '/', (char)('a' + i % 26), (char)('a' + i / 26), 0};
    uint32_t entry = cached(w, name);
    uint32_t observer = observe_for(w, entry, 1 + test_random_below(&random, 100000) / 13.0);
    flush(w);
    forget_trace(w);
    while (w->trace_length == 0) {
      assert_int_equal(tidemark_observer_is_stale(w->cache, observer, w->now), 0);
      w->now = fmax(w->now, tidemark_next_deadline(w->cache));
      step(w, (tidemark_event){.type = TIDEMARK_TICK});
    }
    assert_int_equal(tidemark_observer_is_stale(w->cache, observer, w->now), 1);
    unobserve(w, observer);
    on_entry(w, TIDEMARK_REMOVE, entry);
  }
}

static void a_time_that_is_no_number_is_refused_and_changes_nothing(void **state) {
  struct world *w = *state;
  build_for(w, "tasks/1", 1000);
  pass(w, 500);
  double deadline = tidemark_next_deadline(w->cache);
  double bad[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(step_at(w, bad[i]), TIDEMARK_ERROR_EVENT);
    assert_true(tidemark_next_deadline(w->cache) == deadline);
  }
  pass(w, 499);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void the_largest_and_the_smallest_time_end_no_world(void **state) {
  struct world *w = *state;
  double jumps[] = {0x1p53, -0x1p53, 0, 0x1p53, 1e6};
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.refetch_interval = 1000;
  observe(w, entry, options);
  for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
    assert_int_equal(step_at(w, jumps[i]), TIDEMARK_OK);
    drain(w);
    assert_false(isnan(tidemark_next_deadline(w->cache)));
  }
}

static void the_deadline_is_never_later_than_what_is_due_first(void **state) {
  struct world *w = *state;
  uint64_t random = 3;
  for (int i = 0; i < 200; i++) {
    restart(w, (tidemark_options){.seed = 1});
    pass(w, test_random_below(&random, 1U << 31));
    double gc = 1 + test_random_below(&random, 1U << 31);
    build_for(w, "tasks/1", gc);
    double due = w->now + gc;
    while (find(w, "tasks/1") != 0) {
      assert_true(tidemark_next_deadline(w->cache) <= due + 1);
      w->now = tidemark_next_deadline(w->cache);
      step(w, (tidemark_event){.type = TIDEMARK_TICK});
    }
    assert_true(w->now >= due);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_jump_backwards_counts_as_no_time),
      PROMISE(after_a_jump_backwards_the_deadline_is_on_the_new_clock),
      PROMISE(a_jump_backwards_makes_no_answer_fresh_again),
      PROMISE(a_jump_backwards_does_not_keep_an_answer_fresh_for_longer),
      PROMISE(a_jump_forwards_counts_as_time_passed),
      PROMISE(a_jump_forwards_runs_an_interval_once),
      PROMISE(many_jumps_lose_no_retry),
      PROMISE(a_change_is_later_than_a_fetch_whatever_the_clock_says),
      PROMISE(time_may_be_negative),
      PROMISE(time_may_be_as_long_ago_as_1970),
      PROMISE(data_may_be_older_than_the_clock),
      PROMISE(fractions_of_a_millisecond_make_no_timer_early),
      PROMISE(an_answer_is_stale_when_the_timer_says_so),
      PROMISE(a_time_that_is_no_number_is_refused_and_changes_nothing),
      PROMISE(the_largest_and_the_smallest_time_end_no_world),
      PROMISE(the_deadline_is_never_later_than_what_is_due_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
