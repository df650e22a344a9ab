/* Tags beside keys: an entry carries some, a change names one. */
#include <stdio.h>
#include <string.h>

#include "helper_world.h"

static int changed(struct world *w, const char *tag) {
  char text[128];
  assert_in_range(snprintf(text, sizeof text, "{'tags':[%s]}", tag), 1, sizeof text - 1);
  return change(w, text);
}

static void a_change_of_a_tag_touches_the_entries_that_carry_it(void **state) {
  struct world *w = *state;
  uint32_t first = cached(w, "posts/1"), second = cached(w, "posts/2"), third = cached(w, "x");
  assert_int_equal(set_tags(w, first, "[Post,1]"), TIDEMARK_OK);
  set_tags(w, second, "[Post,2]");
  set_tags(w, third, "[Post,1]");
  assert_int_equal(changed(w, "['Post',1]"), 2);
  assert_true(is_marked(w, first) && is_marked(w, third) && !is_marked(w, second));
}

static void an_entry_may_carry_many_tags(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "posts");
  set_tags(w, entry, "[Post,1]/[Post,2]/[Author,7]");
  assert_int_equal(changed(w, "['Author',7]"), 1);
  assert_int_equal(changed(w, "['Post',2]"), 1);
  assert_int_equal(changed(w, "['Post',3]"), 0);
}

static void a_tag_matches_as_keys_do(void **state) {
  struct world *w = *state;
  set_tags(w, cached(w, "a"), "[Post,1]");
  set_tags(w, cached(w, "b"), "[Post,2]");
  set_tags(w, cached(w, "c"), "[Post,{id:3,draft:true}]");
  assert_int_equal(changed(w, "['Post']"), 3);
  assert_int_equal(changed(w, "['Post',{'draft':true}]"), 1);
  assert_int_equal(changed(w, "['Post',1,2]"), 0);
  assert_int_equal(changed(w, "['Post','1']"), 0);
}

static void a_tag_that_is_a_text_is_an_array_of_it(void **state) {
  struct world *w = *state;
  set_tags(w, cached(w, "a"), "[Post,1]");
  assert_int_equal(changed(w, "'Post'"), 1);
  assert_int_equal(changed(w, "'Pos'"), 0);
}

static void a_tag_longer_than_a_key_is_warned_of_and_touches_nothing(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.key_bytes = 16}});
  uint32_t entry = cached(w, "a");
  assert_int_equal(changed(w, "['a text of over 16 bytes']"), 0);
  expect(w, "WARN", "WARN FIELD tags");
  assert_false(is_marked(w, entry));
}

static void an_active_entry_is_refetched(void **state) {
  struct world *w = *state;
  set_tags(w, shown(w, "posts", INFINITY), "[Post,1]");
  changed(w, "['Post',1]");
  flush(w);
  expect(w, "FETCH", "FETCH posts #2");
}

static void new_tags_replace_the_old(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "posts");
  set_tags(w, entry, "[Post,1]/[Post,2]");
  set_tags(w, entry, "[Post,2]/[Post,3]");
  assert_int_equal(changed(w, "['Post',1]"), 0);
  assert_int_equal(changed(w, "['Post',2]"), 1);
  assert_int_equal(changed(w, "['Post',3]"), 1);
}

static void no_tags_are_tags_too(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "posts");
  set_tags(w, entry, "[Post,1]");
  assert_int_equal(set_tags(w, entry, ""), TIDEMARK_OK);
  assert_int_equal(changed(w, "'Post'"), 0);
}

static void a_change_may_name_a_resource_and_tags(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'post','invalidate':[['list']]}]");
  uint32_t list = cached(w, "list"), tagged = cached(w, "tagged");
  set_tags(w, tagged, "[Post,1]");
  assert_int_equal(change(w, "{'resource':'post','tags':[['Post',1]]}"), 2);
  assert_true(is_marked(w, list) && is_marked(w, tagged));
}

static void a_change_of_tags_alone_warns_of_no_resource(void **state) {
  struct world *w = *state;
  changed(w, "'Post'");
  expect(w, "WARN", "");
}

static void a_removed_entry_carries_no_tags(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "posts");
  set_tags(w, entry, "[Post,1]");
  on_entry(w, TIDEMARK_REMOVE, entry);
  assert_int_equal(changed(w, "'Post'"), 0);
  cached(w, "others");
  assert_int_equal(changed(w, "'Post'"), 0);
}

static void tags_that_are_no_arrays_are_refused_and_the_old_ones_stay(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "posts");
  set_tags(w, entry, "[Post,1]");
  static const char *const BAD[] = {"Post", "[Post,2]/7", "{Post:1}", "null"};
  for (int i = 0; i < 4; i++) {
    assert_int_equal(set_tags(w, entry, BAD[i]), TIDEMARK_ERROR_KEY);
  }
  assert_int_equal(changed(w, "['Post',1]"), 1);
  assert_int_equal(changed(w, "['Post',2]"), 0);
}

static void tags_of_nothing_are_refused(void **state) {
  assert_int_equal(set_tags(*state, 999, "[Post]"), TIDEMARK_ERROR_HANDLE);
}

static void tags_longer_than_a_key_are_refused(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.key_bytes = 32}});
  uint32_t entry = build(w, "posts");
  assert_int_equal(set_tags(w, entry, "[a]/[b]/[c]/[d]/[e]/[f]"), TIDEMARK_ERROR_KEY_SIZE);
}

static void a_tag_of_a_change_that_is_too_long_is_warned_of(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.key_bytes = 32}});
  assert_int_equal(changed(w, "'a text that is longer than thirty-two bytes'"), 0);
  w->trace[w->trace_length] = '\0';
  assert_non_null(strstr(w->trace, "WARN FIELD"));
}

/* Ten entries, five tags, and a table that tells who carries what. */
static void tags_do_what_a_table_does(void **state) {
  struct world *w = *state;
  enum { ENTRIES = 10, TAGS = 5 };
  uint64_t random = 5;
  uint32_t entries[ENTRIES];
  uint32_t carried[ENTRIES] = {0}; /* bits */
  for (int i = 0; i < ENTRIES; i++) {
    char name[] = {'e', '/', (char)('0' + i), 0};
    entries[i] = cached(w, name);
  }
  for (int round = 0; round < 2000; round++) {
    uint32_t i = test_random_below(&random, ENTRIES);
    carried[i] = test_random_below(&random, 1 << TAGS);
    char text[64] = "";
    for (int tag = 0; tag < TAGS; tag++) {
      if (carried[i] >> tag & 1) {
        sprintf(text + strlen(text), "%s[T,%d]", *text == '\0' ? "" : "/", tag);
      }
    }
    assert_int_equal(set_tags(w, entries[i], text), TIDEMARK_OK);
    uint32_t asked = test_random_below(&random, TAGS);
    int expected = 0;
    for (int j = 0; j < ENTRIES; j++) {
      expected += carried[j] >> asked & 1;
    }
    sprintf(text, "['T',%u]", asked);
    assert_int_equal(changed(w, text), expected);
    forget_trace(w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_change_of_a_tag_touches_the_entries_that_carry_it),
      PROMISE(an_entry_may_carry_many_tags),
      PROMISE(a_tag_matches_as_keys_do),
      PROMISE(a_tag_that_is_a_text_is_an_array_of_it),
      PROMISE(a_tag_longer_than_a_key_is_warned_of_and_touches_nothing),
      PROMISE(an_active_entry_is_refetched),
      PROMISE(new_tags_replace_the_old),
      PROMISE(no_tags_are_tags_too),
      PROMISE(a_change_may_name_a_resource_and_tags),
      PROMISE(a_change_of_tags_alone_warns_of_no_resource),
      PROMISE(a_removed_entry_carries_no_tags),
      PROMISE(tags_that_are_no_arrays_are_refused_and_the_old_ones_stay),
      PROMISE(tags_of_nothing_are_refused),
      PROMISE(tags_longer_than_a_key_are_refused),
      PROMISE(a_tag_of_a_change_that_is_too_long_is_warned_of),
      PROMISE(tags_do_what_a_table_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
