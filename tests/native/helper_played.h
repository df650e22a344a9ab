/* A trace as it was written and as it was answered, to be compared with what its file says. */
#ifndef HELPER_PLAYED_H
#define HELPER_PLAYED_H

#include <stddef.h>

enum { PLAYED_BYTES = 1 << 16 };

struct played {
  char text[PLAYED_BYTES];
  size_t length;
  char held[PLAYED_BYTES]; /* comments and blank lines that belong to the next event */
  size_t held_length;
};

__attribute__((format(printf, 2, 3))) void write_played(struct played *p, const char *format, ...);
void hold_line(struct played *p, const char *line);
void write_held(struct played *p);
/* Effects, a line each, indented and each after `before`; what comes several times in a row stands
 * there once. */
void write_effects(struct played *p, const char *effects, const char *before);

/* Shows a person where the two part and until where they differ. */
void print_difference(const char *path, const char *expected, const char *played);

#endif
