/* Native tests link a checked core: a broken invariant ends the program unless one is expected. */
#ifndef HELPER_INVARIANT_H
#define HELPER_INVARIANT_H

#include <setjmp.h>

struct expected_break {
  jmp_buf back;
  const char *condition; /* of the invariant that broke */
};

/* Where a broken invariant returns to; NULL: nowhere. */
extern struct expected_break *expected_break;

/* `action` breaks an invariant, of which this is the condition as the core's source has it. */
#define assert_breaks(action, expected)                                                            \
  do {                                                                                             \
    struct expected_break here = {.condition = NULL};                                              \
    expected_break = &here;                                                                        \
    if (setjmp(here.back) == 0) {                                                                  \
      action;                                                                                      \
    }                                                                                              \
    expected_break = NULL;                                                                         \
    assert_non_null(here.condition);                                                               \
    assert_string_equal(here.condition, expected);                                                 \
  } while (0)

#endif
