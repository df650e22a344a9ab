#include "helper_fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invariant.h"

void fuzz_fail(const char *promise, const char *file, int line) {
  fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
  abort();
}

void tidemark_invariant_broken(const char *condition, const char *file, int line) {
  fuzz_fail(condition, file, line);
}

/* ---- The input ------------------------------------------------------------------------------- */

double take_double(struct input *in) {
  static const double ODD[] = {0, -0.0, 0.5, 1, -1, 63, 64, 4096, 30000, 0x1p31, 0x1p53, 1e300};
  uint8_t choice = take_byte(in);
  if (choice < sizeof ODD / sizeof ODD[0]) {
    return ODD[choice];
  }
  switch (choice) {
  case 12:
    return INFINITY;
  case 13:
    return -INFINITY;
  case 14:
    return NAN;
  case 15: {
    uint8_t bits[8];
    for (size_t i = 0; i < sizeof bits; i++) {
      bits[i] = take_byte(in);
    }
    double any = 0;
    memcpy(&any, bits, sizeof any);
    return any;
  }
  default:
    return (double)(choice - 16) * (double)(1U << take_byte(in) % 24);
  }
}

struct slice take_bytes(struct input *in, size_t at_most) {
  size_t length = at_most < input_left(in) ? at_most : input_left(in);
  struct slice slice = {.bytes = malloc(length == 0 ? 1 : length), .length = length};
  CHECK(slice.bytes != NULL);
  if (length > 0) {
    memcpy(slice.bytes, in->at, length);
    in->at += length;
  }
  return slice;
}

struct slice take_line(struct input *in) {
  size_t length = 0;
  while (length < input_left(in) && in->at[length] != '\n') {
    length++;
  }
  struct slice slice = take_bytes(in, length);
  (void)take_byte(in);
  return slice;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void *allocate(void *context, size_t size) {
  struct fuzz_heap *heap = context;
  if (heap->countdown > 0) {
    heap->countdown--;
    if (heap->countdown == 0) {
      heap->refused = true;
      return NULL;
    }
  }
  void *block = malloc(size);
  CHECK(block != NULL);
  heap->blocks++;
  heap->bytes += size;
  return block;
}

static void release(void *context, void *memory, size_t size) {
  struct fuzz_heap *heap = context;
  heap->blocks--;
  heap->bytes -= size;
  free(memory);
}

tidemark_allocator fuzz_allocator(struct fuzz_heap *heap) {
  return (tidemark_allocator){.context = heap, .allocate = allocate, .release = release};
}

tidemark_cache *fuzz_cache(struct fuzz_heap *heap, const tidemark_limits *limits) {
  tidemark_options options = {.seed = 1, .client_id = "me", .limits = *limits};
  tidemark_allocator allocator = fuzz_allocator(heap);
  tidemark_cache *cache = NULL;
  CHECK(tidemark_create(&options, &allocator, &cache) == TIDEMARK_OK);
  return cache;
}

void fuzz_destroy(struct fuzz_heap *heap, tidemark_cache *cache) {
  tidemark_destroy(cache);
  CHECK(heap->blocks == 0 && heap->bytes == 0);
}
