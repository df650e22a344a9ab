/* Observers: when they fetch, what they learn, and how they come and go. */
#include "helper_world.h"

/* ---- Mounting ------------------------------------------------------------------------------ */

static void an_observer_of_nothing_known_fetches_at_once(void **state) {
  struct world *w = *state;
  observe(w, build(w, "tasks/1"), observing());
  expect(w, "FETCH", "FETCH tasks/1 #1");
  flush(w);
  expect_no_fetch(w);
}

static void an_observer_that_comes_offline_is_paused_at_once(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = build(w, "tasks/1");
  observe(w, entry, observing());
  assert_state(w, entry, "pending paused");
}

static void an_observer_that_moves_or_is_enabled_fetches_at_once(void **state) {
  struct world *w = *state;
  uint32_t moving = observe(w, build(w, "tasks/1"), observing());
  uint32_t next = build(w, "tasks/2");
  forget_trace(w);
  set_observer(w, moving, next, observing());
  expect(w, "FETCH", "FETCH tasks/2 #2");
  tidemark_observer_options off = observing();
  off.enabled = 0;
  uint32_t entry = build(w, "tasks/3");
  uint32_t waiting = observe(w, entry, off);
  expect_no_fetch(w);
  set_observer(w, waiting, entry, observing());
  expect(w, "FETCH", "FETCH tasks/3 #3");
}

static void an_observer_whose_functions_say_enabled_now_waits_for_the_event(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, options);
  options.enabled = 1;
  step(w, (tidemark_event){.type = TIDEMARK_SET_OBSERVER,
                           .observer = observer,
                           .entry = entry,
                           .reread = 1,
                           .observer_options = options});
  flush(w);
  expect_no_fetch(w);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void building_an_entry_fetches_nothing(void **state) {
  struct world *w = *state;
  build(w, "tasks/1");
  flush(w);
  expect(w, "FETCH NOTIFY SETTLE", "");
}

static void observers_of_one_entry_share_one_fetch(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  observe(w, entry, observing());
  flush(w);
  observe(w, build(w, "tasks/1"), observing());
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void an_entry_is_pending_until_its_answer_and_then_a_success(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  assert_state(w, entry, "pending idle");
  observe(w, entry, observing());
  flush(w);
  assert_state(w, entry, "pending fetching");
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
  assert_state(w, entry, "success idle");
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void an_entry_is_fetching_from_the_mount_on_not_from_the_flush(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  observe(w, entry, observing());
  assert_state(w, entry, "pending fetching");
}

static void an_answer_settles_the_fetch_then_replays_then_notifies(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  answer(w, entry);
  expect(w, "SETTLE CLEAR FOLD REPLAY FETCH NOTIFY DROP",
         "SETTLE tasks/1 #1 SUCCESS\nREPLAY tasks/1\nNOTIFY tasks/1");
}

static void an_entry_is_observed_by_disabled_and_active_by_enabled_observers(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  assert_false(has_state(w, entry, TIDEMARK_STATE_OBSERVED));
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, entry, options);
  assert_true(has_state(w, entry, TIDEMARK_STATE_OBSERVED));
  assert_false(has_state(w, entry, TIDEMARK_STATE_ACTIVE));
  observe(w, entry, observing());
  assert_true(has_state(w, entry, TIDEMARK_STATE_ACTIVE));
}

static void a_mount_on_fresh_data_fetches_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 999);
  observe_for(w, entry, 1000);
  flush(w);
  expect_no_fetch(w);
}

static void a_mount_on_data_as_old_as_its_stale_time_fetches(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  pass(w, 1000);
  observe_for(w, entry, 1000);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void each_observer_has_its_own_stale_time(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t lax = observe_for(w, entry, INFINITY);
  uint32_t strict = observe_for(w, entry, 10);
  pass(w, 10);
  assert_int_equal(tidemark_observer_is_stale(w->cache, lax, w->now), 0);
  assert_int_equal(tidemark_observer_is_stale(w->cache, strict, w->now), 1);
}

static void an_infinite_stale_time_never_ends_by_the_clock(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  pass(w, 1e12);
  observe_for(w, entry, INFINITY);
  flush(w);
  expect_no_fetch(w);
}

static void an_infinite_stale_time_ends_by_a_change(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  assert_true(tidemark_is_stale(w->cache, entry, INFINITY, w->now));
}

static void static_data_is_not_stale_after_a_change(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", TIDEMARK_STATIC);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  assert_false(tidemark_is_stale(w->cache, entry, TIDEMARK_STATIC, w->now));
  expect_no_fetch(w);
}

static void a_static_observer_fetches_what_is_not_there(void **state) {
  struct world *w = *state;
  observe_for(w, build(w, "tasks/1"), TIDEMARK_STATIC);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void a_static_observer_does_not_refetch_even_where_it_says_always(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = TIDEMARK_STATIC;
  options.refetch_on_mount = TIDEMARK_REFETCH_ALWAYS;
  options.refetch_on_window_focus = TIDEMARK_REFETCH_ALWAYS;
  options.refetch_on_reconnect = TIDEMARK_REFETCH_ALWAYS;
  observe(w, entry, options);
  visible(w, 0);
  visible(w, 1);
  online(w, 0);
  online(w, 1);
  flush(w);
  expect_no_fetch(w);
}

static void nothing_known_is_stale_for_every_stale_time(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  assert_true(tidemark_is_stale(w->cache, entry, INFINITY, w->now));
  assert_true(tidemark_is_stale(w->cache, entry, TIDEMARK_STATIC, w->now));
}

static void observers_are_notified_when_their_data_becomes_stale(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", 1000);
  pass(w, 999);
  expect(w, "NOTIFY", "");
  pass(w, 1);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

static void refetch_on_mount_never_still_fetches_what_is_not_there(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.refetch_on_mount = TIDEMARK_REFETCH_NEVER;
  observe(w, build(w, "tasks/1"), options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void refetch_on_mount_never_lets_stale_data_be(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.refetch_on_mount = TIDEMARK_REFETCH_NEVER;
  observe(w, entry, options);
  flush(w);
  expect_no_fetch(w);
}

static void refetch_on_mount_always_refetches_fresh_data(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.refetch_on_mount = TIDEMARK_REFETCH_ALWAYS;
  observe(w, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void a_disabled_observer_fetches_nothing(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, build(w, "tasks/1"), options);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect_no_fetch(w);
}

static void a_disabled_observers_answer_is_never_stale(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t observer = observe(w, cached(w, "tasks/1"), options);
  pass(w, 1000);
  assert_int_equal(tidemark_observer_is_stale(w->cache, observer, w->now), 0);
}

static void enabling_an_observer_fetches_what_is_stale(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t observer = observe(w, entry, options);
  options.enabled = 1;
  set_observer(w, observer, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #1");
}

static void enabling_an_observer_lets_fresh_data_be(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  options.enabled = 0;
  uint32_t observer = observe(w, entry, options);
  options.enabled = 1;
  set_observer(w, observer, entry, options);
  flush(w);
  expect_no_fetch(w);
}

static void an_observer_that_moves_fetches_where_it_arrives(void **state) {
  struct world *w = *state;
  uint32_t observer = observe_for(w, cached(w, "tasks/1"), INFINITY);
  set_observer(w, observer, build(w, "tasks/2"), observing());
  flush(w);
  expect(w, "FETCH", "FETCH tasks/2 #2");
}

static void an_observer_that_moves_leaves_the_old_entry_to_its_gc_clock(void **state) {
  struct world *w = *state;
  uint32_t observer = observe_for(w, cached(w, "tasks/1"), INFINITY);
  pass(w, 10 * MINUTE);
  set_observer(w, observer, cached(w, "tasks/2"), observing());
  forget_trace(w);
  pass(w, 5 * MINUTE - 1);
  expect(w, "DROP", "");
  pass(w, 1);
  expect(w, "DROP", "DROP tasks/1");
}

static void a_shorter_stale_time_notifies_when_it_ends(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  tidemark_observer_options options = observing();
  options.stale_time = 500;
  set_observer(w, observer, entry, options);
  forget_trace(w);
  pass(w, 499);
  expect(w, "NOTIFY", "");
  pass(w, 1);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

static void a_mount_retries_a_failure_only_if_it_asks_to(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  fail_fetch(w, entry, 0);
  forget_trace(w);
  tidemark_observer_options options = observing();
  options.retry_on_mount = 0;
  observe(w, entry, options);
  flush(w);
  expect_no_fetch(w);
  options.retry_on_mount = 1;
  observe(w, entry, options);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

/* ---- Many observers, against a list that tells the truth ------------------------------------- */

enum { LISTED = 12 };

struct listed {
  uint32_t observer; /* 0: none */
  int entry;
  int enabled, never_stale;
};

static tidemark_observer_options options_of(const struct listed *l) {
  tidemark_observer_options options = observing();
  options.enabled = (uint8_t)l->enabled;
  options.stale_time = l->never_stale ? INFINITY : 0;
  return options;
}

static void change_one(struct world *w, struct listed *l, const uint32_t *entries,
                       uint64_t *random) {
  if (l->observer != 0 && test_random_below(random, 2) == 0) {
    assert_int_equal(unobserve(w, l->observer), TIDEMARK_OK);
    l->observer = 0;
    return;
  }
  l->entry = (int)test_random_below(random, 3);
  l->enabled = (int)test_random_below(random, 2);
  l->never_stale = (int)test_random_below(random, 2);
  if (l->observer == 0) {
    l->observer = observe(w, entries[l->entry], options_of(l));
  } else {
    set_observer(w, l->observer, entries[l->entry], options_of(l));
  }
}

static void check_observers(struct world *w, const struct listed *list, const uint32_t *entries) {
  for (int e = 0; e < 3; e++) {
    int observers = 0, enabled = 0, stale = 0;
    for (const struct listed *l = list; l < list + LISTED; l++) {
      if (l->observer != 0 && l->entry == e) {
        observers++;
        enabled += l->enabled;
        stale += l->enabled && !l->never_stale;
      }
    }
    char name[] = {'e', '/', (char)('0' + e), 0};
    assert_int_equal(has_state(w, entries[e], TIDEMARK_STATE_OBSERVED), observers > 0);
    assert_int_equal(has_state(w, entries[e], TIDEMARK_STATE_ACTIVE), enabled > 0);
    assert_int_equal(matching(w, name, TIDEMARK_MATCH_STALE), stale > 0);
  }
}

static void observers_come_go_and_move_as_in_a_list(void **state) {
  struct world *w = *state;
  uint32_t entries[] = {cached(w, "e/0"), cached(w, "e/1"), cached(w, "e/2")};
  struct listed list[LISTED] = {0};
  uint64_t random = 17;
  for (int i = 0; i < 3000; i++) {
    change_one(w, &list[test_random_below(&random, LISTED)], entries, &random);
    check_observers(w, list, entries);
    forget_trace(w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(an_observer_of_nothing_known_fetches_at_once),
      PROMISE(an_observer_that_comes_offline_is_paused_at_once),
      PROMISE(an_observer_that_moves_or_is_enabled_fetches_at_once),
      PROMISE(an_observer_whose_functions_say_enabled_now_waits_for_the_event),
      PROMISE(building_an_entry_fetches_nothing),
      PROMISE(observers_of_one_entry_share_one_fetch),
      PROMISE(an_entry_is_pending_until_its_answer_and_then_a_success),
      PROMISE(an_entry_is_fetching_from_the_mount_on_not_from_the_flush),
      PROMISE(an_answer_settles_the_fetch_then_replays_then_notifies),
      PROMISE(an_entry_is_observed_by_disabled_and_active_by_enabled_observers),
      PROMISE(a_mount_on_fresh_data_fetches_nothing),
      PROMISE(a_mount_on_data_as_old_as_its_stale_time_fetches),
      PROMISE(each_observer_has_its_own_stale_time),
      PROMISE(an_infinite_stale_time_never_ends_by_the_clock),
      PROMISE(an_infinite_stale_time_ends_by_a_change),
      PROMISE(static_data_is_not_stale_after_a_change),
      PROMISE(a_static_observer_fetches_what_is_not_there),
      PROMISE(a_static_observer_does_not_refetch_even_where_it_says_always),
      PROMISE(nothing_known_is_stale_for_every_stale_time),
      PROMISE(observers_are_notified_when_their_data_becomes_stale),
      PROMISE(refetch_on_mount_never_still_fetches_what_is_not_there),
      PROMISE(refetch_on_mount_never_lets_stale_data_be),
      PROMISE(refetch_on_mount_always_refetches_fresh_data),
      PROMISE(a_disabled_observer_fetches_nothing),
      PROMISE(a_disabled_observers_answer_is_never_stale),
      PROMISE(enabling_an_observer_fetches_what_is_stale),
      PROMISE(enabling_an_observer_lets_fresh_data_be),
      PROMISE(an_observer_that_moves_fetches_where_it_arrives),
      PROMISE(an_observer_that_moves_leaves_the_old_entry_to_its_gc_clock),
      PROMISE(a_shorter_stale_time_notifies_when_it_ends),
      PROMISE(a_mount_retries_a_failure_only_if_it_asks_to),
      PROMISE(observers_come_go_and_move_as_in_a_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
