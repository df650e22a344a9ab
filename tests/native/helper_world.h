/*
 * A world around one cache: a clock that moves when told to, an allocator that counts, and a trace
 * of what the cache asked for, one effect a line:
 *
 *      FETCH tasks/1 #1            the first fetch of this world; "try 2" if one try failed
 *      SETTLE tasks/1 #1 SUCCESS   or ERROR, CANCELLED, SUPERSEDED
 *      FOLD tasks/1 m7             the mutation with serial 7
 *      CLEAR, REPLAY, NOTIFY, DROP tasks/1
 *      TICKET s1, OPEN s1, SEND s1 AUTH, CLOSE s1 4000, STATUS LIVE, WARN TYPE sync
 *
 * A verb is one event at the world's time, and what it caused is drained at once, as a caller must.
 * Fetches that changes, lists and timers want start at the end of a turn: flush(), pass() or
 * mount().
 */
#ifndef HELPER_WORLD_H
#define HELPER_WORLD_H

#include <math.h>

#include "helper_heap.h"
#include "helper_key.h"
#include "helper_test.h"
#include "tidemark.h"

enum { WORLD_NAMES = 4096, WORLD_NAME_BYTES = 48, WORLD_FETCHES = 8192, TRACE_BYTES = 1 << 18 };

/* ms */
#define SECOND 1000.0
#define MINUTE (60 * SECOND)

struct world {
  tidemark_cache *cache;
  struct heap heap;
  double now;
  size_t drain_capacity;
  uint32_t socket; /* last one asked for */
  /* How an event is taken; tidemark_step unless a test does more. */
  int (*take)(struct world *w, const tidemark_event *event);
  /* Told of each effect as it is drained; NULL unless a test wants to act on them. */
  void (*carry_out)(struct world *w, const tidemark_effect *effect);
  void *context; /* for the two above */
  size_t fetches;
  uint32_t fetch_ids[WORLD_FETCHES];         /* in the order of the trace's #1, #2, ... */
  uint32_t serials[WORLD_NAMES];             /* by mutation */
  uint32_t in_flight[WORLD_NAMES];           /* the last fetch of each entry */
  char names[WORLD_NAMES][WORLD_NAME_BYTES]; /* of entries */
  char trace[TRACE_BYTES];
  size_t trace_length;
};

/* For cmocka: a world with default options, and the check that nothing of it leaks. */
int world_setup(void **state);
int world_teardown(void **state);
#define PROMISE(test) PROMISE_IN(world_setup, test)
/* The same, in a world that a setup of the test's own has made ready. */
#define PROMISE_IN(setup, test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)
/* Another cache in the same world. */
void restart(struct world *w, tidemark_options options);

/* ---- Verbs: step and drain; results as tidemark_step has them ------------------------------ */
int step(struct world *w, tidemark_event event);
void drain(struct world *w);
void flush(struct world *w);
/* Time passes; every timer on the way gets its TICK and its FLUSH. */
void pass(struct world *w, double ms);

uint32_t build(struct world *w, const char *notation);
uint32_t build_for(struct world *w, const char *notation, double gc_time);
/* The entry under a key, 0 for none. */
uint32_t find(struct world *w, const char *notation);

/* Enabled, 5 minutes gc, stale at once, everything refetches if stale: what users get by default.
 */
tidemark_observer_options observing(void);
uint32_t observe(struct world *w, uint32_t entry, tidemark_observer_options options);
uint32_t observe_for(struct world *w, uint32_t entry, double stale_time);
int set_observer(struct world *w, uint32_t observer, uint32_t entry,
                 tidemark_observer_options options);
int unobserve(struct world *w, uint32_t observer);
/* The same when the fetch in flight can be aborted. */
int unobserve_aborting(struct world *w, uint32_t observer);

int fetch(struct world *w, uint32_t entry);
int refetch_for_change(struct world *w, uint32_t entry);
/* The fetch of an entry that the trace showed last ends. */
int answer(struct world *w, uint32_t entry);
int answer_as_of(struct world *w, uint32_t entry, const char *as_of);
int answer_to(struct world *w, uint32_t entry, uint32_t fetch, const char *as_of);
int fail_fetch(struct world *w, uint32_t entry, double retry_limit);
int set_data(struct world *w, uint32_t entry);
/* The keys of the tags, in the notation of one key: "[Post,1]/[Author]". */
int set_tags(struct world *w, uint32_t entry, const char *notation);

/* List events on one entry, or on what a key matches. */
int on_entry(struct world *w, enum tidemark_event_type type, uint32_t entry);
int on_matching(struct world *w, enum tidemark_event_type type, const char *notation);
int invalidate(struct world *w, uint32_t entry, enum tidemark_refetch_type refetch_type);
/* The same, but what is in flight may land first. */
int invalidate_trailing(struct world *w, uint32_t entry);

/* Texts are JSON with ' for ". */
int rules(struct world *w, const char *text);
int change(struct world *w, const char *text);

uint32_t begin_mutation(struct world *w, uint32_t serial);
int add_layer(struct world *w, uint32_t mutation, uint32_t entry);
int acknowledge(struct world *w, uint32_t mutation);
int fail_mutation(struct world *w, uint32_t mutation);

void online(struct world *w, int value);
void visible(struct world *w, int value);

/* Begins a mutation with one layer. */
uint32_t mutate(struct world *w, uint32_t serial, uint32_t entry);

/* ---- Ready-made ---------------------------------------------------------------------------- */
/* Observed with default options and in flight. */
uint32_t mount(struct world *w, const char *notation);
/* Observed, answered just now, and nothing of that in the trace. */
uint32_t shown(struct world *w, const char *notation, double stale_time);
/* Fetched once and observed by nobody. */
uint32_t cached(struct world *w, const char *notation);

/* ---- What is seen -------------------------------------------------------------------------- */
tidemark_stats stats(struct world *w);
uint32_t failures(struct world *w, uint32_t entry);
int has_state(struct world *w, uint32_t entry, int64_t bits);
/* By marks alone: for an observer whose answers never get old by the clock. */
int is_marked(struct world *w, uint32_t entry);
/* How many entries a filter selects, or an error. */
int matching(struct world *w, const char *notation, uint32_t flags);
/* The layers of an entry as the serials of their mutations, lowest first: "1 3". */
const char *layers_text(struct world *w, uint32_t entry);
void forget_trace(struct world *w);

/* Status and fetch status, such as "success idle". */
#define assert_state(w, entry, expected)                                                           \
  _assert_string_equal(state_text(w, entry), expected, __FILE__, __LINE__)
const char *state_text(struct world *w, uint32_t entry);

/* The trace so far, of the types named in the first text alone, is exactly these lines; then it
 * starts anew. */
#define expect(w, types, lines) expect_at(w, types, lines, __FILE__, __LINE__)
void expect_at(struct world *w, const char *types, const char *lines, const char *file, int line);
/* Writes an effect's line; drain() does. */
void trace_effect(struct world *w, const tidemark_effect *effect);
/* Nothing is fetched, that is, was since the trace started. */
#define expect_no_fetch(w) expect(w, "FETCH", "")

#endif
