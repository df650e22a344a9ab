/* Bytes are the same if each of them is. */
#include <string.h>

#include "helper_test.h"
#include "memory.h"

enum { LONGEST = 40 };

static void bytes_are_equal_if_each_is(void **state) {
  uint8_t a[LONGEST], b[LONGEST];
  for (size_t i = 0; i < LONGEST; i++) {
    a[i] = b[i] = (uint8_t)(i * 37);
  }
  for (size_t length = 0; length <= LONGEST; length++) {
    assert_true(memory_equal(a, b, length));
  }
}

static void one_byte_that_differs_is_seen_wherever_it_is(void **state) {
  uint8_t a[LONGEST] = {0}, b[LONGEST] = {0};
  for (size_t length = 1; length <= LONGEST; length++) {
    for (size_t i = 0; i < length; i++) {
      b[i] = 0x80;
      assert_false(memory_equal(a, b, length));
      b[i] = 0;
    }
  }
}

static void what_lies_behind_the_bytes_does_not_matter(void **state) {
  uint8_t a[LONGEST] = {0}, b[LONGEST] = {0};
  for (size_t length = 0; length < LONGEST; length++) {
    b[length] = 1;
    assert_true(memory_equal(a, b, length));
    b[length] = 0;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_are_equal_if_each_is),
      cmocka_unit_test(one_byte_that_differs_is_seen_wherever_it_is),
      cmocka_unit_test(what_lies_behind_the_bytes_does_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
