/* Casts of a rule's placeholder: what each makes of each type of field. */
#include <stdio.h>
#include <string.h>

#include "helper_world.h"

static const char *const FIELDS[] = {"null", "true", "false", "1", "'1'", "[1]", "{'a':1}"};
enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

/* Makes a change with that field, and asserts that it marks the one entry under `notation`, or,
 * with NULL, that it marks nothing and warns of the field. */
static void assert_becomes(struct world *w, const char *placeholder, const char *field,
                           const char *notation) {
  char text[256];
  snprintf(text, sizeof text, "[{'on':'task','invalidate':[{'key':['%s'],'exact':true}]}]",
           placeholder);
  assert_int_equal(rules(w, text), TIDEMARK_OK);
  on_matching(w, TIDEMARK_REMOVE, "");
  if (notation != NULL) {
    cached(w, notation);
  }
  forget_trace(w);
  snprintf(text, sizeof text, "{'resource':'task','id':%s}", field);
  assert_int_equal(change(w, text), notation == NULL ? 0 : 1);
  expect(w, "WARN", notation == NULL ? "WARN FIELD task" : "");
}

static void without_a_cast_a_field_stays_what_it_is(void **state) {
  static const char *const SAME[FIELD_COUNT] = {"null", "true", "false", "1",
                                                "'1'",  "[1]",  "{a:1}"};
  for (int i = 0; i < FIELD_COUNT; i++) {
    assert_becomes(*state, "$id", FIELDS[i], SAME[i]);
  }
}

static void only_numbers_and_texts_are_cast_to_a_number(void **state) {
  static const char *const NUMBERS[FIELD_COUNT] = {NULL, NULL, NULL, "1", "1", NULL, NULL};
  for (int i = 0; i < FIELD_COUNT; i++) {
    assert_becomes(*state, "$id:number", FIELDS[i], NUMBERS[i]);
  }
}

static void only_numbers_and_texts_are_cast_to_a_text(void **state) {
  static const char *const TEXTS[FIELD_COUNT] = {NULL, NULL, NULL, "'1'", "'1'", NULL, NULL};
  for (int i = 0; i < FIELD_COUNT; i++) {
    assert_becomes(*state, "$id:string", FIELDS[i], TEXTS[i]);
  }
}

static void a_number_too_large_for_a_double_is_null_as_json_writes_it(void **state) {
  assert_becomes(*state, "$id", "1e999", "null");
  assert_becomes(*state, "$id:number", "'-1e999'", "null");
}

static void a_number_that_a_double_does_not_count_to_has_no_text(void **state) {
  assert_becomes(*state, "$id:string", "9007199254740994", NULL);
  assert_becomes(*state, "$id:string", "-9007199254740994", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(without_a_cast_a_field_stays_what_it_is),
      PROMISE(only_numbers_and_texts_are_cast_to_a_number),
      PROMISE(only_numbers_and_texts_are_cast_to_a_text),
      PROMISE(a_number_too_large_for_a_double_is_null_as_json_writes_it),
      PROMISE(a_number_that_a_double_does_not_count_to_has_no_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
