#include "helper_played.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "helper_test.h"

/* ---- Writing --------------------------------------------------------------------------------- */

void write_played(struct played *p, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(p->text + p->length, PLAYED_BYTES - p->length, format, arguments);
  va_end(arguments);
  assert_in_range(written, 0, PLAYED_BYTES - p->length - 1);
  p->length += (size_t)written;
}

void hold_line(struct played *p, const char *line) {
  int written = snprintf(p->held + p->held_length, PLAYED_BYTES - p->held_length, "%s\n", line);
  assert_in_range(written, 0, PLAYED_BYTES - p->held_length - 1);
  p->held_length += (size_t)written;
}

void write_held(struct played *p) {
  write_played(p, "%.*s", (int)p->held_length, p->held);
  p->held_length = 0;
}

void write_effects(struct played *p, const char *effects, const char *before) {
  for (const char *at = effects; *at != '\0';) {
    size_t size = strcspn(at, "\n") + 1;
    int times = 1;
    while (strncmp(at, at + times * size, size) == 0) {
      times++;
    }
    write_played(p, "  %s%.*s", before, (int)size - 1, at);
    write_played(p, times > 1 ? " (%d times)\n" : "\n", times);
    at += times * size;
  }
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static size_t line_at(const char *text, int line) {
  size_t at = 0;
  for (; line > 1; line--) {
    at += strcspn(text + at, "\n") + 1;
  }
  return at;
}

static int count_lines(const char *text) {
  int lines = 0;
  for (; *text != '\0'; text++) {
    lines += *text == '\n';
  }
  return lines;
}

static bool is_same_line(const char *a, int a_line, const char *b, int b_line) {
  const char *a_at = a + line_at(a, a_line), *b_at = b + line_at(b, b_line);
  size_t length = strcspn(a_at, "\n");
  return length == strcspn(b_at, "\n") && memcmp(a_at, b_at, length) == 0;
}

static void print_lines(const char *text, int first, int last, char sign) {
  for (int line = first; line <= last; line++) {
    const char *at = text + line_at(text, line);
    print_error("%c %.*s\n", sign, (int)strcspn(at, "\n"), at);
  }
}

void print_difference(const char *path, const char *expected, const char *played) {
  enum { SHARED = 4 };
  int expected_last = count_lines(expected), played_last = count_lines(played), first = 1;
  while (first <= expected_last && first <= played_last &&
         is_same_line(expected, first, played, first)) {
    first++;
  }
  while (expected_last >= first && played_last >= first &&
         is_same_line(expected, expected_last, played, played_last)) {
    expected_last--;
    played_last--;
  }
  print_error("%s:%d: - is written there, + is what happened\n", path, first);
  print_lines(expected, first > SHARED ? first - SHARED : 1, first - 1, ' ');
  print_lines(expected, first, expected_last, '-');
  print_lines(played, first, played_last, '+');
}
