/* Events and questions about many entries: remove, reset, refetch, filter. */
#include <string.h>

#include "helper_world.h"

/* ---- Removing and resetting ---------------------------------------------------------------- */

static void removing_an_unobserved_entry_drops_it_at_once(void **state) {
  struct world *w = *state;
  on_entry(w, TIDEMARK_REMOVE, cached(w, "tasks/1"));
  expect(w, "DROP", "DROP tasks/1");
  assert_int_equal(find(w, "tasks/1"), 0);
}

static void whoever_waits_for_an_entry_that_is_removed_learns_of_it(void **state) {
  struct world *w = *state;
  uint32_t wanted = cached(w, "tasks/1");
  on_entry(w, TIDEMARK_REFETCH, wanted);
  on_entry(w, TIDEMARK_REMOVE, wanted);
  expect(w, "SETTLE DROP", "SETTLE tasks/1 #0 CANCELLED\nDROP tasks/1");
  uint32_t in_flight = build(w, "tasks/2");
  fetch(w, in_flight);
  flush(w);
  on_entry(w, TIDEMARK_REMOVE, in_flight);
  expect(w, "SETTLE DROP", "SETTLE tasks/2 #2 CANCELLED\nDROP tasks/2");
}

static void a_removed_entry_that_is_observed_is_found_by_nobody(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  expect(w, "DROP", "");
  assert_int_equal(find(w, "tasks/1"), 0);
  assert_int_equal(on_matching(w, TIDEMARK_INVALIDATE, ""), 0);
  assert_true(has_state(w, entry, TIDEMARK_STATE_DETACHED | TIDEMARK_STATE_OBSERVED));
}

static void a_removed_entry_keeps_its_answer_for_its_observers(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  assert_true(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void a_removed_entry_goes_with_its_last_observer(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t first = observe_for(w, entry, INFINITY);
  uint32_t second = observe_for(w, entry, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  unobserve(w, first);
  expect(w, "DROP", "");
  unobserve(w, second);
  expect(w, "DROP", "DROP tasks/1");
}

static void a_removed_entry_that_is_fetched_is_back(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  observe_for(w, entry, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  fetch(w, entry);
  assert_int_equal(find(w, "tasks/1"), entry);
  assert_state(w, entry, "pending fetching");
}

static void removing_what_waits_for_its_fetch_leaves_the_others_waiting(void **state) {
  struct world *w = *state;
  for (int removed = 1; removed <= 3; removed++) {
    restart(w, (tidemark_options){.seed = 1});
    cached(w, "tasks/1");
    cached(w, "tasks/2");
    cached(w, "tasks/3");
    on_matching(w, TIDEMARK_REFETCH, "tasks");
    on_entry(w, TIDEMARK_REMOVE, (uint32_t)removed);
    forget_trace(w);
    flush(w);
    char line[] = "FETCH tasks/_";
    line[12] = (char)('0' + removed);
    w->trace[w->trace_length] = '\0';
    assert_null(strstr(w->trace, line));
    assert_int_equal(stats(w).fetches, 3 + 2);
  }
}

/* Removed while it was observed, changed by a mutation, and left. */
static uint32_t left_under_a_layer(struct world *w, uint32_t *mutation) {
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  *mutation = mutate(w, 1, entry);
  unobserve(w, observer);
  forget_trace(w);
  return entry;
}

static void a_removed_entry_goes_with_its_last_layer(void **state) {
  struct world *w = *state;
  uint32_t mutation = 0;
  left_under_a_layer(w, &mutation);
  expect(w, "DROP", "");
  fail_mutation(w, mutation);
  expect(w, "DROP", "DROP tasks/1");
}

static void a_removed_entry_goes_when_its_last_layer_is_folded(void **state) {
  struct world *w = *state;
  uint32_t mutation = 0;
  left_under_a_layer(w, &mutation);
  acknowledge(w, mutation);
  expect(w, "FOLD DROP", "FOLD tasks/1 m1\nDROP tasks/1");
}

/* Somebody looks at it, and it is removed. */
static uint32_t removed(struct world *w, double stale_time) {
  uint32_t entry = shown(w, "tasks/1", stale_time);
  on_entry(w, TIDEMARK_REMOVE, entry);
  forget_trace(w);
  return entry;
}

static void who_looks_at_a_removed_entry_sees_it_anew_when_its_key_is_made(void **state) {
  struct world *w = *state;
  uint32_t entry = removed(w, INFINITY);
  assert_int_equal(build(w, "tasks/1"), entry);
  assert_int_equal(find(w, "tasks/1"), entry);
  assert_false(has_state(w, entry, TIDEMARK_STATE_DETACHED));
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nFETCH tasks/1 #2");
}

static void a_removed_entry_that_gets_a_fresh_answer_is_not_fetched(void **state) {
  struct world *w = *state;
  uint32_t entry = removed(w, INFINITY);
  set_data(w, build(w, "tasks/1"));
  flush(w);
  expect_no_fetch(w);
  assert_state(w, entry, "success idle");
}

static void a_removed_entry_that_gets_an_answer_that_is_stale_is_fetched(void **state) {
  struct world *w = *state;
  removed(w, 0);
  set_data(w, build(w, "tasks/1"));
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void what_somebody_waits_for_is_fetched_although_an_answer_is_put_in(void **state) {
  struct world *w = *state;
  removed(w, INFINITY);
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  set_data(w, entry);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

static void an_answer_put_into_a_removed_entry_brings_it_back(void **state) {
  struct world *w = *state;
  uint32_t entry = removed(w, INFINITY);
  set_data(w, entry);
  assert_int_equal(find(w, "tasks/1"), entry);
}

static void
a_removed_entry_that_only_a_disabled_observer_looks_at_is_made_and_not_fetched(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.enabled = 0;
  uint32_t entry = cached(w, "tasks/1");
  observe(w, entry, options);
  on_entry(w, TIDEMARK_REMOVE, entry);
  forget_trace(w);
  build(w, "tasks/1");
  flush(w);
  expect_no_fetch(w);
  assert_state(w, entry, "pending idle");
}

static void a_removed_entry_is_back_at_its_interval(void **state) {
  struct world *w = *state;
  tidemark_observer_options options = observing();
  options.refetch_interval = SECOND;
  uint32_t entry = cached(w, "tasks/1");
  observe(w, entry, options);
  on_entry(w, TIDEMARK_REMOVE, entry);
  forget_trace(w);
  pass(w, SECOND);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nFETCH tasks/1 #3");
  assert_int_equal(find(w, "tasks/1"), entry);
}

static void a_removed_entry_sleeps_when_the_page_is_seen_again(void **state) {
  struct world *w = *state;
  removed(w, 0);
  visible(w, 0);
  visible(w, 1);
  flush(w);
  expect_no_fetch(w);
}

static void removing_twice_is_as_good_as_once(void **state) {
  struct world *w = *state;
  uint32_t entry = removed(w, INFINITY);
  on_entry(w, TIDEMARK_REMOVE, entry);
  assert_int_equal(matching(w, "", 0), 0);
  build(w, "tasks/1");
  assert_int_equal(matching(w, "", 0), 1);
}

static void a_removed_entry_is_back_after_a_sign_out(void **state) {
  struct world *w = *state;
  uint32_t entry = removed(w, INFINITY);
  step(w, (tidemark_event){.type = TIDEMARK_FORGET});
  assert_int_equal(find(w, "tasks/1"), entry);
  flush(w);
  expect_no_fetch(w);
}

static void a_reset_entry_is_as_if_never_fetched(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  on_entry(w, TIDEMARK_RESET, entry);
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1");
  assert_state(w, entry, "pending idle");
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void a_reset_entry_that_is_active_fetches(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  on_matching(w, TIDEMARK_RESET, "tasks");
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nFETCH tasks/1 #2");
}

static void a_reset_voids_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  uint32_t first = w->in_flight[entry];
  on_entry(w, TIDEMARK_RESET, entry);
  flush(w);
  assert_int_equal(answer_to(w, entry, first, NULL), TIDEMARK_LANDING_LATE);
  assert_int_equal(answer(w, entry), TIDEMARK_LANDING_SHOWN);
}

static void a_reset_forgets_an_error(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  fail_fetch(w, entry, 0);
  on_entry(w, TIDEMARK_RESET, entry);
  assert_state(w, entry, "pending idle");
  assert_int_equal(failures(w, entry), 0);
}

static void a_reset_answer_does_not_become_stale(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.stale_time = 10 * SECOND;
  observe(w, entry, options);
  on_entry(w, TIDEMARK_RESET, entry);
  flush(w);
  forget_trace(w);
  pass(w, 20 * SECOND);
  expect(w, "NOTIFY", "");
}

static void a_list_may_name_an_entry_twice(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t entries[] = {entry, entry};
  assert_int_equal(
      step(w, (tidemark_event){.type = TIDEMARK_REMOVE, .list = {.entries = entries, .count = 2}}),
      2);
  expect(w, "DROP", "DROP tasks/1");
}

/* ---- Refetch types ------------------------------------------------------------------------- */

/* One entry of each kind. */
static void set_scene(struct world *w) {
  shown(w, "active", INFINITY);
  cached(w, "inactive");
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, cached(w, "disabled"), options);
  shown(w, "static", TIDEMARK_STATIC);
  build(w, "never_fetched");
  forget_trace(w);
}

static void invalidate_all(struct world *w, enum tidemark_refetch_type refetch_type) {
  struct key all = key("");
  uint32_t *entries;
  int count = tidemark_match(w->cache, all.bytes, all.length, 0, w->now, &entries);
  step(w, (tidemark_event){.type = TIDEMARK_INVALIDATE,
                           .list = {.entries = entries,
                                    .count = (size_t)count,
                                    .refetch_type = (uint8_t)refetch_type}});
  flush(w);
}

static void invalidating_refetches_active_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_ACTIVE);
  expect(w, "FETCH", "FETCH active #5");
}

static void invalidating_may_refetch_inactive_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_INACTIVE);
  expect(w, "FETCH", "FETCH inactive #5");
}

static void invalidating_may_refetch_all_but_disabled_and_static_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_ALL);
  expect(w, "FETCH", "FETCH active #5\nFETCH inactive #6");
}

static void invalidating_may_refetch_nothing(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_NONE);
  expect_no_fetch(w);
}

static void what_no_change_touched_is_not_invalidated(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  pass(w, MINUTE);
  assert_false(has_state(w, entry, TIDEMARK_STATE_INVALIDATED));
}

static void what_has_no_answer_is_not_invalidated(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  assert_false(has_state(w, entry, TIDEMARK_STATE_INVALIDATED));
}

static void invalidating_marks_all_whatever_is_refetched(void **state) {
  struct world *w = *state;
  set_scene(w);
  invalidate_all(w, TIDEMARK_REFETCH_NONE);
  assert_true(has_state(w, find(w, "active"), TIDEMARK_STATE_INVALIDATED));
  assert_true(has_state(w, find(w, "inactive"), TIDEMARK_STATE_INVALIDATED));
  assert_true(has_state(w, find(w, "disabled"), TIDEMARK_STATE_INVALIDATED));
}

static void a_marked_inactive_entry_is_fetched_when_it_is_mounted(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  flush(w);
  expect_no_fetch(w);
  observe_for(w, entry, INFINITY);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/1 #2");
}

/* ---- Whoever waits ------------------------------------------------------------------------- */

static void what_a_list_wanted_is_settled_although_it_is_called_off(void **state) {
  struct world *w = *state;
  static const enum tidemark_event_type TYPES[] = {TIDEMARK_INVALIDATE, TIDEMARK_REFETCH,
                                                   TIDEMARK_RESET};
  static const enum tidemark_event_type ENDS[] = {TIDEMARK_CANCEL, TIDEMARK_REMOVE,
                                                  TIDEMARK_FORGET};
  for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
    for (size_t j = 0; j < sizeof ENDS / sizeof ENDS[0]; j++) {
      restart(w, (tidemark_options){.seed = 1});
      uint32_t entry = shown(w, "tasks/1", INFINITY);
      on_entry(w, TYPES[i], entry);
      expect(w, "SETTLE", "");
      on_entry(w, ENDS[j], entry);
      expect(w, "SETTLE", "SETTLE tasks/1 #0 CANCELLED");
    }
  }
}

static void a_list_that_names_an_entry_twice_tells_of_the_fetch_that_it_called_off(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  uint32_t twice[] = {entry, entry};
  step(w, (tidemark_event){.type = TIDEMARK_RESET, .list = {.entries = twice, .count = 2}});
  expect(w, "SETTLE", "SETTLE tasks/1 #1 CANCELLED");
}

static void what_a_list_wanted_goes_on_when_the_last_observer_leaves(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t observer = observe_for(w, entry, INFINITY);
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  unobserve_aborting(w, observer);
  flush(w);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #2");
}

static void a_list_waits_for_no_fetch_that_it_did_not_want(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  invalidate(w, entry, TIDEMARK_REFETCH_NONE);
  forget_trace(w);
  unobserve_aborting(w, observer);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 CANCELLED");
}

static void an_awaited_fetch_is_not_aborted_when_the_last_observer_leaves(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  fetch(w, entry);
  forget_trace(w);
  unobserve_aborting(w, observer);
  expect(w, "SETTLE", "");
  answer(w, entry);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 SUCCESS");
}

static void an_awaited_fetch_is_tried_again_when_the_last_observer_has_left(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  fetch(w, entry);
  unobserve(w, observer);
  fail_fetch(w, entry, 3);
  pass(w, 2 * SECOND);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #1\nFETCH tasks/1 #1 try 2");
}

static void an_awaited_try_is_not_called_off_when_the_last_observer_leaves(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  fetch(w, entry);
  fail_fetch(w, entry, 3);
  forget_trace(w);
  unobserve(w, observer);
  pass(w, 2 * SECOND);
  expect(w, "SETTLE FETCH", "FETCH tasks/1 #1 try 2");
}

static void a_fetch_that_was_left_is_tried_again_once_it_is_awaited(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  uint32_t observer = observe(w, entry, observing());
  flush(w);
  unobserve(w, observer);
  fetch(w, entry);
  fail_fetch(w, entry, 3);
  assert_state(w, entry, "pending fetching");
}

static void an_awaited_fetch_goes_on_when_its_entry_is_reset(void **state) {
  struct world *w = *state;
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  flush(w);
  forget_trace(w);
  on_entry(w, TIDEMARK_RESET, entry);
  flush(w);
  expect(w, "SETTLE CLEAR FETCH", "SETTLE tasks/1 #1 SUPERSEDED\nCLEAR tasks/1\nFETCH tasks/1 #2");
}

static void whoever_was_told_to_wait_for_the_next_fetch_learns_that_there_is_none(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  invalidate(w, entry, TIDEMARK_REFETCH_ACTIVE);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 SUPERSEDED");
  on_entry(w, TIDEMARK_CANCEL, entry);
  expect(w, "SETTLE", "SETTLE tasks/1 #0 CANCELLED");
}

static void what_only_an_observer_wanted_is_called_off_in_silence(void **state) {
  struct world *w = *state;
  online(w, 0);
  unobserve(w, observe(w, build(w, "tasks/1"), observing()));
  expect(w, "SETTLE", "");
}

static void an_entry_whose_fetch_never_began_counts_as_never_fetched(void **state) {
  struct world *w = *state;
  online(w, 0);
  uint32_t entry = build(w, "tasks/1");
  fetch(w, entry);
  on_entry(w, TIDEMARK_CANCEL, entry);
  online(w, 1);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  expect_no_fetch(w);
}

static void refetching_takes_all_but_disabled_and_static_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  on_matching(w, TIDEMARK_REFETCH, "");
  flush(w);
  expect(w, "FETCH", "FETCH active #5\nFETCH inactive #6");
}

static void refetching_restarts_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 SUPERSEDED\nFETCH tasks/1 #2");
}

static void a_refetch_that_trails_joins_what_is_in_flight(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  forget_trace(w);
  step(w, (tidemark_event){.type = TIDEMARK_REFETCH,
                           .list = {.entries = &entry, .count = 1, .trail = 1}});
  flush(w);
  expect(w, "SETTLE FETCH", "");
  answer(w, entry);
  flush(w);
  expect(w, "SETTLE FETCH", "SETTLE tasks/1 #1 SUCCESS");
}

/* ---- Filters ------------------------------------------------------------------------------- */

static void a_filter_key_selects_what_it_is_a_prefix_or_a_subset_of(void **state) {
  struct world *w = *state;
  build(w, "tasks/list/{project:9,page:1}");
  build(w, "tasks/list/{project:9,page:2}");
  build(w, "tasks/list/{project:8,page:1}");
  build(w, "tasks/detail/9");
  assert_int_equal(matching(w, "tasks", 0), 4);
  assert_int_equal(matching(w, "tasks/list/{project:9}", 0), 2);
  assert_int_equal(matching(w, "tasks/list/{project:'9'}", 0), 0);
  assert_int_equal(matching(w, "tasks/list/{page:1}", 0), 2);
  assert_int_equal(matching(w, "", 0), 4);
}

static void an_exact_filter_selects_by_identity(void **state) {
  struct world *w = *state;
  build(w, "tasks");
  build(w, "tasks/{a:1,b:2}");
  assert_int_equal(matching(w, "tasks", TIDEMARK_MATCH_EXACT), 1);
  assert_int_equal(matching(w, "tasks/{b:2,a:1}", TIDEMARK_MATCH_EXACT), 1);
  assert_int_equal(matching(w, "tasks/{a:1}", TIDEMARK_MATCH_EXACT), 0);
  assert_int_equal(matching(w, "", TIDEMARK_MATCH_EXACT), 0);
}

static void filters_select_active_and_inactive_entries(void **state) {
  struct world *w = *state;
  set_scene(w);
  assert_int_equal(matching(w, "active", TIDEMARK_MATCH_ACTIVE), 1);
  assert_int_equal(matching(w, "active", TIDEMARK_MATCH_INACTIVE), 0);
  assert_int_equal(matching(w, "inactive", TIDEMARK_MATCH_ACTIVE), 0);
  assert_int_equal(matching(w, "inactive", TIDEMARK_MATCH_INACTIVE), 1);
  assert_int_equal(matching(w, "disabled", TIDEMARK_MATCH_INACTIVE), 1);
}

static void filters_select_stale_and_fresh_entries(void **state) {
  struct world *w = *state;
  shown(w, "fresh", 1000);
  shown(w, "stale", 0);
  cached(w, "unobserved");
  build(w, "empty");
  assert_int_equal(matching(w, "", TIDEMARK_MATCH_STALE), 2);
  assert_int_equal(matching(w, "", TIDEMARK_MATCH_FRESH), 2);
  assert_int_equal(matching(w, "fresh", TIDEMARK_MATCH_FRESH), 1);
  assert_int_equal(matching(w, "unobserved", TIDEMARK_MATCH_FRESH), 1);
  invalidate(w, find(w, "unobserved"), TIDEMARK_REFETCH_NONE);
  assert_int_equal(matching(w, "unobserved", TIDEMARK_MATCH_STALE), 1);
}

static void filters_select_by_what_is_under_way(void **state) {
  struct world *w = *state;
  mount(w, "fetching");
  build(w, "idle");
  online(w, 0);
  mount(w, "paused");
  assert_int_equal(matching(w, "fetching", TIDEMARK_MATCH_FETCHING), 1);
  assert_int_equal(matching(w, "idle", TIDEMARK_MATCH_IDLE), 1);
  assert_int_equal(matching(w, "paused", TIDEMARK_MATCH_PAUSED), 1);
  assert_int_equal(matching(w, "", TIDEMARK_MATCH_FETCHING), 1);
}

static void filters_are_anded(void **state) {
  struct world *w = *state;
  mount(w, "tasks/1");
  shown(w, "tasks/2", INFINITY);
  cached(w, "tasks/3");
  assert_int_equal(matching(w, "tasks", TIDEMARK_MATCH_ACTIVE | TIDEMARK_MATCH_FRESH), 1);
  assert_int_equal(matching(w, "tasks", TIDEMARK_MATCH_ACTIVE | TIDEMARK_MATCH_INACTIVE), 0);
}

static void a_selection_may_be_narrowed_and_handed_back(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  uint32_t second = shown(w, "tasks/2", INFINITY);
  struct key k = key("tasks");
  uint32_t *entries;
  tidemark_match(w->cache, k.bytes, k.length, 0, w->now, &entries);
  entries[0] = second;
  step(w, (tidemark_event){.type = TIDEMARK_INVALIDATE, .list = {.entries = entries, .count = 1}});
  flush(w);
  expect(w, "FETCH", "FETCH tasks/2 #3");
}

static void a_filter_that_is_no_key_is_an_error(void **state) {
  struct world *w = *state;
  uint32_t *entries;
  uint8_t bytes[] = {TIDEMARK_KEY_ARRAY};
  assert_int_equal(tidemark_match(w->cache, bytes, 1, 0, w->now, &entries), TIDEMARK_ERROR_KEY);
  assert_int_equal(tidemark_find(w->cache, bytes, 1), TIDEMARK_ERROR_KEY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(removing_an_unobserved_entry_drops_it_at_once),
      PROMISE(whoever_waits_for_an_entry_that_is_removed_learns_of_it),
      PROMISE(a_removed_entry_that_is_observed_is_found_by_nobody),
      PROMISE(a_removed_entry_keeps_its_answer_for_its_observers),
      PROMISE(a_removed_entry_goes_with_its_last_observer),
      PROMISE(a_removed_entry_that_is_fetched_is_back),
      PROMISE(who_looks_at_a_removed_entry_sees_it_anew_when_its_key_is_made),
      PROMISE(a_removed_entry_that_gets_a_fresh_answer_is_not_fetched),
      PROMISE(a_removed_entry_that_gets_an_answer_that_is_stale_is_fetched),
      PROMISE(what_somebody_waits_for_is_fetched_although_an_answer_is_put_in),
      PROMISE(an_answer_put_into_a_removed_entry_brings_it_back),
      PROMISE(a_removed_entry_that_only_a_disabled_observer_looks_at_is_made_and_not_fetched),
      PROMISE(a_removed_entry_is_back_at_its_interval),
      PROMISE(a_removed_entry_sleeps_when_the_page_is_seen_again),
      PROMISE(removing_twice_is_as_good_as_once),
      PROMISE(a_removed_entry_is_back_after_a_sign_out),
      PROMISE(a_removed_entry_goes_with_its_last_layer),
      PROMISE(a_removed_entry_goes_when_its_last_layer_is_folded),
      PROMISE(removing_what_waits_for_its_fetch_leaves_the_others_waiting),
      PROMISE(a_reset_entry_is_as_if_never_fetched),
      PROMISE(a_reset_entry_that_is_active_fetches),
      PROMISE(a_reset_voids_what_is_in_flight),
      PROMISE(a_reset_forgets_an_error),
      PROMISE(a_reset_answer_does_not_become_stale),
      PROMISE(a_list_may_name_an_entry_twice),
      PROMISE(invalidating_refetches_active_entries),
      PROMISE(invalidating_may_refetch_inactive_entries),
      PROMISE(invalidating_may_refetch_all_but_disabled_and_static_entries),
      PROMISE(invalidating_may_refetch_nothing),
      PROMISE(what_no_change_touched_is_not_invalidated),
      PROMISE(what_has_no_answer_is_not_invalidated),
      PROMISE(invalidating_marks_all_whatever_is_refetched),
      PROMISE(a_marked_inactive_entry_is_fetched_when_it_is_mounted),
      PROMISE(what_a_list_wanted_is_settled_although_it_is_called_off),
      PROMISE(a_list_that_names_an_entry_twice_tells_of_the_fetch_that_it_called_off),
      PROMISE(what_a_list_wanted_goes_on_when_the_last_observer_leaves),
      PROMISE(a_list_waits_for_no_fetch_that_it_did_not_want),
      PROMISE(an_awaited_fetch_is_not_aborted_when_the_last_observer_leaves),
      PROMISE(an_awaited_fetch_is_tried_again_when_the_last_observer_has_left),
      PROMISE(an_awaited_try_is_not_called_off_when_the_last_observer_leaves),
      PROMISE(a_fetch_that_was_left_is_tried_again_once_it_is_awaited),
      PROMISE(an_awaited_fetch_goes_on_when_its_entry_is_reset),
      PROMISE(whoever_was_told_to_wait_for_the_next_fetch_learns_that_there_is_none),
      PROMISE(what_only_an_observer_wanted_is_called_off_in_silence),
      PROMISE(an_entry_whose_fetch_never_began_counts_as_never_fetched),
      PROMISE(refetching_takes_all_but_disabled_and_static_entries),
      PROMISE(refetching_restarts_what_is_in_flight),
      PROMISE(a_refetch_that_trails_joins_what_is_in_flight),
      PROMISE(a_filter_key_selects_what_it_is_a_prefix_or_a_subset_of),
      PROMISE(an_exact_filter_selects_by_identity),
      PROMISE(filters_select_active_and_inactive_entries),
      PROMISE(filters_select_stale_and_fresh_entries),
      PROMISE(filters_select_by_what_is_under_way),
      PROMISE(filters_are_anded),
      PROMISE(a_selection_may_be_narrowed_and_handed_back),
      PROMISE(a_filter_that_is_no_key_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
