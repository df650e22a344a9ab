/* An empty cache gives room back; where memory for the smaller room is refused, it keeps the larger
 * one and nothing else happens. */
#include <stdio.h>

#include "helper_world.h"

enum { ENTRIES = 64 };

static void build_many(struct world *w) {
  for (int i = 0; i < ENTRIES; i++) {
    char notation[16];
    snprintf(notation, sizeof notation, "tasks/%d", i);
    assert_true(build(w, notation) > 0);
  }
}

static size_t bytes_when_emptied(struct world *w, uint64_t refused) {
  build_many(w);
  struct key everything = key("");
  uint32_t *entries;
  int count = tidemark_match(w->cache, everything.bytes, everything.length, 0, w->now, &entries);
  tidemark_event event = {.type = TIDEMARK_REMOVE,
                          .list = {.entries = entries, .count = (size_t)count}};
  assert_int_equal(tidemark_step(w->cache, &event, w->now), ENTRIES);
  w->heap.refuse = refused == 0 ? 0 : w->heap.asked + refused;
  w->heap.refuse_rest = 1;
  drain(w);
  w->heap.refuse = 0;
  return w->heap.bytes;
}

static void room_that_cannot_be_made_smaller_is_kept(void **state) {
  struct world *w = *state;
  size_t shrunk = bytes_when_emptied(w, 0);
  assert_true(bytes_when_emptied(w, 1) > shrunk);
}

static void room_that_could_not_be_made_smaller_is_the_next_time(void **state) {
  struct world *w = *state;
  size_t shrunk = bytes_when_emptied(w, 0);
  bytes_when_emptied(w, 1);
  assert_int_equal(bytes_when_emptied(w, 0), shrunk);
}

static void an_empty_cache_of_any_room_takes_entries_again(void **state) {
  struct world *w = *state;
  bytes_when_emptied(w, 1);
  build_many(w);
  assert_int_equal(on_matching(w, TIDEMARK_INVALIDATE, "tasks"), ENTRIES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(room_that_cannot_be_made_smaller_is_kept),
      PROMISE(room_that_could_not_be_made_smaller_is_the_next_time),
      PROMISE(an_empty_cache_of_any_room_takes_entries_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
