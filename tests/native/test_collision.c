/* Hashes that are the same for two keys: slower, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_heap.h"
#include "helper_key.h"
#include "helper_test.h"
#include "index.h"
#include "table.h"

enum { CANDIDATES = 300000 };

struct fixture {
  struct heap heap;
  struct memory memory;
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
  assert_int_equal(f->heap.blocks, 0);
  free(f);
  return 0;
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* ---- The table ------------------------------------------------------------------------------- */

/* A bit for each id under that hash. */
static uint32_t ids_under(const struct table *table, uint32_t hash) {
  uint32_t ids = 0;
  uint32_t at;
  for (uint32_t id = table_first(table, hash, &at); id != 0; id = table_next(table, hash, &at)) {
    ids |= 1U << id;
  }
  return ids;
}

static void every_id_under_a_hash_is_found(void **state) {
  struct fixture *f = *state;
  struct table table = {0};
  assert_int_equal(table_reserve(&table, &f->memory, 4), 0);
  table_insert(&table, 7, 1);
  table_insert(&table, 7, 2);
  table_insert(&table, 8, 3);
  table_insert(&table, 7, 4);
  assert_int_equal(ids_under(&table, 7), 1 << 1 | 1 << 2 | 1 << 4);
  assert_int_equal(ids_under(&table, 8), 1 << 3);
  assert_int_equal(ids_under(&table, 9), 0);
  table_destroy(&table, &f->memory);
}

static void the_id_that_was_removed_is_the_one_that_is_gone(void **state) {
  struct fixture *f = *state;
  struct table table = {0};
  assert_int_equal(table_reserve(&table, &f->memory, 4), 0);
  for (uint32_t id = 1; id <= 4; id++) {
    table_insert(&table, 7, id);
  }
  table_remove(&table, 7, 2);
  assert_int_equal(ids_under(&table, 7), 1 << 1 | 1 << 3 | 1 << 4);
  table_destroy(&table, &f->memory);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

struct candidate {
  uint32_t hash, number;
};

static int by_hash(const void *a, const void *b) {
  uint32_t x = ((const struct candidate *)a)->hash;
  uint32_t y = ((const struct candidate *)b)->hash;
  return x < y ? -1 : x > y;
}

static struct key number_key(uint32_t number) {
  struct key k = {.length = 0};
  key_add_number(&k, number);
  return k;
}

/* [true, number] */
static struct key pair_key(uint32_t number) {
  struct key k = {.length = 0};
  key_add_byte(&k, TIDEMARK_KEY_TRUE);
  key_add_number(&k, number);
  return k;
}

static struct key text_key(uint32_t number) {
  char text[16];
  struct key k = {.length = 0};
  snprintf(text, sizeof text, "%012u", number);
  key_add_string(&k, text, strlen(text));
  return k;
}

typedef struct key make_key(uint32_t number);

/* A key of each kind, both with the same 32 bits: among so many there are some, whatever the seed.
 */
static void find_colliding(struct hash_seed seed, make_key *kinds[2], struct key found[2]) {
  struct candidate *candidates = malloc(CANDIDATES * sizeof *candidates);
  assert_non_null(candidates);
  for (uint32_t i = 0; i < CANDIDATES; i++) {
    struct key k = kinds[i % 2](i);
    candidates[i] = (struct candidate){hash_bytes(seed, k.bytes, k.length), i};
  }
  qsort(candidates, CANDIDATES, sizeof *candidates, by_hash);
  uint32_t i = 1;
  while (i < CANDIDATES && (candidates[i].hash != candidates[i - 1].hash ||
                            candidates[i].number % 2 == candidates[i - 1].number % 2)) {
    i++;
  }
  assert_true(i < CANDIDATES);
  for (uint32_t j = i - 1; j <= i; j++) {
    found[candidates[j].number % 2] = kinds[candidates[j].number % 2](candidates[j].number);
  }
  free(candidates);
}

static void check_two_keys(struct fixture *f, make_key *first, make_key *second) {
  struct hash_seed seed = hash_seed_from(1);
  struct index index;
  struct key k[2];
  uint32_t nodes[2];
  uint32_t found[2];
  find_colliding(seed, (make_key *[]){first, second}, k);
  assert_int_equal(index_init(&index, &f->memory, seed), 0);

  assert_int_equal(index_insert(&index, k[0].bytes, k[0].length, 1, &nodes[0]), 0);
  assert_int_equal(index_find(&index, k[1].bytes, k[1].length), 0);
  assert_int_equal(index_match(&index, k[1].bytes, k[1].length, found), 0);

  assert_int_equal(index_insert(&index, k[1].bytes, k[1].length, 2, &nodes[1]), 0);
  assert_int_equal(index_find(&index, k[0].bytes, k[0].length), 1);
  assert_int_equal(index_find(&index, k[1].bytes, k[1].length), 2);
  assert_int_equal(index_match(&index, k[1].bytes, k[1].length, found), 1);
  assert_int_equal(found[0], 2);

  index_remove(&index, nodes[0]);
  assert_int_equal(index_find(&index, k[0].bytes, k[0].length), 0);
  assert_int_equal(index_find(&index, k[1].bytes, k[1].length), 2);
  index_destroy(&index);
}

static void keys_whose_hashes_are_the_same_are_two_keys(void **state) {
  check_two_keys(*state, number_key, number_key);
}

static void keys_of_different_lengths_whose_hashes_are_the_same_are_two_keys(void **state) {
  check_two_keys(*state, number_key, text_key);
  check_two_keys(*state, text_key, number_key);
  check_two_keys(*state, number_key, pair_key);
  check_two_keys(*state, pair_key, number_key);
}

/* ---- Keys that somebody chose to collide ----------------------------------------------------- */

enum { CHOSEN = 20000, CHOSEN_BITS = 6, BUCKETS = 1 << 15 };

static uint32_t hash_of(struct hash_seed seed, uint32_t number) {
  struct key k = number_key(number);
  return hash_bytes(seed, k.bytes, k.length);
}

/* Numbers whose keys have the same low bits of their hash under that seed. */
static void choose_colliding(struct hash_seed seed, uint32_t chosen[CHOSEN]) {
  uint32_t count = 0;
  for (uint32_t number = 0; count < CHOSEN; number++) {
    if ((hash_of(seed, number) & ((1U << CHOSEN_BITS) - 1)) == 0) {
      chosen[count++] = number;
    }
  }
}

/* How many of them share a bucket at most. */
static uint32_t fullest_bucket(struct hash_seed seed, const uint32_t chosen[CHOSEN]) {
  static uint32_t buckets[BUCKETS];
  memset(buckets, 0, sizeof buckets);
  uint32_t most = 0;
  for (uint32_t i = 0; i < CHOSEN; i++) {
    uint32_t here = ++buckets[hash_of(seed, chosen[i]) % BUCKETS];
    most = here > most ? here : most;
  }
  return most;
}

static void keys_chosen_to_collide_under_one_seed_do_not_under_another(void **state) {
  static uint32_t chosen[CHOSEN];
  static uint32_t ordinary[CHOSEN];
  for (uint32_t i = 0; i < CHOSEN; i++) {
    ordinary[i] = i;
  }
  choose_colliding(hash_seed_from(1), chosen);
  assert_true(fullest_bucket(hash_seed_from(1), chosen) >= CHOSEN >> (15 - CHOSEN_BITS));
  for (uint64_t seed = 2; seed < 10; seed++) {
    uint32_t usual = fullest_bucket(hash_seed_from(seed), ordinary);
    assert_in_range(fullest_bucket(hash_seed_from(seed), chosen), 1, usual + 3);
  }
}

static void twenty_thousand_keys_that_collide_after_all_are_found_and_taken_out(void **state) {
  struct fixture *f = *state;
  static uint32_t chosen[CHOSEN];
  static uint32_t nodes[CHOSEN];
  struct hash_seed seed = hash_seed_from(1);
  struct index index;
  choose_colliding(seed, chosen);
  assert_int_equal(index_init(&index, &f->memory, seed), 0);
  for (uint32_t i = 0; i < CHOSEN; i++) {
    struct key k = number_key(chosen[i]);
    assert_int_equal(index_insert(&index, k.bytes, k.length, i + 1, &nodes[i]), 0);
  }
  for (uint32_t i = 0; i < CHOSEN; i++) {
    struct key k = number_key(chosen[i]);
    assert_int_equal(index_find(&index, k.bytes, k.length), i + 1);
    index_remove(&index, nodes[i]);
    assert_int_equal(index_find(&index, k.bytes, k.length), 0);
  }
  index_destroy(&index);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(every_id_under_a_hash_is_found),
      PROMISE(the_id_that_was_removed_is_the_one_that_is_gone),
      PROMISE(keys_whose_hashes_are_the_same_are_two_keys),
      PROMISE(keys_of_different_lengths_whose_hashes_are_the_same_are_two_keys),
      cmocka_unit_test(keys_chosen_to_collide_under_one_seed_do_not_under_another),
      PROMISE(twenty_thousand_keys_that_collide_after_all_are_found_and_taken_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
