/* The index of keys, also against a plain list of keys that tells the truth. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_heap.h"
#include "helper_key.h"
#include "helper_test.h"
#include "index.h"
#include "key.h"

enum { MOST_ENTRIES = 20001 };

struct fixture {
  struct heap heap;
  struct memory memory;
  struct index index;
  uint32_t nodes[MOST_ENTRIES]; /* by entry; 0: not in the index */
  uint32_t found[MOST_ENTRIES];
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->memory.allocator = heap_allocator(&f->heap);
  assert_int_equal(index_init(&f->index, &f->memory, hash_seed_from(1)), 0);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  index_destroy(&f->index);
  assert_int_equal(f->heap.blocks, 0);
  free(f);
  return 0;
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static struct key canonical(struct key k) {
  struct key out = {.length = k.length};
  assert_int_equal(key_canonicalize(k.bytes, k.length, 32, out.bytes), TIDEMARK_OK);
  return out;
}

static int insert_key(struct fixture *f, const struct key *k, uint32_t entry) {
  return index_insert(&f->index, k->bytes, k->length, entry, &f->nodes[entry]);
}

static void insert(struct fixture *f, const char *notation, uint32_t entry) {
  struct key k = canonical(key(notation));
  assert_int_equal(insert_key(f, &k, entry), 0);
}

static void take_out(struct fixture *f, uint32_t entry) {
  index_remove(&f->index, f->nodes[entry]);
  f->nodes[entry] = 0;
}

static uint32_t find(struct fixture *f, const char *notation) {
  struct key k = canonical(key(notation));
  return index_find(&f->index, k.bytes, k.length);
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* The entries a filter matches, in order of their numbers: "1 2 7". */
static const char *match(struct fixture *f, const char *notation) {
  static char text[256];
  struct key k = canonical(key(notation));
  uint32_t count = index_match(&f->index, k.bytes, k.length, f->found);
  qsort(f->found, count, sizeof *f->found, by_number);
  size_t length = 0;
  text[0] = '\0';
  for (uint32_t i = 0; i < count && length < sizeof text - 16; i++) {
    length += (size_t)snprintf(text + length, 16, "%s%u", i == 0 ? "" : " ", f->found[i]);
  }
  return text;
}

/* ---- Finding ------------------------------------------------------------------------------- */

static void a_new_index_holds_nothing(void **state) {
  struct fixture *f = *state;
  assert_int_equal(find(f, ""), 0);
  assert_int_equal(find(f, "tasks"), 0);
  assert_string_equal(match(f, ""), "");
}

static void what_was_put_in_is_found_by_its_whole_key_alone(void **state) {
  struct fixture *f = *state;
  insert(f, "tasks/detail/42", 1);
  assert_int_equal(find(f, "tasks/detail/42"), 1);
  assert_int_equal(find(f, "tasks/detail"), 0);
  assert_int_equal(find(f, "tasks/detail/42/x"), 0);
  assert_int_equal(find(f, "tasks/detail/'42'"), 0);
}

static void what_was_taken_out_is_not_found(void **state) {
  struct fixture *f = *state;
  insert(f, "tasks/1", 1);
  insert(f, "tasks/2", 2);
  take_out(f, 1);
  assert_int_equal(find(f, "tasks/1"), 0);
  assert_int_equal(find(f, "tasks/2"), 2);
  assert_string_equal(match(f, "tasks"), "2");
}

static void a_key_and_its_prefixes_live_side_by_side(void **state) {
  struct fixture *f = *state;
  insert(f, "a/b/c", 3);
  insert(f, "a", 1);
  insert(f, "a/b", 2);
  insert(f, "", 4);
  take_out(f, 2);
  assert_int_equal(find(f, "a/b"), 0);
  assert_int_equal(find(f, "a/b/c"), 3);
  assert_int_equal(find(f, "a"), 1);
  assert_int_equal(find(f, ""), 4);
}

static void taking_the_longest_key_out_leaves_its_prefixes(void **state) {
  struct fixture *f = *state;
  insert(f, "a", 1);
  insert(f, "a/b/c", 2);
  take_out(f, 2);
  assert_string_equal(match(f, ""), "1");
}

static void an_empty_key_is_an_entry_like_any(void **state) {
  struct fixture *f = *state;
  insert(f, "", 5);
  assert_int_equal(find(f, ""), 5);
  assert_string_equal(match(f, ""), "5");
  assert_string_equal(match(f, "a"), "");
  take_out(f, 5);
  assert_int_equal(find(f, ""), 0);
}

static void a_key_can_be_put_in_again(void **state) {
  struct fixture *f = *state;
  insert(f, "a/b", 1);
  take_out(f, 1);
  insert(f, "a/b", 2);
  assert_int_equal(find(f, "a/b"), 2);
}

/* ---- Matching ------------------------------------------------------------------------------ */

static void a_filter_matches_by_prefixes_and_subsets_at_every_depth(void **state) {
  struct fixture *f = *state;
  insert(f, "tasks/list/{project:9,page:1}", 1);
  insert(f, "tasks/list/{project:9,page:2}", 2);
  insert(f, "tasks/list/{project:8,page:1}/x", 3);
  insert(f, "tasks/list/[1,2]", 4);
  insert(f, "tasks", 5);
  insert(f, "users", 6);
  assert_string_equal(match(f, ""), "1 2 3 4 5 6");
  assert_string_equal(match(f, "tasks"), "1 2 3 4 5");
  assert_string_equal(match(f, "tasks/list"), "1 2 3 4");
  assert_string_equal(match(f, "tasks/list/{}"), "1 2 3");
  assert_string_equal(match(f, "tasks/list/{page:1}"), "1 3");
  assert_string_equal(match(f, "tasks/list/{page:1}/x"), "3");
  assert_string_equal(match(f, "tasks/list/{page:1,project:9}"), "1");
  assert_string_equal(match(f, "tasks/list/[1]"), "4");
  assert_string_equal(match(f, "tasks/list/[2]"), "");
}

static void an_entry_is_matched_once_by_a_filter_with_many_ways(void **state) {
  struct fixture *f = *state;
  insert(f, "{a:1,b:2}/{c:3}/x", 1);
  insert(f, "{a:1,b:3}/{c:3}/x", 2);
  assert_string_equal(match(f, "{}/{}"), "1 2");
  assert_string_equal(match(f, "{a:1}/{c:3}/x"), "1 2");
}

/* ---- Hostile keys -------------------------------------------------------------------------- */

static struct key nested(int depth) {
  struct key k = {.length = 0};
  for (int i = 0; i < depth; i++) {
    key_add_byte(&k, i % 2 == 0 ? TIDEMARK_KEY_ARRAY : TIDEMARK_KEY_OBJECT);
    if (i % 2 == 1) {
      key_add_string(&k, "a", 1);
    }
  }
  if (depth % 2 == 0) {
    key_add_byte(&k, TIDEMARK_KEY_NULL);
  }
  for (int i = 0; i < depth; i++) {
    key_add_byte(&k, TIDEMARK_KEY_END);
  }
  return k;
}

static void a_key_as_deep_as_they_come_is_found_and_matched(void **state) {
  struct fixture *f = *state;
  struct key k = canonical(nested(31));
  assert_int_equal(insert_key(f, &k, 1), 0);
  assert_int_equal(index_find(&f->index, k.bytes, k.length), 1);
  assert_int_equal(index_match(&f->index, k.bytes, k.length, f->found), 1);
}

static void a_key_of_4_kib_is_found_in_one_part_or_in_thousands(void **state) {
  struct fixture *f = *state;
  struct key one = {.length = 0}, many = {.length = 0};
  char text[4093];
  memset(text, 'x', sizeof text);
  key_add_string(&one, text, sizeof text);
  while (many.length < 4096) {
    key_add_byte(&many, TIDEMARK_KEY_NULL);
  }
  assert_int_equal(insert_key(f, &one, 1), 0);
  assert_int_equal(insert_key(f, &many, 2), 0);
  assert_int_equal(index_find(&f->index, one.bytes, one.length), 1);
  assert_int_equal(index_find(&f->index, many.bytes, many.length), 2);
  assert_int_equal(index_match(&f->index, many.bytes, many.length - 1, f->found), 1);
}

/* Bytes of `count` texts of a thousand characters in one array. */
static size_t write_long_array(uint8_t *out, int count) {
  size_t length = 0;
  out[length++] = TIDEMARK_KEY_ARRAY;
  for (int i = 0; i < count; i++) {
    out[length++] = TIDEMARK_KEY_STRING;
    out[length++] = 1000 & 0xff;
    out[length++] = 1000 >> 8;
    memset(out + length, 'a' + i % 26, 1000);
    length += 1000;
  }
  out[length++] = TIDEMARK_KEY_END;
  return length;
}

static void a_part_over_64_kib_is_found_matched_and_removed(void **state) {
  struct fixture *f = *state;
  size_t room = (size_t)100 * 1003 + 2;
  uint8_t *whole = malloc(room), *prefix = malloc(room);
  assert_true(whole != NULL && prefix != NULL);
  size_t whole_length = write_long_array(whole, 100), prefix_length = write_long_array(prefix, 99);
  assert_int_equal(index_insert(&f->index, whole, whole_length, 1, &f->nodes[1]), 0);
  assert_int_equal(index_insert(&f->index, prefix, prefix_length, 2, &f->nodes[2]), 0);
  assert_int_equal(index_find(&f->index, whole, whole_length), 1);
  assert_int_equal(index_match(&f->index, prefix, prefix_length, f->found), 2);
  take_out(f, 2);
  assert_int_equal(index_match(&f->index, prefix, prefix_length, f->found), 1);
  take_out(f, 1);
  assert_int_equal(index_match(&f->index, prefix, prefix_length, f->found), 0);
  free(whole);
  free(prefix);
}

static void a_filter_with_more_arrays_than_any_key_matches_none(void **state) {
  struct fixture *f = *state;
  insert(f, "[a]/[b]", 1);
  struct key fits = canonical(key("[a]/[]")), more = canonical(key("[a]/[b]/[]"));
  assert_int_equal(index_match(&f->index, fits.bytes, fits.length, f->found), 1);
  assert_int_equal(index_match(&f->index, more.bytes, more.length, f->found), 0);
}

static void room_for_long_keys_is_given_back_with_the_last_one(void **state) {
  struct fixture *f = *state;
  size_t before = f->memory.used;
  struct key k = canonical(key("[a]/[b]/[c]/{d:1}"));
  assert_int_equal(insert_key(f, &k, 1), 0);
  take_out(f, 1);
  index_trim(&f->index);
  assert_int_equal(f->memory.used, before);
}

static void a_filter_that_would_be_too_long_for_a_key_matches_none(void **state) {
  struct fixture *f = *state;
  char text[5000];
  memset(text, 'x', sizeof text);
  struct key k = {.length = 0}, filter = {.length = 0};
  key_add_byte(&k, TIDEMARK_KEY_ARRAY);
  key_add_string(&k, text, sizeof text);
  key_add_byte(&k, TIDEMARK_KEY_END);
  key_add_byte(&filter, TIDEMARK_KEY_ARRAY);
  key_add_byte(&filter, TIDEMARK_KEY_END);
  assert_int_equal(insert_key(f, &k, 1), 0);
  assert_int_equal(index_match(&f->index, filter.bytes, filter.length, f->found), 1);
  key_add_string(&filter, text, sizeof text);
  assert_int_equal(index_match(&f->index, filter.bytes, filter.length, f->found), 0);
}

static void names_of_javascript_are_keys_like_any(void **state) {
  struct fixture *f = *state;
  insert(f, "__proto__", 1);
  insert(f, "constructor/{__proto__:{prototype:1}}", 2);
  assert_int_equal(find(f, "__proto__"), 1);
  assert_string_equal(match(f, "constructor/{__proto__:{}}"), "2");
}

static void twenty_thousand_siblings_are_found_matched_and_taken_out(void **state) {
  struct fixture *f = *state;
  char name[32];
  for (uint32_t i = 1; i < MOST_ENTRIES; i++) {
    snprintf(name, sizeof name, i % 2 == 0 ? "list/{page:%u}" : "list/%u", i);
    insert(f, name, i);
  }
  assert_int_equal(find(f, "list/19999"), 19999);
  assert_int_equal(find(f, "list/{page:20000}"), 20000);
  struct key all = key("list"), objects = key("list/{}");
  assert_int_equal(index_match(&f->index, all.bytes, all.length, f->found), 20000);
  objects = canonical(objects);
  assert_int_equal(index_match(&f->index, objects.bytes, objects.length, f->found), 10000);
  for (uint32_t i = 1; i < MOST_ENTRIES; i++) {
    take_out(f, i);
  }
  assert_int_equal(index_match(&f->index, all.bytes, all.length, f->found), 0);
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void fill_and_empty(struct fixture *f) {
  char name[64];
  for (uint32_t i = 1; i <= 500; i++) {
    snprintf(name, sizeof name, "a%u/{b:%u,c:'a longer text to hold'}/[%u]", i % 7, i, i % 3);
    insert(f, name, i);
  }
  for (uint32_t i = 1; i <= 500; i++) {
    take_out(f, (i * 7) % 500 + 1);
  }
}

static void filling_and_emptying_again_takes_no_more_memory_than_once(void **state) {
  struct fixture *f = *state;
  fill_and_empty(f);
  size_t bytes = f->heap.bytes, blocks = f->heap.blocks;
  fill_and_empty(f);
  assert_int_equal(f->heap.bytes, bytes);
  assert_int_equal(f->heap.blocks, blocks);
}

static void an_insert_that_runs_out_of_memory_leaves_no_trace(void **state) {
  struct fixture *f = *state;
  insert(f, "a/b", 1);
  struct key k = canonical(key("a/c/{d:1}/e/f/g/h/i/j/k"));
  int refusals = 0;
  for (uint64_t n = 1;; n++) {
    size_t used = f->memory.used;
    f->heap.refuse = f->heap.asked + n;
    if (insert_key(f, &k, 2) == 0) {
      break;
    }
    refusals++;
    assert_int_equal(f->heap.bytes, f->memory.used);
    assert_true(f->memory.used >= used); /* room for more may have been made */
    assert_int_equal(index_find(&f->index, k.bytes, k.length), 0);
    assert_string_equal(match(f, ""), "1");
  }
  assert_true(refusals > 0);
  assert_string_equal(match(f, "a"), "1 2");
}

/* ---- Against a list that tells the truth --------------------------------------------------- */

enum { MODEL_ENTRIES = 300 };

static void random_part(struct key *k, uint64_t *random, int depth) {
  uint32_t kind = test_random_below(random, depth > 0 ? 6 : 4);
  char letter = (char)('a' + test_random_below(random, 3));
  switch (kind) {
  case 0:
    key_add_number(k, test_random_below(random, 3));
    return;
  case 1:
  case 2:
    key_add_string(k, &letter, 1);
    return;
  case 3:
    key_add_byte(k, TIDEMARK_KEY_TRUE);
    return;
  default:
    break;
  }
  key_add_byte(k, kind == 4 ? TIDEMARK_KEY_ARRAY : TIDEMARK_KEY_OBJECT);
  for (char name = 'a'; name < 'd'; name++) {
    if (test_random_below(random, 2) == 0) {
      if (kind == 5) {
        key_add_string(k, &name, 1);
      }
      random_part(k, random, depth - 1);
    }
  }
  key_add_byte(k, TIDEMARK_KEY_END);
}

static struct key random_key(uint64_t *random, uint32_t parts) {
  struct key k = {.length = 0};
  for (uint32_t i = 0; i < parts; i++) {
    random_part(&k, random, 2);
  }
  return canonical(k);
}

static bool key_matches(const struct key *filter, const struct key *k) {
  size_t at = 0;
  for (size_t i = 0; i < filter->length; i += key_part_size(filter->bytes + i)) {
    if (at >= k->length || !key_part_matches(filter->bytes + i, k->bytes + at)) {
      return false;
    }
    at += key_part_size(k->bytes + at);
  }
  return true;
}

static bool is_same(const struct key *a, const struct key *b) {
  return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

static struct key listed[MODEL_ENTRIES + 1]; /* by entry; in use if it has a node */

static uint32_t find_listed(struct fixture *f, const struct key *k) {
  for (uint32_t i = 1; i <= MODEL_ENTRIES; i++) {
    if (f->nodes[i] != 0 && is_same(&listed[i], k)) {
      return i;
    }
  }
  return 0;
}

static void put_in_or_take_out(struct fixture *f, uint64_t *random) {
  uint32_t entry = 1 + test_random_below(random, MODEL_ENTRIES);
  if (f->nodes[entry] != 0) {
    take_out(f, entry);
    return;
  }
  struct key k = random_key(random, test_random_below(random, 5));
  if (find_listed(f, &k) == 0) {
    listed[entry] = k;
    assert_int_equal(insert_key(f, &k, entry), 0);
  }
}

static void compare(struct fixture *f, uint64_t *random) {
  struct key k = random_key(random, test_random_below(random, 4));
  assert_int_equal(index_find(&f->index, k.bytes, k.length), find_listed(f, &k));
  uint32_t count = index_match(&f->index, k.bytes, k.length, f->found);
  qsort(f->found, count, sizeof *f->found, by_number);
  uint32_t expected = 0;
  for (uint32_t i = 1; i <= MODEL_ENTRIES; i++) {
    if (f->nodes[i] != 0 && key_matches(&k, &listed[i])) {
      assert_true(expected < count);
      assert_int_equal(f->found[expected], i);
      expected++;
    }
  }
  assert_int_equal(count, expected);
}

static void the_index_does_what_a_list_of_keys_does(void **state) {
  struct fixture *f = *state;
  uint64_t random = 11;
  for (int i = 0; i < 20000; i++) {
    put_in_or_take_out(f, &random);
    if (i % 5 == 0) {
      compare(f, &random);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_new_index_holds_nothing),
      PROMISE(what_was_put_in_is_found_by_its_whole_key_alone),
      PROMISE(what_was_taken_out_is_not_found),
      PROMISE(a_key_and_its_prefixes_live_side_by_side),
      PROMISE(taking_the_longest_key_out_leaves_its_prefixes),
      PROMISE(an_empty_key_is_an_entry_like_any),
      PROMISE(a_key_can_be_put_in_again),
      PROMISE(a_filter_matches_by_prefixes_and_subsets_at_every_depth),
      PROMISE(an_entry_is_matched_once_by_a_filter_with_many_ways),
      PROMISE(a_key_as_deep_as_they_come_is_found_and_matched),
      PROMISE(a_key_of_4_kib_is_found_in_one_part_or_in_thousands),
      PROMISE(a_part_over_64_kib_is_found_matched_and_removed),
      PROMISE(a_filter_with_more_arrays_than_any_key_matches_none),
      PROMISE(room_for_long_keys_is_given_back_with_the_last_one),
      PROMISE(a_filter_that_would_be_too_long_for_a_key_matches_none),
      PROMISE(names_of_javascript_are_keys_like_any),
      PROMISE(twenty_thousand_siblings_are_found_matched_and_taken_out),
      PROMISE(filling_and_emptying_again_takes_no_more_memory_than_once),
      PROMISE(an_insert_that_runs_out_of_memory_leaves_no_trace),
      PROMISE(the_index_does_what_a_list_of_keys_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
