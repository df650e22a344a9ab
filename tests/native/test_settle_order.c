/* Mutations ended in any order, against a model that tells the truth. */
#include <stdio.h>
#include <string.h>

#include "helper_world.h"

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
      PROMISE(an_answer_asked_for_before_a_fold_does_not_undo_it),
      PROMISE(the_view_holds_what_was_begun_and_did_not_fail_in_any_order_of_events),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
