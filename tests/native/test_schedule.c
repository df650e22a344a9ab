/* Which fetch starts when: the cap, who is not held back, and resets spread over time. */
#include "helper_stream.h"

#include <stdio.h>
#include <string.h>

static const char RULES[] = "[{'on':'all','invalidate':[['tasks']]},"
                            "{'on':'task','invalidate':[['tasks','$id']]}]";

/* A world with these rules. */
static int ruled(void **state) {
  return world_setup(state) < 0 || rules(*state, RULES) < 0 ? -1 : 0;
}

/* tasks/0, tasks/1, ... all observed, answered and never stale by the clock. */
static void show_tasks(struct world *w, int count) {
  for (int i = 0; i < count; i++) {
    char name[16];
    snprintf(name, sizeof name, "tasks/%d", i);
    shown(w, name, INFINITY);
  }
}

static void change_all(struct world *w) {
  change(w, "{'resource':'all'}");
  flush(w);
}

/* How often the trace so far says so. */
static int count_lines(struct world *w, const char *start) {
  int count = 0;
  w->trace[w->trace_length] = '\0';
  for (const char *line = w->trace; *line != '\0'; line = strchr(line, '\n') + 1) {
    count += strncmp(line, start, strlen(start)) == 0;
  }
  return count;
}

/* ---- The cap ------------------------------------------------------------------------------- */

static void eight_fetches_that_a_change_caused_are_in_flight_at_most(void **state) {
  struct world *w = *state;
  show_tasks(w, 20);
  change_all(w);
  assert_int_equal(count_lines(w, "FETCH"), 8);
}

static void the_cap_is_a_parameter(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 3}});
  rules(w, RULES);
  show_tasks(w, 20);
  change_all(w);
  assert_int_equal(count_lines(w, "FETCH"), 3);
}

static void one_that_ends_makes_room_for_the_next(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 3);
  change_all(w);
  expect(w, "FETCH", "FETCH tasks/0 #4");
  answer(w, find(w, "tasks/0"));
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #5");
  fail_fetch(w, find(w, "tasks/1"), 0);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/2 #6");
}

static void one_that_is_cancelled_makes_room_for_the_next(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  on_entry(w, TIDEMARK_CANCEL, find(w, "tasks/0"));
  forget_trace(w);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #4");
}

static void one_that_waits_for_a_retry_makes_room_for_the_next(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  fail_fetch(w, find(w, "tasks/0"), 3);
  forget_trace(w);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #4");
}

static void one_that_hangs_makes_room_for_the_next_after_thirty_seconds(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  forget_trace(w);
  pass(w, 30 * SECOND - 1);
  expect_no_fetch(w);
  pass(w, 1);
  expect(w, "FETCH", "FETCH tasks/1 #4");
}

static void one_that_hung_is_still_waited_for(void **state) {
  struct world *w = *state;
  show_tasks(w, 1);
  change_all(w);
  pass(w, MINUTE);
  assert_int_equal(answer(w, find(w, "tasks/0")), TIDEMARK_LANDING_SHOWN);
  assert_false(is_marked(w, find(w, "tasks/0")));
}

static void one_whose_observer_leaves_makes_room_for_the_next(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  uint32_t observer = observe_for(w, cached(w, "tasks/0"), INFINITY);
  shown(w, "tasks/1", INFINITY);
  change_all(w);
  unobserve_aborting(w, observer);
  forget_trace(w);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #4");
}

static void a_fetch_that_a_user_waits_for_is_not_held_back(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  forget_trace(w);
  mount(w, "users/1");
  fetch(w, build(w, "users/2"));
  flush(w);
  expect(w, "FETCH", "FETCH users/1 #4\nFETCH users/2 #5");
}

static void what_a_rule_refetches_is_not_held_back(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, "[{'on':'all','refetch':[['tasks']]}]");
  show_tasks(w, 2);
  visible(w, 0);
  change_all(w);
  expect(w, "FETCH", "FETCH tasks/0 #3\nFETCH tasks/1 #4");
}

static void a_held_fetch_starts_when_a_user_wants_it(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  forget_trace(w);
  fetch(w, find(w, "tasks/1"));
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #4");
}

static void a_held_fetch_starts_when_another_observer_mounts(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  forget_trace(w);
  observe_for(w, find(w, "tasks/1"), INFINITY);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #4");
}

static void what_is_stale_when_somebody_comes_back_is_not_held_back(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  shown(w, "tasks/0", 0);
  shown(w, "tasks/1", 0);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/0 #3\nFETCH tasks/1 #4");
}

static void an_observer_that_is_enabled_or_moves_is_not_held_back(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 2);
  change_all(w);
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t entry = build(w, "users/1");
  uint32_t enabled = observe(w, entry, options);
  uint32_t moved = observe(w, entry, options);
  forget_trace(w);
  options.enabled = 1;
  set_observer(w, enabled, entry, options);
  set_observer(w, moved, build(w, "users/2"), options);
  flush(w);
  expect(w, "FETCH", "FETCH users/1 #4\nFETCH users/2 #5");
}

static void figures_count_what_changes_caused_apart_from_other_fetches(void **state) {
  struct world *w = *state;
  show_tasks(w, 3);
  change_all(w);
  mount(w, "users/1");
  assert_true(stats(w).fetches == 7 && stats(w).refetches == 3);
  assert_true(stats(w).changes == 1 && stats(w).marks == 3);
}

static void users_fetches_in_flight_take_no_room(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 1);
  mount(w, "users/1");
  mount(w, "users/2");
  forget_trace(w);
  change_all(w);
  expect(w, "FETCH", "FETCH tasks/0 #4");
}

static void what_most_look_at_starts_first_and_then_what_was_wanted_first(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  rules(w, RULES);
  show_tasks(w, 4);
  observe_for(w, find(w, "tasks/2"), INFINITY);
  observe_for(w, find(w, "tasks/2"), INFINITY);
  observe_for(w, find(w, "tasks/3"), INFINITY);
  flush(w);
  forget_trace(w);
  change_all(w);
  for (int i = 0; i < 3; i++) {
    uint32_t order[] = {find(w, "tasks/2"), find(w, "tasks/3"), find(w, "tasks/0")};
    answer(w, order[i]);
    flush(w);
  }
  expect(w, "FETCH", "FETCH tasks/2 #5\nFETCH tasks/3 #6\nFETCH tasks/0 #7\nFETCH tasks/1 #8");
}

static void a_fetch_that_the_caller_says_a_change_caused_counts_too(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  show_tasks(w, 2);
  refetch_for_change(w, find(w, "tasks/0"));
  refetch_for_change(w, find(w, "tasks/1"));
  flush(w);
  expect(w, "FETCH", "FETCH tasks/0 #3");
}

static void a_refetch_that_another_change_joins_still_counts(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.concurrent_refetches = 1}});
  show_tasks(w, 2);
  refetch_for_change(w, find(w, "tasks/0"));
  flush(w);
  refetch_for_change(w, find(w, "tasks/0"));
  refetch_for_change(w, find(w, "tasks/1"));
  flush(w);
  fail_fetch(w, find(w, "tasks/0"), 1);
  flush(w);
  forget_trace(w);
  pass(w, 20 * SECOND); /* its next try waits for the one that took its place */
  expect_no_fetch(w);
}

/*
 * Random changes, answers, failures and cancels of observed entries: never more than the cap in
 * flight, as none takes 30 s, and in the end each entry is fresh, so no place was lost on the way.
 */
enum { LOAD_TASKS = 30, LOAD_CAP = 4 };

struct load {
  struct world *w;
  uint32_t entries[LOAD_TASKS];
  int flying[WORLD_NAMES]; /* by entry */
  int in_flight;
};

/* Counts what the trace says started or ended. */
static void follow(struct load *l) {
  struct world *w = l->w;
  w->trace[w->trace_length] = '\0';
  for (const char *line = w->trace; *line != '\0'; line = strchr(line, '\n') + 1) {
    int starts = strncmp(line, "FETCH", 5) == 0;
    unsigned task;
    if ((starts || strncmp(line, "SETTLE", 6) == 0) && sscanf(line, "%*s tasks/%u", &task) == 1) {
      l->in_flight += starts - l->flying[task];
      l->flying[task] = starts;
      assert_in_range(l->in_flight, 0, LOAD_CAP);
    }
  }
  forget_trace(w);
}

static void disturb(struct load *l, uint64_t *random) {
  uint32_t task = test_random_below(random, LOAD_TASKS);
  uint32_t entry = l->entries[task];
  char text[64];
  switch (test_random_below(random, 4)) {
  case 0:
    answer(l->w, entry);
    return;
  case 1:
    if (l->flying[task]) { /* it waits for its retry from here on */
      fail_fetch(l->w, entry, 2);
      l->in_flight -= l->flying[task];
      l->flying[task] = 0;
    }
    return;
  case 2:
    on_entry(l->w, TIDEMARK_CANCEL, entry);
    return;
  default:
    snprintf(text, sizeof text, "{'resource':'task','id':%u}", task);
    change(l->w, text);
    return;
  }
}

static void run_load(struct world *w, uint64_t seed) {
  restart(w, (tidemark_options){.seed = seed, .limits = {.concurrent_refetches = LOAD_CAP}});
  rules(w, RULES);
  show_tasks(w, LOAD_TASKS);
  struct load l = {.w = w};
  for (int i = 0; i < LOAD_TASKS; i++) {
    char name[16];
    snprintf(name, sizeof name, "tasks/%d", i);
    l.entries[i] = find(w, name);
  }
  uint64_t random = seed;
  for (int i = 0; i < 500; i++) {
    disturb(&l, &random);
    pass(w, 25);
    follow(&l);
  }
  change_all(w);
  for (int i = 0; i < 20 * LOAD_TASKS; i++) {
    follow(&l);
    answer(w, l.entries[i % LOAD_TASKS]);
    pass(w, SECOND / 2.0);
  }
  for (int i = 0; i < LOAD_TASKS; i++) {
    assert_false(is_marked(w, l.entries[i]));
  }
}

static void under_random_load_the_cap_holds_and_no_place_is_lost(void **state) {
  for (uint64_t seed = 1; seed <= 20; seed++) {
    run_load(*state, seed);
  }
}

/* ---- Nobody looks -------------------------------------------------------------------------- */

static void a_hidden_page_fetches_nothing_that_a_change_caused(void **state) {
  struct world *w = *state;
  show_tasks(w, 3);
  visible(w, 0);
  change_all(w);
  pass(w, 60 * MINUTE);
  expect_no_fetch(w);
}

static void a_page_that_is_seen_again_fetches_what_changed_meanwhile_once(void **state) {
  struct world *w = *state;
  show_tasks(w, 2);
  visible(w, 0);
  for (int i = 0; i < 5; i++) {
    change_all(w);
  }
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/0 #3\nFETCH tasks/1 #4");
}

static void coming_back_to_a_page_fetches_the_same_whatever_the_focus_option_says(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_on_window_focus = TIDEMARK_REFETCH_NEVER;
  observe(w, cached(w, "tasks/0"), options);
  visible(w, 0);
  change_all(w);
  visible(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/0 #2");
}

/* ---- Resets -------------------------------------------------------------------------------- */

static void reset_all(struct world *w) {
  frame(w, "{'type':'reset','scopes':[],'reason':'test'}");
  flush(w);
}

/* Passes the window and returns in how many of its ten parts something was fetched. */
static int parts_with_a_fetch(struct world *w, double window) {
  int parts = 0;
  for (int i = 0; i < 10; i++) {
    forget_trace(w);
    pass(w, window / 10);
    parts += count_lines(w, "FETCH") > 0;
  }
  return parts;
}

static void a_reset_refetches_over_two_seconds_and_not_at_once(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 7, .limits = {.concurrent_refetches = 1000}});
  go_live(w, "e", 10);
  show_tasks(w, 100);
  reset_all(w);
  expect_no_fetch(w);
  assert_int_equal(parts_with_a_fetch(w, 2000), 10);
}

static void a_reset_leaves_nothing_out(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 7, .limits = {.concurrent_refetches = 1000}});
  go_live(w, "e", 10);
  show_tasks(w, 100);
  reset_all(w);
  pass(w, 2001);
  assert_int_equal(count_lines(w, "FETCH"), 100);
}

static void the_window_of_a_reset_is_a_parameter(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 7,
                                .limits = {.concurrent_refetches = 1000, .reset_window = 60000}});
  go_live(w, "e", 10);
  show_tasks(w, 100);
  reset_all(w);
  frame(w, "{'type':'ping','seq':10}");
  assert_true(parts_with_a_fetch(w, 30000) > 5);
  forget_trace(w);
  frame(w, "{'type':'ping','seq':10}");
  pass(w, 30001);
  assert_true(count_lines(w, "FETCH") > 20);
}

static void two_caches_spread_a_reset_differently(void **state) {
  struct world *w = *state;
  double first[2];
  for (uint64_t seed = 0; seed < 2; seed++) {
    restart(w, (tidemark_options){.seed = seed});
    go_live(w, "e", 10);
    show_tasks(w, 1);
    double before = w->now;
    reset_all(w);
    while (count_lines(w, "FETCH") == 0) {
      pass(w, 1);
    }
    first[seed] = w->now - before;
    forget_trace(w);
  }
  assert_true(first[0] != first[1]);
}

static void a_reset_refetches_under_the_cap(void **state) {
  struct world *w = *state;
  show_tasks(w, 20);
  reset_all(w);
  pass(w, 2001);
  assert_int_equal(count_lines(w, "FETCH"), 8);
}

static void whoever_mounts_during_a_reset_does_not_wait_and_is_not_fetched_twice(void **state) {
  struct world *w = *state;
  show_tasks(w, 1);
  reset_all(w);
  observe_for(w, find(w, "tasks/0"), INFINITY);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/0 #2");
  answer(w, find(w, "tasks/0"));
  pass(w, 3 * SECOND);
  expect_no_fetch(w);
}

static void a_change_during_a_reset_is_fetched_once(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  show_tasks(w, 1);
  reset_all(w);
  task_changed(w, 0, 11, 10);
  pass(w, 3 * SECOND);
  answer(w, find(w, "tasks/0"));
  pass(w, 3 * SECOND);
  expect(w, "FETCH", "FETCH tasks/0 #2");
}

static void two_resets_in_a_row_refetch_once(void **state) {
  struct world *w = *state;
  show_tasks(w, 1);
  reset_all(w);
  reset_all(w);
  pass(w, 3 * SECOND);
  answer(w, find(w, "tasks/0"));
  pass(w, 3 * SECOND);
  expect(w, "FETCH", "FETCH tasks/0 #2");
}

static void an_entry_left_during_a_reset_is_not_refetched(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/0");
  uint32_t observer = observe_for(w, entry, INFINITY);
  reset_all(w);
  unobserve(w, observer);
  pass(w, 3 * SECOND);
  expect_no_fetch(w);
  assert_true(is_marked(w, entry));
}

static void an_entry_removed_during_a_reset_is_not_refetched(void **state) {
  struct world *w = *state;
  show_tasks(w, 1);
  reset_all(w);
  on_matching(w, TIDEMARK_REMOVE, "tasks");
  pass(w, 3 * SECOND);
  expect_no_fetch(w);
}

/* ---- Retries ------------------------------------------------------------------------------- */

/* ms until a fetch that failed once is tried again. */
static double first_retry(struct world *w, uint32_t entry, double retry_after) {
  double before = w->now;
  forget_trace(w);
  step(w, (tidemark_event){.type = TIDEMARK_FETCH_FAILED,
                           .entry = entry,
                           .id = w->in_flight[entry],
                           .failure = {3, NAN, retry_after}});
  while (count_lines(w, "FETCH") == 0) {
    assert_true(w->now < before + 10 * MINUTE);
    pass(w, tidemark_next_deadline(w->cache) - w->now);
  }
  return w->now - before;
}

static void retries_of_what_a_change_caused_are_spread_and_others_are_not(void **state) {
  struct world *w = *state;
  double least = INFINITY, most = 0;
  for (uint64_t seed = 1; seed <= 50; seed++) {
    restart(w, (tidemark_options){.seed = seed});
    rules(w, RULES);
    show_tasks(w, 1);
    change_all(w);
    double wait = first_retry(w, find(w, "tasks/0"), NAN);
    least = fmin(least, wait);
    most = fmax(most, wait);
    assert_true(first_retry(w, mount(w, "users/1"), NAN) == 1000);
  }
  assert_true(least >= 1000 && most - least > 100);
}

static void a_spread_retry_still_waits_as_long_as_the_server_asked(void **state) {
  struct world *w = *state;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    restart(w, (tidemark_options){.seed = seed});
    rules(w, RULES);
    show_tasks(w, 1);
    change_all(w);
    assert_true(first_retry(w, find(w, "tasks/0"), 10000) >= 10000);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE_IN(ruled, eight_fetches_that_a_change_caused_are_in_flight_at_most),
      PROMISE(the_cap_is_a_parameter),
      PROMISE(one_that_ends_makes_room_for_the_next),
      PROMISE(one_that_is_cancelled_makes_room_for_the_next),
      PROMISE(one_that_waits_for_a_retry_makes_room_for_the_next),
      PROMISE(one_that_hangs_makes_room_for_the_next_after_thirty_seconds),
      PROMISE_IN(ruled, one_that_hung_is_still_waited_for),
      PROMISE(one_whose_observer_leaves_makes_room_for_the_next),
      PROMISE(a_fetch_that_a_user_waits_for_is_not_held_back),
      PROMISE(what_a_rule_refetches_is_not_held_back),
      PROMISE(a_held_fetch_starts_when_a_user_wants_it),
      PROMISE(a_held_fetch_starts_when_another_observer_mounts),
      PROMISE(what_is_stale_when_somebody_comes_back_is_not_held_back),
      PROMISE(an_observer_that_is_enabled_or_moves_is_not_held_back),
      PROMISE_IN(ruled, figures_count_what_changes_caused_apart_from_other_fetches),
      PROMISE(users_fetches_in_flight_take_no_room),
      PROMISE(what_most_look_at_starts_first_and_then_what_was_wanted_first),
      PROMISE(a_fetch_that_the_caller_says_a_change_caused_counts_too),
      PROMISE(a_refetch_that_another_change_joins_still_counts),
      PROMISE(under_random_load_the_cap_holds_and_no_place_is_lost),
      PROMISE_IN(ruled, a_hidden_page_fetches_nothing_that_a_change_caused),
      PROMISE_IN(ruled, a_page_that_is_seen_again_fetches_what_changed_meanwhile_once),
      PROMISE_IN(ruled, coming_back_to_a_page_fetches_the_same_whatever_the_focus_option_says),
      PROMISE(a_reset_refetches_over_two_seconds_and_not_at_once),
      PROMISE(a_reset_leaves_nothing_out),
      PROMISE(the_window_of_a_reset_is_a_parameter),
      PROMISE(two_caches_spread_a_reset_differently),
      PROMISE_IN(live, a_reset_refetches_under_the_cap),
      PROMISE_IN(live, whoever_mounts_during_a_reset_does_not_wait_and_is_not_fetched_twice),
      PROMISE(a_change_during_a_reset_is_fetched_once),
      PROMISE_IN(live, two_resets_in_a_row_refetch_once),
      PROMISE_IN(live, an_entry_left_during_a_reset_is_not_refetched),
      PROMISE_IN(live, an_entry_removed_during_a_reset_is_not_refetched),
      PROMISE(retries_of_what_a_change_caused_are_spread_and_others_are_not),
      PROMISE(a_spread_retry_still_waits_as_long_as_the_server_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
