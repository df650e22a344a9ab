#include "helper_words.h"

#include <stdlib.h>
#include <string.h>

#include "helper_test.h"

void refuse_line(const struct place *place, const char *why, const char *what) {
  print_error("%s:%d: %s \"%s\"\n", place->path, place->line, why, what);
  fail();
  abort(); /* never reached, but the compiler does not know that of fail() */
}

char *next_word(char **rest) {
  char *word = *rest + strspn(*rest, " ");
  char *end = word + strcspn(word, " ");
  *rest = *end == '\0' ? end : end + 1;
  *end = '\0';
  return word;
}

char *needed_word(const struct place *place, char **rest, const char *what) {
  char *word = next_word(rest);
  if (*word == '\0') {
    refuse_line(place, "the line ends, but wants", what);
  }
  return word;
}

double number(const struct place *place, const char *word) {
  char *end;
  double value = strtod(word, &end);
  if (end == word || *end != '\0') {
    refuse_line(place, "not a number:", word);
  }
  return value;
}

bool takes(char **rest, const char *word) {
  char *at = *rest + strspn(*rest, " ");
  size_t length = strlen(word);
  bool is_next = strncmp(at, word, length) == 0 && (at[length] == ' ' || at[length] == '\0');
  if (is_next) {
    next_word(rest);
  }
  return is_next;
}

bool yes_or_no(const struct place *place, char **rest) {
  const char *word = needed_word(place, rest, "yes or no");
  if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0) {
    refuse_line(place, "neither yes nor no:", word);
  }
  return *word == 'y';
}

char *position(const struct place *place, char **rest, double *seq) {
  char *epoch = needed_word(place, rest, "a position");
  char *colon = strchr(epoch, ':');
  if (colon == NULL) {
    refuse_line(place, "not a position such as e:10:", epoch);
  }
  *colon = '\0';
  *seq = number(place, colon + 1);
  return epoch;
}
