/* The hash table, also against a plain list of pairs that tells the truth. */
#include <stdbool.h>
#include <stdlib.h>

#include "helper_heap.h"
#include "helper_test.h"
#include "table.h"

struct fixture {
  struct heap heap;
  struct memory memory;
  struct table table;
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->memory.allocator = heap_allocator(&f->heap);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  table_destroy(&f->table, &f->memory);
  assert_int_equal(f->heap.blocks, 0);
  free(f);
  return 0;
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void insert(struct fixture *f, uint32_t hash, uint32_t id) {
  assert_int_equal(table_reserve(&f->table, &f->memory, 1), 0);
  table_insert(&f->table, hash, id);
}

/* Whether the id is among those under the hash. */
static bool holds(const struct fixture *f, uint32_t hash, uint32_t id) {
  uint32_t at;
  for (uint32_t found = table_first(&f->table, hash, &at); found != 0;
       found = table_next(&f->table, hash, &at)) {
    if (found == id) {
      return true;
    }
  }
  return false;
}

static void an_empty_table_holds_nothing(void **state) {
  assert_false(holds(*state, 7, 1));
}

static void ids_under_one_hash_are_all_found(void **state) {
  struct fixture *f = *state;
  for (uint32_t id = 1; id <= 50; id++) {
    insert(f, 7, id);
  }
  for (uint32_t id = 1; id <= 50; id++) {
    assert_true(holds(f, 7, id));
  }
  assert_false(holds(f, 7, 51));
}

static void ids_whose_hashes_collide_in_their_low_bits_stay_apart(void **state) {
  struct fixture *f = *state;
  insert(f, 0x10000007, 1);
  insert(f, 0x20000007, 2);
  assert_true(holds(f, 0x10000007, 1) && holds(f, 0x20000007, 2));
  assert_false(holds(f, 0x10000007, 2) || holds(f, 0x20000007, 1));
}

static void one_id_may_stand_under_two_hashes(void **state) {
  struct fixture *f = *state;
  insert(f, 6, 1);
  insert(f, 7, 1);
  table_remove(&f->table, 7, 1);
  assert_true(holds(f, 6, 1));
  assert_false(holds(f, 7, 1));
}

static void taking_one_out_leaves_those_that_stood_behind_it(void **state) {
  struct fixture *f = *state;
  for (uint32_t id = 1; id <= 20; id++) {
    insert(f, UINT32_MAX - 2 + id % 3, id); /* they run over the table's end */
  }
  for (uint32_t id = 1; id <= 20; id += 2) {
    table_remove(&f->table, UINT32_MAX - 2 + id % 3, id);
  }
  for (uint32_t id = 1; id <= 20; id++) {
    assert_int_equal(holds(f, UINT32_MAX - 2 + id % 3, id), id % 2 == 0);
  }
}

static void inserting_within_what_was_reserved_takes_no_memory(void **state) {
  struct fixture *f = *state;
  assert_int_equal(table_reserve(&f->table, &f->memory, 1000), 0);
  uint64_t asked = f->heap.asked;
  for (uint32_t id = 1; id <= 1000; id++) {
    table_insert(&f->table, id * 2654435761U, id);
  }
  assert_int_equal(f->heap.asked, asked);
}

static void a_refused_reservation_leaves_the_table_as_it_was(void **state) {
  struct fixture *f = *state;
  insert(f, 1, 1);
  f->heap.refuse = f->heap.asked + 1;
  assert_int_equal(table_reserve(&f->table, &f->memory, 1000), TIDEMARK_ERROR_MEMORY);
  assert_true(holds(f, 1, 1));
}

static void an_empty_table_gives_its_memory_back_when_trimmed(void **state) {
  struct fixture *f = *state;
  insert(f, 1, 1);
  table_trim(&f->table, &f->memory);
  assert_true(holds(f, 1, 1));
  table_remove(&f->table, 1, 1);
  table_trim(&f->table, &f->memory);
  assert_int_equal(f->heap.blocks, 0);
  insert(f, 1, 1);
  assert_true(holds(f, 1, 1));
}

static void the_table_does_what_a_list_of_pairs_does(void **state) {
  struct fixture *f = *state;
  enum { IDS = 200 };
  uint32_t hashes[IDS + 1];
  bool in[IDS + 1] = {false};
  uint64_t random = 3;
  for (uint32_t id = 1; id <= IDS; id++) {
    hashes[id] = (uint32_t)(test_random(&random) & 0xf000000f); /* few, and alike below */
  }
  for (int i = 0; i < 20000; i++) {
    uint32_t id = 1 + test_random_below(&random, IDS);
    if (in[id]) {
      table_remove(&f->table, hashes[id], id);
    } else {
      insert(f, hashes[id], id);
    }
    in[id] = !in[id];
    uint32_t asked = 1 + test_random_below(&random, IDS);
    assert_int_equal(holds(f, hashes[asked], asked), in[asked]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(an_empty_table_holds_nothing),
      PROMISE(ids_under_one_hash_are_all_found),
      PROMISE(ids_whose_hashes_collide_in_their_low_bits_stay_apart),
      PROMISE(one_id_may_stand_under_two_hashes),
      PROMISE(taking_one_out_leaves_those_that_stood_behind_it),
      PROMISE(inserting_within_what_was_reserved_takes_no_memory),
      PROMISE(a_refused_reservation_leaves_the_table_as_it_was),
      PROMISE(an_empty_table_gives_its_memory_back_when_trimmed),
      PROMISE(the_table_does_what_a_list_of_pairs_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
