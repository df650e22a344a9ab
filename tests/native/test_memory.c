/* Memory that is refused, given back, and not leaked: whole scenarios, each allocation in turn. */
#include <stdio.h>
#include <string.h>

#include "helper_replay.h"
#include "helper_stream.h"

/* ---- Scenarios ----------------------------------------------------------------------------- */

static void queries(struct world *w) {
  uint32_t observers[12];
  for (int i = 0; i < 12; i++) {
    char name[] = "tasks/list/{project:_}";
    name[20] = (char)('0' + i % 10);
    uint32_t entry = build_for(w, i < 10 ? name : "users", SECOND);
    tidemark_observer_options options = observing();
    options.refetch_interval = i == 0 ? SECOND : 0;
    options.stale_time = i * 100;
    options.gc_time = SECOND;
    observers[i] = observe(w, entry, options);
  }
  flush(w);
  for (uint32_t entry = 1; entry < 8; entry++) {
    if (entry % 3 == 0) {
      fail_fetch(w, entry, 1);
    } else {
      answer(w, entry);
    }
  }
  pass(w, 2 * SECOND);
  set_observer(w, observers[1], find(w, "users"), observing());
  on_matching(w, TIDEMARK_INVALIDATE, "tasks/list");
  on_matching(w, TIDEMARK_RESET, "tasks/list/{project:4}");
  on_matching(w, TIDEMARK_REMOVE, "tasks/list/{project:5}");
  set_data(w, find(w, "users"));
  flush(w);
  on_matching(w, TIDEMARK_CANCEL, "");
  for (int i = 0; i < 12; i++) {
    unobserve_aborting(w, observers[i]);
  }
  pass(w, 2 * MINUTE);
}

/* Nobody observes them: what goes on around them begins at the flush. */
static void prefetches(struct world *w) {
  for (uint32_t i = 1; i <= 80; i++) {
    char name[32];
    snprintf(name, sizeof name, "tasks/%u", i);
    fetch(w, build_for(w, name, SECOND * (i % 70 + 1)));
  }
  flush(w);
  for (uint32_t entry = 1; entry <= 80; entry++) {
    if (entry % 2 == 0) {
      fail_fetch(w, entry, 1);
    } else {
      answer(w, entry);
    }
  }
  pass(w, 2 * SECOND);
  for (uint32_t i = 1; i <= 20; i++) {
    char name[32];
    snprintf(name, sizeof name, "tasks/%u", i);
    build_for(w, name, MINUTE + i);
  }
  pass(w, 2 * MINUTE);
}

static void mutations(struct world *w) {
  uint32_t active = shown(w, "tasks/1", INFINITY);
  uint32_t inactive = cached(w, "tasks/2");
  uint32_t handles[20];
  for (uint32_t i = 0; i < 20; i++) {
    handles[i] = begin_mutation(w, i + 1);
    add_layer(w, handles[i], active);
    if (i % 2 == 0) {
      add_layer(w, handles[i], inactive);
    }
  }
  for (uint32_t i = 0; i < 20; i++) {
    if (i % 3 == 0) {
      fail_mutation(w, handles[i]);
    } else {
      acknowledge(w, handles[i]);
    }
  }
  flush(w);
  answer(w, active);
}

static void changes(struct world *w) {
  rules(w, "[{'on':'task','invalidate':[['tasks',{'project':'$project_id'}],['tasks','$id']]},"
           "{'on':{'resource':'user','action':['DELETE']},'remove':[['users','$id:number']]}]");
  for (int i = 0; i < 10; i++) {
    char name[] = "tasks/_";
    name[6] = (char)('0' + i);
    shown(w, name, INFINITY);
  }
  cached(w, "users/7");
  change(w, "[{'resource':'task','id':1,'project_id':9},{'resource':'task','id':2},"
            "{'resource':'user','id':'7','action':'DELETE'},{'resource':'user','id':'x'}]");
  flush(w);
  change(w, "{'resource':'unknown'}");
  change(w, "[{'resource':'task','id':3},{}]");
  rules(w, "[{'on':'task','invalidate':[['tasks']]}]");
  rules(w, "[{'on':'task','invalidate':7}]");
  change(w, "{'resource':'task'}");
  flush(w);
}

/* Longer than what is kept for ordinary messages. */
static void long_frame(struct world *w) {
  char padding[9000];
  memset(padding, 'x', sizeof padding - 1);
  padding[sizeof padding - 1] = '\0';
  char text[10000];
  snprintf(text, sizeof text, "{'type':'ping','padding':'%s'}", padding);
  frame(w, text);
}

static void streams(struct world *w) {
  go_live(w, "e", 10);
  rules(w, "[{'on':'task','invalidate':[['tasks','$id']]}]");
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  answer_as_of(w, entry, "e:10");
  task_changed(w, 1, 14, 13);
  subscribed(w, "e", 14, 1,
             "[{'type':'cache_invalidate','epoch':'e','seq':12,'prev':11,"
             "'data':{'resource':'task','id':2}},{'type':'nonsense'}]");
  frame(w, "{'type':'ping','seq':14}");
  frame(w, "{'type':'cache_invalidate','data':{}}");
  frame(w, "not json");
  frame(w, "{'type':'celebrate'}");
  frame(w, "{'type':'reset','scopes':[],'reason':'test'}");
  pass(w, 3 * SECOND);
  answer(w, entry);
  long_frame(w); /* the next thing to wait for is another one */
  reconnect(w, "new", 3, 0);
  online(w, 0);
  online(w, 1);
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
}

static void tags(struct world *w) {
  uint32_t first = shown(w, "posts/1", INFINITY);
  uint32_t second = shown(w, "posts", INFINITY);
  set_tags(w, first, "[Post,1]/[Author,7]");
  set_tags(w, second, "[Post,1]/[Post,2]/[Post,LIST]");
  change(w, "{'tags':[['Post',1]]}");
  flush(w);
  set_tags(w, first, "[Post,1]/[Post,3]/[Author,8]/[Author,9]");
  set_tags(w, second, "");
  change(w, "{'tags':['Post','Author']}");
  flush(w);
  on_entry(w, TIDEMARK_REMOVE, first);
}

static void set_scopes(struct world *w, enum tidemark_event_type type, uint32_t entry,
                       const char *names) {
  struct key k = key(names);
  step(w, (tidemark_event){.type = type, .entry = entry, .key = {k.bytes, k.length, 0}});
}

static void scopes(struct world *w) {
  set_scopes(w, TIDEMARK_SCOPES, 0, "staff");
  go_live(w, "e", 10);
  uint32_t first = shown(w, "tasks/1", INFINITY);
  uint32_t second = shown(w, "tasks/2", INFINITY);
  set_scopes(w, TIDEMARK_SET_SCOPES, first, "staff/project");
  set_scopes(w, TIDEMARK_SET_SCOPES, second, "staff/project");
  set_scopes(w, TIDEMARK_SCOPES, 0, "staff/project");
  subscribed(w, "e", 10, 1, "[]");
  flush(w);
  set_scopes(w, TIDEMARK_SET_SCOPES, first, "staff");
  step(w, (tidemark_event){.type = TIDEMARK_FORGET});
}

/* What is there already and asks for more: other gc times, other entries to observe, layers. */
static void moves(struct world *w) {
  enum { COUNT = 70 }; /* more than a chunk of a pool */
  uint32_t entries[3 * COUNT];
  char name[32];
  for (uint32_t i = 0; i < 3 * COUNT; i++) {
    snprintf(name, sizeof name, "a/%u", i);
    entries[i] = build_for(w, name, SECOND);
  }
  for (uint32_t i = 0; i < COUNT; i++) {
    snprintf(name, sizeof name, "a/%u", i);
    build_for(w, name, (10 + i) * MINUTE);
  }
  for (uint32_t i = 0; i < COUNT; i++) {
    uint32_t observer = observe(w, entries[i], observing());
    set_observer(w, observer, entries[COUNT + i], observing());
  }
  for (uint32_t i = 0; i < COUNT; i++) {
    mutate(w, i + 1, entries[2 * COUNT + i]);
  }
}

static void growth(struct world *w) {
  for (int i = 0; i < 300; i++) {
    char name[32];
    snprintf(name, sizeof name, "a%d/{b:%d}", i % 9, i);
    observe(w, build_for(w, name, SECOND), observing());
  }
  flush(w);
  on_matching(w, TIDEMARK_INVALIDATE, "");
  flush(w);
}

static void (*const SCENARIOS[])(struct world *w) = {
    queries, prefetches, mutations, changes, streams, tags, scopes, moves, growth};
enum { SCENARIO_COUNT = sizeof SCENARIOS / sizeof *SCENARIOS };

/* ---- What can be seen of a cache ----------------------------------------------------------- */

enum { SEEN_ENTRIES = 320 };

struct view {
  int64_t states[SEEN_ENTRIES];
  int layers[SEEN_ENTRIES];
  tidemark_stats stats;
  double deadline, seq;
  enum tidemark_stream_status stream;
};

static struct view view_of(struct world *w) {
  struct view view;
  memset(&view, 0, sizeof view); /* padding too: views are compared as bytes */
  for (uint32_t entry = 1; entry < SEEN_ENTRIES; entry++) {
    uint32_t *layers;
    view.states[entry] = tidemark_state(w->cache, entry);
    view.layers[entry] = tidemark_layers(w->cache, entry, &layers);
  }
  view.stats = stats(w);
  view.stats.memory = 0; /* room that was made for the event may stay */
  view.deadline = tidemark_next_deadline(w->cache);
  const char *epoch;
  size_t length;
  view.seq = tidemark_stream_position(w->cache, &epoch, &length);
  view.stream = tidemark_stream_state(w->cache);
  return view;
}

static void name_entries_by_handle(struct world *w) {
  for (uint32_t entry = 1; entry < WORLD_NAMES; entry++) {
    snprintf(w->names[entry], WORLD_NAME_BYTES, "%u", entry);
  }
}

/* ---- Refusing each allocation in turn ------------------------------------------------------ */

/* Takes an event that may be refused for memory once; then nothing has happened, and the same event
 * is taken the second time. */
static int take_again_if_refused(struct world *w, const tidemark_event *event) {
  struct view before = view_of(w);
  int result = tidemark_step(w->cache, event, w->now);
  if (result != TIDEMARK_ERROR_MEMORY) {
    return result;
  }
  assert_true(heap_has_refused(&w->heap));
  w->heap.refuse_rest = 0;
  struct view after = view_of(w);
  assert_memory_equal(&before, &after, sizeof before);
  tidemark_effect effect;
  assert_int_equal(tidemark_drain(w->cache, &effect, 1), 0);
  return tidemark_step(w->cache, event, w->now);
}

struct outcome {
  char trace[TRACE_BYTES];
  struct view view;
  int refused;
};

static void run(const struct recording *recording, uint64_t refuse, int rest, struct outcome *out) {
  void *state;
  world_setup(&state);
  struct world *w = state;
  name_entries_by_handle(w);
  w->take = take_again_if_refused;
  w->heap.refuse = refuse == 0 ? 0 : w->heap.asked + refuse;
  w->heap.refuse_rest = rest;
  for (size_t i = 0; i < recording->count; i++) {
    int result = replay(w, &recording->events[i]);
    assert_int_not_equal(result, TIDEMARK_ERROR_MEMORY);
    assert_true(stats(w).memory == (double)w->heap.bytes);
  }
  memcpy(out->trace, w->trace, w->trace_length);
  out->trace[w->trace_length] = '\0';
  out->view = view_of(w);
  out->refused = heap_has_refused(&w->heap);
  world_teardown(&state);
}

static void refuse_each_allocation(void (*scenario)(struct world *w), int rest) {
  static struct outcome expected, outcome;
  struct recording recording = record_scenario(scenario);
  run(&recording, 0, 0, &expected);
  uint64_t n = 0;
  do {
    run(&recording, ++n, rest, &outcome);
    assert_string_equal(outcome.trace, expected.trace);
    assert_memory_equal(&outcome.view, &expected.view, sizeof outcome.view);
  } while (outcome.refused);
  assert_true(n > 1);
  free_recording(&recording);
}

static void a_refused_allocation_refuses_one_event_whole(void **state) {
  for (int i = 0; i < SCENARIO_COUNT; i++) {
    refuse_each_allocation(SCENARIOS[i], 0);
  }
}

static void memory_that_ran_out_for_a_while_refuses_one_event_whole(void **state) {
  for (int i = 0; i < SCENARIO_COUNT; i++) {
    refuse_each_allocation(SCENARIOS[i], 1);
  }
}

static void a_cache_that_cannot_be_created_leaves_nothing_behind(void **state) {
  tidemark_options options = {.seed = 1};
  for (uint64_t n = 1;; n++) {
    struct heap heap = {.refuse = n};
    tidemark_allocator allocator = heap_allocator(&heap);
    tidemark_cache *cache = (tidemark_cache *)&heap;
    int result = tidemark_create(&options, &allocator, &cache);
    if (result == TIDEMARK_OK) {
      tidemark_destroy(cache);
      assert_true(n > 1);
      return;
    }
    assert_int_equal(result, TIDEMARK_ERROR_MEMORY);
    assert_null(cache);
    assert_int_equal(heap.blocks, 0);
  }
}

/* ---- Destroying ---------------------------------------------------------------------------- */

static void destroy_after(const struct recording *recording, size_t count) {
  void *state;
  world_setup(&state);
  struct world *w = state;
  name_entries_by_handle(w);
  for (size_t i = 0; i < count; i++) {
    w->now = recording->events[i].now;
    tidemark_step(w->cache, &recording->events[i].event, w->now);
    if (i + 1 < count) { /* the last event's effects are lost */
      drain(w);
      forget_trace(w);
    }
  }
  world_teardown(&state);
}

static void a_cache_destroyed_at_any_moment_leaks_nothing(void **state) {
  for (int i = 0; i < SCENARIO_COUNT; i++) {
    struct recording recording = record_scenario(SCENARIOS[i]);
    size_t step = recording.count > 200 ? 17 : 1;
    for (size_t count = 0; count <= recording.count; count += step) {
      destroy_after(&recording, count);
    }
    free_recording(&recording);
  }
}

static void no_cache_is_destroyed_too(void **state) {
  tidemark_destroy(NULL);
}

/* ---- Giving back --------------------------------------------------------------------------- */

enum { USED_AT_ONCE = 3000 };

static void use_and_forget(struct world *w, uint32_t count) {
  static uint32_t entries[USED_AT_ONCE], observers[USED_AT_ONCE], pending[USED_AT_ONCE];
  for (uint32_t i = 0; i < count; i++) {
    char name[64];
    snprintf(name, sizeof name, "tasks/list/{project:%u,page:1}", i);
    entries[i] = build_for(w, name, 0);
    tidemark_observer_options options = observing();
    options.gc_time = 0;
    observers[i] = observe(w, entries[i], options);
    pending[i] = begin_mutation(w, i + 1);
    add_layer(w, pending[i], entries[i]);
    snprintf(name, sizeof name, "[Task,%u]/[Task,LIST]", i);
    set_tags(w, entries[i], name);
    forget_trace(w);
  }
  for (uint32_t i = 0; i < count; i++) {
    fail_mutation(w, pending[i]);
    unobserve_aborting(w, observers[i]);
    forget_trace(w);
  }
  pass(w, SECOND);
  forget_trace(w);
}

static void what_is_used_and_forgotten_again_takes_no_more_memory(void **state) {
  struct world *w = *state;
  size_t bytes = 0;
  for (uint32_t serial = 1; serial <= 300; serial++) {
    uint32_t entry = build_for(w, "tasks/1", 0);
    uint32_t mutation = begin_mutation(w, serial);
    add_layer(w, mutation, entry);
    if (serial % 2 == 0) {
      fail_mutation(w, mutation);
    } else {
      acknowledge(w, mutation);
    }
    uint32_t outlives_entry = begin_mutation(w, 1000 + serial);
    add_layer(w, outlives_entry, entry);
    unobserve_aborting(w, observe(w, entry, observing()));
    on_entry(w, TIDEMARK_REMOVE, entry);
    acknowledge(w, outlives_entry);
    pass(w, SECOND);
    forget_trace(w);
    bytes = serial == 10 ? w->heap.bytes : bytes;
  }
  assert_int_equal(w->heap.bytes, bytes);
}

static void a_long_message_weighs_nothing_once_it_has_been_taken(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'ping'}");
  size_t bytes = w->heap.bytes;
  long_frame(w);
  assert_int_equal(w->heap.bytes, bytes);
}

static void a_cache_that_has_forgotten_everything_is_as_small_as_a_new_one(void **state) {
  struct world *w = *state;
  use_and_forget(w, 1);
  size_t bytes = w->heap.bytes;
  use_and_forget(w, USED_AT_ONCE);
  assert_true(stats(w).entries == 0);
  assert_int_equal(w->heap.bytes, bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_refused_allocation_refuses_one_event_whole),
      PROMISE(memory_that_ran_out_for_a_while_refuses_one_event_whole),
      PROMISE(a_cache_that_cannot_be_created_leaves_nothing_behind),
      PROMISE(a_cache_destroyed_at_any_moment_leaks_nothing),
      PROMISE(no_cache_is_destroyed_too),
      PROMISE(what_is_used_and_forgotten_again_takes_no_more_memory),
      PROMISE(a_long_message_weighs_nothing_once_it_has_been_taken),
      PROMISE(a_cache_that_has_forgotten_everything_is_as_small_as_a_new_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
