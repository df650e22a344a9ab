/* Memory from the caller's allocator, counted and with checked sizes. Zeroed; NULL when refused. */
#ifndef TIDEMARK_MEMORY_H
#define TIDEMARK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tidemark.h"

struct memory {
  tidemark_allocator allocator;
  size_t used; /* bytes handed out and not yet released */
#ifdef TIDEMARK_CHECKED
  uint32_t seals;
#endif
};

/* Between these two nothing may be allocated: room was reserved before. They nest. Checked builds
 * hold it, in others they are nothing. */
static inline void memory_seal(struct memory *memory) {
#ifdef TIDEMARK_CHECKED
  memory->seals++;
#else
  (void)memory;
#endif
}
static inline void memory_unseal(struct memory *memory) {
#ifdef TIDEMARK_CHECKED
  memory->seals--;
#else
  (void)memory;
#endif
}

void *memory_allocate(struct memory *memory, size_t count, size_t item_size);
/* `count` and `item_size` as at allocation. NULL is allowed. */
void memory_release(struct memory *memory, void *block, size_t count, size_t item_size);
/* A block of new_count items that starts with the old ones, whose block is released. On NULL the
 * old block is untouched. */
void *memory_grow(struct memory *memory, void *block, size_t old_count, size_t new_count,
                  size_t item_size);

static inline uint64_t memory_word(const uint8_t *at) {
  uint64_t word = 0;
  memcpy(&word, at, sizeof word);
  return word;
}

static inline uint32_t memory_half_word(const uint8_t *at) {
  uint32_t word = 0;
  memcpy(&word, at, sizeof word);
  return word;
}

/* Whether two short runs of bytes are equal. Compares words, the last ones overlapping, where the C
 * library of WebAssembly compares byte by byte. */
static inline bool memory_equal(const uint8_t *a, const uint8_t *b, size_t length) {
  if (length >= 8) {
    size_t last = length - 8;
    for (size_t i = 0; i < last; i += 8) {
      if (memory_word(a + i) != memory_word(b + i)) {
        return false;
      }
    }
    return memory_word(a + last) == memory_word(b + last);
  }
  if (length >= 4) {
    size_t last = length - 4;
    return memory_half_word(a) == memory_half_word(b) &&
           memory_half_word(a + last) == memory_half_word(b + last);
  }
  for (size_t i = 0; i < length; i++) {
    if (a[i] != b[i]) {
      return false;
    }
  }
  return true;
}

#endif
