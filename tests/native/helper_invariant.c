#include "helper_invariant.h"

#include <stdio.h>
#include <stdlib.h>

#include "invariant.h"

struct expected_break *expected_break;

void tidemark_invariant_broken(const char *condition, const char *file, int line) {
  if (expected_break != NULL) {
    expected_break->condition = condition;
    longjmp(expected_break->back, 1);
  }
  fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  abort();
}
