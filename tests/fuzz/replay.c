/*
 * Feeds every file of a corpus to one fuzz target: what a fuzzer once found stays found. One TAP
 * line, since a target is one promise; the file in hand is named if the program ends in it.
 *
 *      replay NAME DIRECTORY
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/common_interface_defs.h>

#include "helper_fuzz.h"

static char path[4096];

static void name_file(void) {
  fprintf(stderr, "# while replaying %s\n", path);
}

static void replay(const char *file) {
  FILE *stream = fopen(file, "rb");
  CHECK(stream != NULL);
  CHECK(fseek(stream, 0, SEEK_END) == 0);
  long size = ftell(stream);
  CHECK(size >= 0);
  rewind(stream);
  /* Exactly as long as the file, so that reading past its end is seen. */
  uint8_t *data = malloc(size == 0 ? 1 : (size_t)size);
  CHECK(data != NULL);
  CHECK(fread(data, 1, (size_t)size, stream) == (size_t)size);
  fclose(stream);
  LLVMFuzzerTestOneInput(data, (size_t)size);
  free(data);
}

int main(int count, char **arguments) {
  CHECK(count == 3);
  __sanitizer_set_death_callback(name_file);
  DIR *directory = opendir(arguments[2]);
  CHECK(directory != NULL);
  printf("1..1\n");
  unsigned files = 0;
  for (const struct dirent *item = readdir(directory); item != NULL; item = readdir(directory)) {
    if (item->d_name[0] == '.') {
      continue;
    }
    int length = snprintf(path, sizeof path, "%s/%s", arguments[2], item->d_name);
    CHECK(length > 0 && (size_t)length < sizeof path);
    replay(path);
    files++;
  }
  closedir(directory);
  CHECK(files > 0);
  printf("ok 1 - %s keeps its promises for each of the %u inputs of its corpus\n", arguments[1],
         files);
  return 0;
}
