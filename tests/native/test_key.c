/* Keys as bytes: which are equal, which match, and which are no keys. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "helper_key.h"
#include "helper_test.h"
#include "key.h"
#include "tidemark.h"

enum { DEPTH = 32 };

/* Canonicalises from and into memory of exactly the right size, for the sanitizer to watch. */
static int canonicalize(struct key *k, uint32_t max_depth) {
  uint8_t *in = malloc(k->length + 1);
  uint8_t *out = malloc(k->length + 1);
  assert_true(in != NULL && out != NULL);
  uint8_t *tight_in = in + 1, *tight_out = out + 1; /* a byte before and none behind */
  memcpy(tight_in, k->bytes, k->length);
  int result = key_canonicalize(tight_in, k->length, max_depth, tight_out);
  if (result == TIDEMARK_OK) {
    memcpy(k->bytes, tight_out, k->length);
  }
  free(in);
  free(out);
  return result;
}

static struct key canonical(const char *notation) {
  struct key k = key(notation);
  assert_int_equal(canonicalize(&k, DEPTH), TIDEMARK_OK);
  return k;
}

static bool same(const char *a, const char *b) {
  struct key ka = canonical(a), kb = canonical(b);
  return ka.length == kb.length && memcmp(ka.bytes, kb.bytes, ka.length) == 0;
}

/* Whether the filter, as a whole key, matches the key. */
static bool matches(const char *filter, const char *notation) {
  struct key f = canonical(filter), k = canonical(notation);
  size_t at = 0, in_filter = 0;
  while (in_filter < f.length) {
    if (at >= k.length || !key_part_matches(f.bytes + in_filter, k.bytes + at)) {
      return false;
    }
    in_filter += key_part_size(f.bytes + in_filter);
    at += key_part_size(k.bytes + at);
  }
  return true;
}

/* ---- Identity ------------------------------------------------------------------------------ */

static void a_key_equals_itself(void **state) {
  assert_true(same("tasks/list/{project:9}", "tasks/list/{project:9}"));
}

static void the_order_of_members_does_not_matter_at_any_depth(void **state) {
  assert_true(same("x/{a:1,b:2,c:3}", "x/{c:3,a:1,b:2}"));
  assert_true(
      same("x/{a:{p:1,q:{s:1,r:2}},b:[{v:1,u:2}]}", "x/{b:[{u:2,v:1}],a:{q:{r:2,s:1},p:1}}"));
}

static void the_order_of_items_matters(void **state) {
  assert_false(same("x/[1,2]", "x/[2,1]"));
  assert_false(same("a/b", "b/a"));
}

static void a_number_is_not_its_text(void **state) {
  assert_false(same("x/1", "x/'1'"));
  assert_false(same("x/true", "x/'true'"));
  assert_false(same("x/null", "x/'null'"));
}

static void values_of_different_types_differ(void **state) {
  static const char *const VALUES[] = {"null", "false", "true", "0", "''", "[]", "{}"};
  for (int i = 0; i < 7; i++) {
    for (int j = 0; j < 7; j++) {
      assert_int_equal(same(VALUES[i], VALUES[j]), i == j);
    }
  }
}

static void minus_zero_is_zero(void **state) {
  assert_true(same("x/-0", "x/0"));
  assert_true(same("x/{a:[-0]}", "x/{a:[0]}"));
}

static void numbers_are_compared_to_the_last_bit(void **state) {
  assert_true(same("0.1", "0.10"));
  assert_false(same("0.30000000000000004", "0.3"));
  assert_false(same("9007199254740991", "9007199254740992"));
}

static void a_nested_array_is_not_its_parts(void **state) {
  assert_false(same("a/b", "[a,b]"));
  assert_false(same("a/[b]", "a/b"));
  assert_false(same("a/[]", "a"));
}

static void names_that_start_alike_stay_apart(void **state) {
  assert_true(same("{a:1,aa:2,ab:3}", "{ab:3,aa:2,a:1}"));
  assert_false(same("{a:1,aa:2}", "{a:2,aa:1}"));
}

static void names_of_javascript_are_names_like_any(void **state) {
  assert_true(same("{__proto__:1,constructor:2}", "{constructor:2,__proto__:1}"));
  assert_false(same("{__proto__:1}", "{}"));
}

static void the_empty_key_is_a_key(void **state) {
  struct key k = key("");
  assert_int_equal(canonicalize(&k, DEPTH), TIDEMARK_OK);
}

static void an_empty_key_may_be_null(void **state) {
  assert_int_equal(key_canonicalize(NULL, 0, DEPTH, NULL), TIDEMARK_OK);
}

static void the_canonical_form_is_canonical(void **state) {
  struct key k = canonical("x/{b:[{d:1,c:2}],a:-0}");
  struct key again = k;
  assert_int_equal(canonicalize(&again, DEPTH), TIDEMARK_OK);
  assert_memory_equal(again.bytes, k.bytes, k.length);
}

static void the_size_of_a_part_is_all_of_it(void **state) {
  static const char *const PARTS[] = {"null", "7", "text", "[]", "{}", "[1,[a,{b:2}]]", "{a:[{}]}"};
  for (int i = 0; i < 7; i++) {
    struct key k = canonical(PARTS[i]);
    assert_int_equal(key_part_size(k.bytes), k.length);
  }
}

/* ---- Matching ------------------------------------------------------------------------------ */

static void a_shorter_key_matches_as_a_prefix(void **state) {
  assert_true(matches("tasks", "tasks/detail/42"));
  assert_true(matches("tasks/detail", "tasks/detail/42"));
  assert_false(matches("tasks/detail/42", "tasks/detail"));
  assert_false(matches("detail", "tasks/detail/42"));
}

static void the_empty_key_matches_all(void **state) {
  assert_true(matches("", "tasks/1"));
  assert_true(matches("", ""));
}

static void a_nested_array_matches_as_a_prefix(void **state) {
  assert_true(matches("x/[1]", "x/[1,2]"));
  assert_true(matches("x/[]", "x/[1,2]"));
  assert_true(matches("x/[[a]]", "x/[[a,b],c]"));
  assert_false(matches("x/[1,2]", "x/[1]"));
  assert_false(matches("x/[2]", "x/[1,2]"));
}

static void an_object_matches_as_a_subset(void **state) {
  assert_true(matches("x/{}", "x/{a:1}"));
  assert_true(matches("x/{b:2}", "x/{a:1,b:2,c:3}"));
  assert_true(matches("x/{a:1,c:3}", "x/{a:1,b:2,c:3}"));
  assert_false(matches("x/{d:4}", "x/{a:1,b:2,c:3}"));
  assert_false(matches("x/{a:1,b:2}", "x/{a:1}"));
  assert_false(matches("x/{a:2}", "x/{a:1}"));
}

static void subsets_and_prefixes_nest(void **state) {
  assert_true(matches("x/{f:{p:[1]}}", "x/{f:{p:[1,2],q:3},g:4}"));
  assert_false(matches("x/{f:{p:[2]}}", "x/{f:{p:[1,2],q:3},g:4}"));
}

static void leaves_match_by_value_and_type(void **state) {
  assert_true(matches("x/1", "x/1"));
  assert_false(matches("x/1", "x/'1'"));
  assert_false(matches("x/null", "x/false"));
  assert_false(matches("x/ab", "x/abc"));
}

static void objects_match_no_arrays(void **state) {
  assert_false(matches("x/{}", "x/[]"));
  assert_false(matches("x/[]", "x/{}"));
  assert_false(matches("x/{}", "x/1"));
}

static void a_member_that_is_null_is_not_absent(void **state) {
  assert_false(matches("x/{a:null}", "x/{}"));
  assert_true(matches("x/{a:null}", "x/{a:null}"));
}

/* ---- What is no key ------------------------------------------------------------------------ */

static int try_bytes(const uint8_t *bytes, size_t length) {
  struct key k = {.length = length};
  memcpy(k.bytes, bytes, length);
  return canonicalize(&k, DEPTH);
}

#define assert_no_key(...)                                                                         \
  do {                                                                                             \
    const uint8_t bytes_[] = {__VA_ARGS__};                                                        \
    assert_int_equal(try_bytes(bytes_, sizeof bytes_), TIDEMARK_ERROR_KEY);                        \
  } while (0)

static void every_truncation_of_a_part_is_refused(void **state) {
  static const char *const PARTS[] = {"7", "text", "[1,a,null,[true]]", "{a:{b:[1,text]},c:null}"};
  for (int i = 0; i < 4; i++) {
    struct key k = key(PARTS[i]);
    for (size_t length = 1; length < k.length; length++) {
      assert_int_equal(try_bytes(k.bytes, length), TIDEMARK_ERROR_KEY);
    }
  }
}

static void unknown_tags_are_refused(void **state) {
  for (int tag = 8; tag < 256; tag++) {
    assert_no_key((uint8_t)tag);
    assert_no_key(TIDEMARK_KEY_ARRAY, (uint8_t)tag, TIDEMARK_KEY_END);
  }
}

static void an_end_of_nothing_is_refused(void **state) {
  assert_no_key(TIDEMARK_KEY_END);
  assert_no_key(TIDEMARK_KEY_NULL, TIDEMARK_KEY_END);
  assert_no_key(TIDEMARK_KEY_ARRAY, TIDEMARK_KEY_END, TIDEMARK_KEY_END);
}

static void a_member_without_a_name_or_a_value_is_refused(void **state) {
  assert_no_key(TIDEMARK_KEY_OBJECT, TIDEMARK_KEY_NULL, TIDEMARK_KEY_NULL, TIDEMARK_KEY_END);
  assert_no_key(TIDEMARK_KEY_OBJECT, TIDEMARK_KEY_STRING, 1, 0, 'a', TIDEMARK_KEY_END);
  assert_no_key(TIDEMARK_KEY_OBJECT, TIDEMARK_KEY_ARRAY, TIDEMARK_KEY_END, TIDEMARK_KEY_NULL,
                TIDEMARK_KEY_END);
}

static void a_name_that_occurs_twice_is_refused(void **state) {
  static const char *const DOUBLED[] = {"{a:1,a:1}", "{a:1,b:2,a:3}", "{b:1,a:2,c:3,a:4}",
                                        "x/{o:{a:1,a:2}}", "x/[{'':1,'':2}]"};
  for (int i = 0; i < 5; i++) {
    struct key k = key(DOUBLED[i]);
    assert_int_equal(canonicalize(&k, DEPTH), TIDEMARK_ERROR_KEY);
  }
}

static void a_name_may_occur_again_in_another_object(void **state) {
  struct key k = key("{a:{a:1},b:[{a:1},{a:1}]}");
  assert_int_equal(canonicalize(&k, DEPTH), TIDEMARK_OK);
}

static void numbers_that_json_does_not_know_are_refused(void **state) {
  double bad[] = {NAN, -NAN, INFINITY, -INFINITY};
  for (int i = 0; i < 4; i++) {
    struct key k = {.length = 0};
    key_add_number(&k, bad[i]);
    assert_int_equal(canonicalize(&k, DEPTH), TIDEMARK_ERROR_KEY);
  }
}

static struct key nested(int depth, uint8_t tag) {
  struct key k = {.length = 0};
  for (int i = 0; i < depth; i++) {
    key_add_byte(&k, tag);
    if (tag == TIDEMARK_KEY_OBJECT && i < depth - 1) {
      key_add_string(&k, "a", 1);
    }
  }
  for (int i = 0; i < depth; i++) {
    key_add_byte(&k, TIDEMARK_KEY_END);
  }
  return k;
}

/* The key itself is the first level. */
static void nesting_is_limited(void **state) {
  static const uint8_t TAGS[] = {TIDEMARK_KEY_ARRAY, TIDEMARK_KEY_OBJECT};
  for (int i = 0; i < 2; i++) {
    struct key k = nested(31, TAGS[i]);
    assert_int_equal(canonicalize(&k, 32), TIDEMARK_OK);
    k = nested(32, TAGS[i]);
    assert_int_equal(canonicalize(&k, 32), TIDEMARK_ERROR_KEY);
    k = nested(KEY_BYTES / 8, TAGS[i]);
    assert_int_equal(canonicalize(&k, 32), TIDEMARK_ERROR_KEY);
  }
}

static void a_key_with_any_byte_changed_is_a_key_or_an_error(void **state) {
  struct key k = key("tasks/{a:[1,text,{b:null}],c:-1.5}/list");
  for (size_t i = 0; i < k.length; i++) {
    for (int byte = 0; byte < 256; byte++) {
      struct key changed = k;
      changed.bytes[i] = (uint8_t)byte;
      int result = canonicalize(&changed, DEPTH);
      assert_true(result == TIDEMARK_OK || result == TIDEMARK_ERROR_KEY);
    }
  }
}

/* ---- Against trees that tell the truth ----------------------------------------------------- */

struct tree {
  uint8_t tag;
  int leaf; /* number or string, out of few */
  int count;
  int names[4];
  struct tree *children[4];
};

static struct tree *new_tree(uint8_t tag) {
  struct tree *t = calloc(1, sizeof *t);
  assert_non_null(t);
  t->tag = tag;
  return t;
}

static void free_tree(struct tree *t) {
  for (int i = 0; i < t->count; i++) {
    free_tree(t->children[i]);
  }
  free(t);
}

static struct tree *random_tree(uint64_t *random, int depth) {
  struct tree *t = new_tree((uint8_t)(1 + test_random_below(random, depth > 0 ? 7 : 5)));
  t->leaf = (int)test_random_below(random, 3);
  if (t->tag < TIDEMARK_KEY_ARRAY) {
    return t;
  }
  int names = (int)test_random_below(random, 5);
  t->count = (int)test_random_below(random, 4);
  for (int i = 0; i < t->count; i++) {
    t->names[i] = (names + i) % 5;
    t->children[i] = random_tree(random, depth - 1);
  }
  return t;
}

/* A filter that matches the tree, or did but for one random part. */
static struct tree *weakened(const struct tree *t, uint64_t *random) {
  if (test_random_below(random, 12) == 0) {
    return random_tree(random, 1);
  }
  struct tree *weak = new_tree(t->tag);
  weak->leaf = t->leaf;
  for (int i = 0; i < t->count; i++) {
    if (test_random_below(random, 4) == 0) {
      if (t->tag == TIDEMARK_KEY_ARRAY) {
        break;
      }
      continue;
    }
    weak->names[weak->count] = t->names[i];
    weak->children[weak->count++] = weakened(t->children[i], random);
  }
  return weak;
}

static const struct tree *member(const struct tree *t, int name) {
  for (int i = 0; i < t->count; i++) {
    if (t->names[i] == name) {
      return t->children[i];
    }
  }
  return NULL;
}

static bool tree_matches(const struct tree *filter, const struct tree *t) {
  if (filter->tag != t->tag) {
    return false;
  }
  if (t->tag < TIDEMARK_KEY_NUMBER) {
    return true;
  }
  if (t->tag < TIDEMARK_KEY_ARRAY) {
    return filter->leaf == t->leaf;
  }
  for (int i = 0; i < filter->count; i++) {
    const struct tree *child = t->tag == TIDEMARK_KEY_OBJECT ? member(t, filter->names[i])
                               : i < t->count                ? t->children[i]
                                                             : NULL;
    if (child == NULL || !tree_matches(filter->children[i], child)) {
      return false;
    }
  }
  return true;
}

static bool tree_equals(const struct tree *a, const struct tree *b) {
  if (a->tag != b->tag || a->count != b->count) {
    return false;
  }
  if (a->tag == TIDEMARK_KEY_NUMBER || a->tag == TIDEMARK_KEY_STRING) {
    return a->leaf == b->leaf;
  }
  for (int i = 0; i < a->count; i++) {
    const struct tree *other =
        a->tag == TIDEMARK_KEY_OBJECT ? member(b, a->names[i]) : b->children[i];
    if (other == NULL || !tree_equals(a->children[i], other)) {
      return false;
    }
  }
  return true;
}

static void encode(struct key *k, const struct tree *t) {
  static const char *const TEXTS[] = {"", "a", "aa", "b", "\xc3\xa9"};
  static const double NUMBERS[] = {0, 1, -1.5};
  if (t->tag == TIDEMARK_KEY_NUMBER) {
    key_add_number(k, NUMBERS[t->leaf]);
    return;
  }
  if (t->tag == TIDEMARK_KEY_STRING) {
    key_add_string(k, TEXTS[t->leaf], strlen(TEXTS[t->leaf]));
    return;
  }
  key_add_byte(k, t->tag);
  for (int i = 0; i < t->count; i++) {
    if (t->tag == TIDEMARK_KEY_OBJECT) {
      key_add_string(k, TEXTS[t->names[i]], strlen(TEXTS[t->names[i]]));
    }
    encode(k, t->children[i]);
  }
  if (t->tag >= TIDEMARK_KEY_ARRAY) {
    key_add_byte(k, TIDEMARK_KEY_END);
  }
}

static struct key encoded(const struct tree *t) {
  struct key k = {.length = 0};
  encode(&k, t);
  assert_int_equal(canonicalize(&k, DEPTH), TIDEMARK_OK);
  return k;
}

static void keys_match_and_equal_as_trees_do(void **state) {
  uint64_t random = 20260101;
  int matched = 0, equal = 0;
  for (int i = 0; i < 40000; i++) {
    struct tree *t = random_tree(&random, 3);
    struct tree *filter = i % 4 == 0 ? random_tree(&random, 2) : weakened(t, &random);
    struct key k = encoded(t), f = encoded(filter);
    bool is_match = tree_matches(filter, t), is_equal = tree_equals(filter, t);
    assert_int_equal(key_part_matches(f.bytes, k.bytes), is_match);
    assert_int_equal(k.length == f.length && memcmp(k.bytes, f.bytes, k.length) == 0, is_equal);
    matched += is_match;
    equal += is_equal;
    free_tree(t);
    free_tree(filter);
  }
  /* Both answers occurred often enough for the test to mean something. */
  assert_in_range(matched, 10000, 35000);
  assert_in_range(equal, 2000, 30000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_key_equals_itself),
      cmocka_unit_test(the_order_of_members_does_not_matter_at_any_depth),
      cmocka_unit_test(the_order_of_items_matters),
      cmocka_unit_test(a_number_is_not_its_text),
      cmocka_unit_test(values_of_different_types_differ),
      cmocka_unit_test(minus_zero_is_zero),
      cmocka_unit_test(numbers_are_compared_to_the_last_bit),
      cmocka_unit_test(a_nested_array_is_not_its_parts),
      cmocka_unit_test(names_that_start_alike_stay_apart),
      cmocka_unit_test(names_of_javascript_are_names_like_any),
      cmocka_unit_test(the_empty_key_is_a_key),
      cmocka_unit_test(an_empty_key_may_be_null),
      cmocka_unit_test(the_canonical_form_is_canonical),
      cmocka_unit_test(the_size_of_a_part_is_all_of_it),
      cmocka_unit_test(a_shorter_key_matches_as_a_prefix),
      cmocka_unit_test(the_empty_key_matches_all),
      cmocka_unit_test(a_nested_array_matches_as_a_prefix),
      cmocka_unit_test(an_object_matches_as_a_subset),
      cmocka_unit_test(subsets_and_prefixes_nest),
      cmocka_unit_test(leaves_match_by_value_and_type),
      cmocka_unit_test(objects_match_no_arrays),
      cmocka_unit_test(a_member_that_is_null_is_not_absent),
      cmocka_unit_test(every_truncation_of_a_part_is_refused),
      cmocka_unit_test(unknown_tags_are_refused),
      cmocka_unit_test(an_end_of_nothing_is_refused),
      cmocka_unit_test(a_member_without_a_name_or_a_value_is_refused),
      cmocka_unit_test(a_name_that_occurs_twice_is_refused),
      cmocka_unit_test(a_name_may_occur_again_in_another_object),
      cmocka_unit_test(numbers_that_json_does_not_know_are_refused),
      cmocka_unit_test(nesting_is_limited),
      cmocka_unit_test(a_key_with_any_byte_changed_is_a_key_or_an_error),
      cmocka_unit_test(keys_match_and_equal_as_trees_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
