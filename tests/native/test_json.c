/* JSON text: strict, within limits, and read as it was written. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_heap.h"
#include "helper_test.h"
#include "json.h"

enum { DEPTH = 32 };

struct fixture {
  struct heap heap;
  struct memory memory;
  struct json_arena arena;
  const json_value *root; /* of the last text that was read */
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->memory.allocator = heap_allocator(&f->heap);
  json_arena_init(&f->arena, &f->memory);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  json_arena_destroy(&f->arena);
  assert_int_equal(f->heap.blocks, 0);
  free(f);
  return 0;
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Reads a copy that ends where the text does. */
static int read_bytes(struct fixture *f, const char *text, size_t length) {
  char *copy = malloc(length + 1);
  assert_non_null(copy);
  char *tight = copy + 1; /* a byte before and none behind */
  memcpy(tight, text, length);
  f->root = NULL;
  int result = json_parse(&f->arena, tight, length, DEPTH, &f->root);
  free(copy);
  return result;
}

/* ' stands for ". */
static int read_text(struct fixture *f, const char *text) {
  size_t length = strlen(text);
  char *copy = malloc(length + 1);
  assert_non_null(copy);
  for (size_t i = 0; i <= length; i++) {
    copy[i] = text[i] == '\'' ? '"' : text[i];
  }
  int result = read_bytes(f, copy, length);
  free(copy);
  return result;
}

/* Tells which text was the wrong one. */
static void check_all(struct fixture *f, const char *const *texts, size_t count, int expected) {
  for (size_t i = 0; i < count; i++) {
    int result = read_text(f, texts[i]);
    if (result != expected) {
      fail_msg("%s: %d", texts[i], result);
    }
  }
}

#define assert_accepted(f, ...)                                                                    \
  check_all(f, (const char *const[]){__VA_ARGS__},                                                 \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), TIDEMARK_OK)
#define assert_refused(f, ...)                                                                     \
  check_all(f, (const char *const[]){__VA_ARGS__},                                                 \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), TIDEMARK_ERROR_JSON)

/* ---- What is JSON -------------------------------------------------------------------------- */

static void every_type_of_value_is_accepted(void **state) {
  assert_accepted(*state, "null", "true", "false", "0", "''", "'text'", "[]", "{}", "[[],{}]",
                  "{'a':{'b':[1,null]}}");
}

static void white_space_is_four_characters(void **state) {
  assert_accepted(*state, " 1", "1\n", "\t[ 1 ,\r\n 2 ] ", "{ 'a' : 1 }");
  assert_refused(*state, "\v1", "\f1", "\xc2\xa0", "[1,\xe2\x80\x83 2]");
}

static void numbers_are_written_one_way(void **state) {
  assert_accepted(*state, "-0", "0.5", "-1.25", "1e5", "1E+5", "1e-5", "0e0",
                  "123456789012345678901", "1e400", "-1e-400");
  assert_refused(*state, "01", "-01", "00", "+1", ".5", "1.", "-", "-.5", "1e", "1e+", "1.e1",
                 "0x10", "1_000", "NaN", "Infinity", "-Infinity", "1 2", "--1", "1-", "1f");
}

static void literals_are_written_one_way(void **state) {
  assert_refused(*state, "True", "nul", "nulll", "TRUE", "undefined", "truefalse");
}

static void commas_and_colons_stand_between_things(void **state) {
  assert_refused(*state, "[1,]", "[,1]", "[1 2]", "[1,,2]", "{'a':1,}", "{,'a':1}", "{'a' 1}",
                 "{'a'::1}", "{'a'}", "{'a':}", "{:1}", "[1:2]", "[;]");
}

static void names_are_strings(void **state) {
  assert_refused(*state, "{a:1}", "{1:1}", "{null:1}", "{[]:1}");
}

static void brackets_match(void **state) {
  assert_refused(*state, "[", "]", "{", "}", "[}", "{]", "[1", "{'a':1", "[[1]", "[1]]",
                 "{'a':[1}]");
}

static void there_is_one_value_and_nothing_behind_it(void **state) {
  assert_refused(*state, "", " ", "1 1", "{}{}", "[] x", "null,", "// c\n1", "1 /* c */",
                 "{} \x01");
}

static void every_truncation_is_refused(void **state) {
  struct fixture *f = *state;
  const char text[] = "{\"a\":[1.5e-3,true,null,\"\\u00e9\xc3\xa9\"],\"b\":{}}";
  for (size_t length = 0; length < sizeof text - 1; length++) {
    assert_int_equal(read_bytes(f, text, length), TIDEMARK_ERROR_JSON);
  }
  assert_int_equal(read_bytes(f, text, sizeof text - 1), TIDEMARK_OK);
}

static void a_string_without_its_end_is_refused_however_long_it_is(void **state) {
  struct fixture *f = *state;
  char text[41] = "\"";
  for (size_t length = 1; length < sizeof text; length++) {
    assert_int_equal(read_bytes(f, text, length), TIDEMARK_ERROR_JSON);
    text[length] = 'x';
  }
}

/* ---- Strings ------------------------------------------------------------------------------- */

static void escapes_are_those_of_the_standard(void **state) {
  assert_accepted(*state, "'\\\"\\\\\\/\\b\\f\\n\\r\\t'", "'\\u0041\\u00e9\\u20AC'");
  assert_refused(*state, "'\\x41'", "'\\a'", "'\\0'", "'\\u12'", "'\\u12g4'", "'\\ug123'",
                 "'\\u1g23'", "'\\u123g'", "'\\U0041'", "'\\'", "'\\u'", "'\\ '");
}

static void control_characters_are_escaped_or_refused(void **state) {
  assert_accepted(*state, "'\\u0001\\u001f'", "'\x7f'");
  assert_refused(*state, "'\x01'", "'\n'", "'\t'", "'\x1f'");
}

static void a_string_holds_no_nul(void **state) {
  struct fixture *f = *state;
  assert_refused(f, "'\\u0000'", "'a\\u0000b'", "{'a\\u0000':1}", "['\\u0000']");
  assert_int_equal(read_bytes(f, "\"a\0b\"", 5), TIDEMARK_ERROR_JSON);
  assert_int_equal(read_bytes(f, "1\0", 2), TIDEMARK_ERROR_JSON);
}

static void surrogates_come_in_pairs(void **state) {
  assert_accepted(*state, "'\\ud83d\\ude00'", "'\\uD83D\\uDE00'", "'\\udbff\\udfff'");
  assert_refused(*state, "'\\ud83d'", "'\\ude00'", "'\\ude00\\ud83d'", "'\\ud83dx'",
                 "'\\ud83d\\u0041'", "'\\ud83d\\ud83d\\ude00'", "'\\ud83dxude00'",
                 "'\\ud83d\\nde00'", "'\\ud83d\\ude0'");
}

static void text_is_valid_utf_8(void **state) {
  assert_accepted(*state, "'\xc2\x80'", "'\xdf\xbf'", "'\xe0\xa0\x80'", "'\xed\x9f\xbf'",
                  "'\xee\x80\x80'", "'\xef\xbf\xbd'", "'\xf0\x90\x80\x80'", "'\xf4\x8f\xbf\xbf'");
  assert_refused(*state, "'\x80'", "'\xbf'", "'\xc0\x80'", "'\xc1\xbf'", "'\xc2'", "'\xc2 '",
                 "'\xe0\x9f\xbf'", "'\xe2\x82'", "'\xed\xa0\x80'", "'\xed\xbf\xbf'",
                 "'\xf0\x8f\xbf\xbf'", "'\xf0\x9f\x98'", "'\xf4\x90\x80\x80'", "'\xf5\x80\x80\x80'",
                 "'\xfe'", "'\xff'", "{'\xff':1}");
}

static void a_byte_order_mark_is_refused(void **state) {
  assert_refused(*state, "\xef\xbb\xbf{}", "\xef\xbb\xbf");
  assert_accepted(*state, "'\xef\xbb\xbf'");
}

/* ---- Limits -------------------------------------------------------------------------------- */

static void brackets_nest_at_most_as_deep_as_allowed(void **state) {
  struct fixture *f = *state;
  char text[200];
  for (int depth = 30; depth < 36; depth++) {
    int length = 0;
    for (int i = 0; i < depth; i++) {
      length += sprintf(text + length, i % 2 == 0 ? "[" : "{\"a\":");
    }
    text[length++] = '0';
    for (int i = depth; i > 0; i--) {
      text[length++] = i % 2 == 1 ? ']' : '}';
    }
    assert_int_equal(read_bytes(f, text, (size_t)length),
                     depth <= DEPTH ? TIDEMARK_OK : TIDEMARK_ERROR_JSON);
  }
}

static void text_as_deep_as_it_is_long_is_refused(void **state) {
  enum { LENGTH = 60000 };
  struct fixture *f = *state;
  char *text = malloc(LENGTH);
  assert_non_null(text);
  memset(text, '[', LENGTH);
  assert_int_equal(read_bytes(f, text, LENGTH), TIDEMARK_ERROR_JSON);
  memset(text + LENGTH / 2, ']', LENGTH / 2);
  assert_int_equal(read_bytes(f, text, LENGTH), TIDEMARK_ERROR_JSON);
  free(text);
}

static void a_name_occurs_once_in_an_object(void **state) {
  assert_accepted(*state, "{'a':1,'b':2}", "{'a':{'a':1}}", "[{'a':1},{'a':2}]", "{'a':1,'A':2}",
                  "{'':1,' ':2}");
  assert_refused(*state, "{'a':1,'a':1}", "{'a':1,'b':2,'a':3}", "[{'a':1,'a':2}]", "{'':1,'':2}",
                 "{'x':{'y':1,'y':2}}");
}

static void a_name_written_in_two_ways_is_one_name(void **state) {
  assert_refused(*state, "{'a':1,'\\u0061':2}", "{'\\u00e9':1,'\xc3\xa9':2}", "{'/':1,'\\/':2}");
}

static char *members(int count, bool last_doubled) {
  char *text = malloc((size_t)count * 16 + 8);
  assert_non_null(text);
  size_t length = 0;
  for (int i = 0; i < count; i++) {
    int number = last_doubled && i == count - 1 ? 0 : i;
    length += (size_t)sprintf(text + length, "%s'm%d':0", i == 0 ? "{" : ",", number);
  }
  text[length] = '}';
  text[length + 1] = '\0';
  return text;
}

static void an_object_has_at_most_1024_members(void **state) {
  char *most = members(1024, false), *more = members(1025, false), *doubled = members(1000, true);
  assert_accepted(*state, most);
  assert_refused(*state, more, doubled);
  free(most);
  free(more);
  free(doubled);
}

/* ---- What was read ------------------------------------------------------------------------- */

static void types_are_told_apart(void **state) {
  struct fixture *f = *state;
  read_text(f, "[null,false,true,1,'',[],{}]");
  enum json_type expected = JSON_NULL;
  for (const json_value *item = json_first(f->root); item != NULL; item = json_next(item)) {
    assert_int_equal(json_type(item), expected);
    assert_true(json_is(item, expected));
    expected++;
  }
  assert_int_equal(expected, JSON_OBJECT + 1);
}

static void members_are_found_by_their_exact_name(void **state) {
  struct fixture *f = *state;
  read_text(f, "{'id':1,'Id':2,'i':3,'__proto__':4,'':5}");
  assert_true(json_number(json_member(f->root, "id"), 0) == 1);
  assert_true(json_number(json_member(f->root, "Id"), 0) == 2);
  assert_null(json_member(f->root, "ID"));
  assert_true(json_number(json_member(f->root, "__proto__"), 0) == 4);
  assert_true(json_number(json_member(f->root, ""), 0) == 5);
  assert_true(json_number(json_member_sized(f->root, "idx", 2), 0) == 1);
  assert_true(json_number(json_member_sized(f->root, "idx", 1), 0) == 3);
}

static void what_is_no_object_has_no_members(void **state) {
  struct fixture *f = *state;
  assert_null(json_member(NULL, "a"));
  read_text(f, "['a']");
  assert_null(json_member(f->root, "a"));
  assert_null(json_first(json_first(f->root)));
}

static void members_keep_their_names_and_order(void **state) {
  struct fixture *f = *state;
  read_text(f, "{'b':1,'a':2,'\\u00e9':3}");
  const json_value *member = json_first(f->root);
  assert_string_equal(json_name(member), "b");
  member = json_next(member);
  assert_string_equal(json_name(member), "a");
  member = json_next(member);
  assert_string_equal(json_name(member), "\xc3\xa9");
  assert_null(json_next(member));
}

static void strings_are_read_with_their_escapes_undone(void **state) {
  struct fixture *f = *state;
  read_text(f, "'a\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\xc3\xa9'");
  assert_string_equal(json_string(f->root),
                      "a\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9");
}

static void only_strings_have_text_and_only_numbers_a_number(void **state) {
  struct fixture *f = *state;
  read_text(f, "['7',7,null]");
  const json_value *text = json_first(f->root);
  const json_value *number = json_next(text);
  assert_true(json_number(text, -1) == -1);
  assert_null(json_string(number));
  assert_null(json_string(json_next(number)));
  assert_null(json_string(NULL));
  assert_true(json_number(NULL, -1) == -1);
}

static void numbers_are_read_to_the_last_bit(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *text;
    double number;
  } NUMBERS[] = {
      {"0", 0},
      {"-1.5", -1.5},
      {"0.1", 0.1},
      {"0.30000000000000004", 0.1 + 0.2},
      {"9007199254740991", 9007199254740991.0},
      {"9007199254740993", 9007199254740992.0},
      {"1e22", 1e22},
      {"1e23", 1e23},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"5e-324", 5e-324},
      {"2.2250738585072011e-308", 2.2250738585072011e-308},
      {"1e-400", 0},
      {"123456789012345678901234567890", 123456789012345678901234567890.0},
  };
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
    assert_int_equal(read_text(f, NUMBERS[i].text), TIDEMARK_OK);
    assert_true(json_number(f->root, NAN) == NUMBERS[i].number);
  }
}

static void a_text_that_is_a_number_is_told_from_one_that_is_none(void **state) {
  double number;
  assert_true(json_parse_number("42", &number) && number == 42);
  assert_true(json_parse_number("-1.5e3", &number) && number == -1500);
  static const char *const BAD[] = {"", " 1", "1 ", "01", "+1", "1x", "0x1", "NaN", "1,5", "--1"};
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
    assert_false(json_parse_number(BAD[i], &number));
  }
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void reading_a_thousand_texts_takes_no_more_memory_than_one(void **state) {
  struct fixture *f = *state;
  read_text(f, "{'type':'cache_invalidate','data':{'resource':'task','id':'42'}}");
  size_t bytes = f->heap.bytes;
  for (int i = 0; i < 1000; i++) {
    read_text(f, "{'type':'cache_invalidate','data':{'resource':'task','id':'42'}}");
  }
  assert_int_equal(f->heap.bytes, bytes);
}

static void what_a_long_text_took_is_given_back_when_it_has_been_read(void **state) {
  struct fixture *f = *state;
  read_text(f, "{}");
  size_t bytes = f->heap.bytes;
  char text[10000];
  memset(text, 'x', sizeof text);
  text[0] = text[sizeof text - 1] = '"';
  assert_int_equal(read_bytes(f, text, sizeof text), TIDEMARK_OK);
  assert_true(f->heap.bytes > bytes);
  json_arena_reset(&f->arena);
  assert_int_equal(f->heap.bytes, bytes);
}

static void two_arenas_have_nothing_to_do_with_each_other(void **state) {
  struct fixture *f = *state;
  void *state_of_other;
  setup(&state_of_other);
  struct fixture *other = state_of_other;
  read_text(f, "{'a':'first'}");
  read_text(other, "{'a':'second'}");
  read_text(other, "nonsense");
  assert_string_equal(json_string(json_member(f->root, "a")), "first");
  teardown(&state_of_other);
  assert_string_equal(json_string(json_member(f->root, "a")), "first");
}

static void running_out_of_memory_is_not_taken_for_bad_json(void **state) {
  char *text = members(1000, false);
  int refusals = 0;
  for (uint64_t n = 1;; n++) {
    void *fresh;
    setup(&fresh);
    struct fixture *f = fresh;
    f->heap.refuse = n;
    int result = read_text(f, text);
    assert_int_equal(result, heap_has_refused(&f->heap) ? TIDEMARK_ERROR_MEMORY : TIDEMARK_OK);
    refusals += result == TIDEMARK_ERROR_MEMORY;
    f->heap.refuse = 0;
    assert_int_equal(read_text(f, text), TIDEMARK_OK);
    teardown(&fresh);
    if (result == TIDEMARK_OK) {
      break;
    }
  }
  free(text);
  assert_true(refusals > 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(every_type_of_value_is_accepted),
      PROMISE(white_space_is_four_characters),
      PROMISE(numbers_are_written_one_way),
      PROMISE(literals_are_written_one_way),
      PROMISE(commas_and_colons_stand_between_things),
      PROMISE(names_are_strings),
      PROMISE(brackets_match),
      PROMISE(there_is_one_value_and_nothing_behind_it),
      PROMISE(every_truncation_is_refused),
      PROMISE(a_string_without_its_end_is_refused_however_long_it_is),
      PROMISE(escapes_are_those_of_the_standard),
      PROMISE(control_characters_are_escaped_or_refused),
      PROMISE(a_string_holds_no_nul),
      PROMISE(surrogates_come_in_pairs),
      PROMISE(text_is_valid_utf_8),
      PROMISE(a_byte_order_mark_is_refused),
      PROMISE(brackets_nest_at_most_as_deep_as_allowed),
      PROMISE(text_as_deep_as_it_is_long_is_refused),
      PROMISE(a_name_occurs_once_in_an_object),
      PROMISE(a_name_written_in_two_ways_is_one_name),
      PROMISE(an_object_has_at_most_1024_members),
      PROMISE(types_are_told_apart),
      PROMISE(members_are_found_by_their_exact_name),
      PROMISE(what_is_no_object_has_no_members),
      PROMISE(members_keep_their_names_and_order),
      PROMISE(strings_are_read_with_their_escapes_undone),
      PROMISE(only_strings_have_text_and_only_numbers_a_number),
      PROMISE(numbers_are_read_to_the_last_bit),
      PROMISE(a_text_that_is_a_number_is_told_from_one_that_is_none),
      PROMISE(reading_a_thousand_texts_takes_no_more_memory_than_one),
      PROMISE(what_a_long_text_took_is_given_back_when_it_has_been_read),
      PROMISE(two_arenas_have_nothing_to_do_with_each_other),
      PROMISE(running_out_of_memory_is_not_taken_for_bad_json),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
