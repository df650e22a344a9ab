/* What the fuzz targets share: an input to read decisions from, an allocator, and a check. */
#ifndef HELPER_FUZZ_H
#define HELPER_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tidemark.h"

/* What libFuzzer calls, and what replay.c calls for each file of a corpus. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, which is how a fuzzer learns that a promise was broken. */
_Noreturn void fuzz_fail(const char *promise, const char *file, int line);
#define CHECK(promise) ((promise) ? (void)0 : fuzz_fail(#promise, __FILE__, __LINE__))

/* ---- The input: bytes taken from the front, zeros once there are none ------------------------ */
struct input {
  const uint8_t *at, *end;
};

static inline size_t input_left(const struct input *in) {
  return (size_t)(in->end - in->at);
}
static inline uint8_t take_byte(struct input *in) {
  return in->at < in->end ? *in->at++ : 0;
}
/* A number for which small, odd, huge, negative and no numbers at all are equally likely. */
double take_double(struct input *in);

/* Bytes in a block of exactly their size, so that a read past their end is seen. */
struct slice {
  uint8_t *bytes; /* to be freed */
  size_t length;
};
struct slice take_bytes(struct input *in, size_t at_most);
/* Up to the next line feed, which is left out. */
struct slice take_line(struct input *in);

/* ---- Memory ---------------------------------------------------------------------------------- */
struct fuzz_heap {
  size_t blocks, bytes; /* held at the moment */
  uint32_t countdown;   /* the allocation to refuse, from 1; 0: none */
  bool refused;
};

/* The heap must outlive what is allocated from it. */
tidemark_allocator fuzz_allocator(struct fuzz_heap *heap);
/* A cache that must come about, with small limits so that it is quickly made. */
tidemark_cache *fuzz_cache(struct fuzz_heap *heap, const tidemark_limits *limits);
/* Destroys it and checks that it gave back what it took. */
void fuzz_destroy(struct fuzz_heap *heap, tidemark_cache *cache);

#endif
