/*
 * Plays the traces of tests/traces: each is a scenario with what the core must ask for at every
 * step. Run from the repository's top; with UPDATE_TRACES=1 in the environment what is asked for
 * now is written into the files.
 *
 * Each trace is played twice over: as it is, and with every allocation refused once in turn.
 */
#define _POSIX_C_SOURCE 200809L /* for glob */

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_player.h"

/* One for all tests, so that what a failed one leaves behind can be given back. */
static struct player player;
static char expected[PLAYED_BYTES];

/* ---- Files ----------------------------------------------------------------------------------- */

static void read_file(const char *path, char text[PLAYED_BYTES]) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(text, 1, PLAYED_BYTES, file);
  fclose(file);
  assert_in_range(length, 1, PLAYED_BYTES - 1);
  text[length] = '\0';
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_not_equal(fputs(text, file), EOF);
  assert_int_equal(fclose(file), 0);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static int give_back(void **state) {
  give_back_world(&player);
  return 0;
}

static void compare(void) {
  if (strcmp(player.played.text, expected) != 0) {
    print_difference(player.place.path, expected, player.played.text);
    fail();
  }
}

static void happens_as_written(void **state) {
  const char *path = *state;
  read_file(path, expected);
  play(&player, path, expected, 0);
  if (getenv("UPDATE_TRACES") != NULL) {
    write_file(path, player.played.text);
  } else {
    compare();
  }
}

static void happens_as_written_though_memory_runs_out(void **state) {
  const char *path = *state;
  read_file(path, expected);
  uint64_t n = 1;
  for (; play(&player, path, expected, n); n++) {
    if (strcmp(player.played.text, expected) != 0) {
      print_error("with allocation %llu refused:\n", (unsigned long long)n);
    }
    compare();
  }
  assert_true(n > 1);
}

/* "tests/traces/storm.trace" -> "storm" and what follows; to be freed. */
static char *test_name(const char *path, const char *suffix) {
  const char *base = strrchr(path, '/') + 1;
  int length = (int)strcspn(base, ".");
  size_t size = (size_t)length + strlen(suffix) + 1;
  char *name = malloc(size);
  assert_non_null(name);
  snprintf(name, size, "%.*s%s", length, base, suffix);
  return name;
}

static struct CMUnitTest test_of(char *path, const char *suffix, CMUnitTestFunction function) {
  return (struct CMUnitTest){.name = test_name(path, suffix),
                             .test_func = function,
                             .teardown_func = give_back,
                             .initial_state = path};
}

int main(void) {
  glob_t files;
  if (glob("tests/traces/*.trace", 0, NULL, &files) != 0) {
    fputs("test_traces: no tests/traces here: run it from the repository's top\n", stderr);
    return 1;
  }
  size_t count = 2 * files.gl_pathc;
  struct CMUnitTest *tests = calloc(count, sizeof *tests);
  for (size_t i = 0; i < count; i += 2) {
    char *path = files.gl_pathv[i / 2];
    tests[i] = test_of(path, "", happens_as_written);
    tests[i + 1] =
        test_of(path, ", each allocation refused once", happens_as_written_though_memory_runs_out);
  }
  int failed = _cmocka_run_group_tests("traces", tests, count, NULL, NULL);
  for (size_t i = 0; i < count; i++) {
    free((char *)tests[i].name);
  }
  free(tests);
  globfree(&files);
  return failed;
}
