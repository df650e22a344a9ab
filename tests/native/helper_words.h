/* The words of one line of a trace, taken from its front; what they should not be ends the test. */
#ifndef HELPER_WORDS_H
#define HELPER_WORDS_H

#include <stdbool.h>

/* Where a line stands, for whoever has to correct it. */
struct place {
  const char *path;
  int line; /* counted from 1 */
};

__attribute__((noreturn)) void refuse_line(const struct place *place, const char *why,
                                           const char *what);

/* The next word, which is ended in place; "" if there is none. */
char *next_word(char **rest);
char *needed_word(const struct place *place, char **rest, const char *what);
/* Whether the next word is this one, which is then taken. */
bool takes(char **rest, const char *word);
bool yes_or_no(const struct place *place, char **rest);
double number(const struct place *place, const char *word);
/* A position such as e:10: returns the epoch, which is ended in place. */
char *position(const struct place *place, char **rest, double *seq);

#endif
