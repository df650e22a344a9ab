#include "bugs.h"

#include <stdio.h>
#include <string.h>

#include "planted.h"

#ifdef TIDEMARK_PLANTED

enum planted_bug tidemark_planted = PLANTED_NOTHING;

#define NAME(name, sentence)     [PLANTED_##name] = #name,
#define SENTENCE(name, sentence) [PLANTED_##name] = (sentence),
static const char *const NAMES[] = {PLANTED_BUGS(NAME)};
static const char *const SENTENCES[] = {PLANTED_BUGS(SENTENCE)};

bool bug_plant(const char *name) {
  for (enum planted_bug bug = PLANTED_NOTHING + 1; bug < PLANTED_END; bug++) {
    if (strcmp(NAMES[bug], name) == 0) {
      tidemark_planted = bug;
      return true;
    }
  }
  return false;
}

void bugs_print(void) {
  for (enum planted_bug bug = PLANTED_NOTHING + 1; bug < PLANTED_END; bug++) {
    printf("%s  %s\n", NAMES[bug], SENTENCES[bug]);
  }
}

#else

bool bug_plant(const char *name) {
  (void)name;
  return false;
}

void bugs_print(void) {}

#endif
