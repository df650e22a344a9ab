/* A growing run of bytes. After a refused allocation it ignores further writes; ask once, at the
 * end. */
#ifndef TIDEMARK_BYTES_H
#define TIDEMARK_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

struct bytes {
  struct memory *memory;
  uint8_t *data;
  size_t length, capacity;
  bool failed;
};

void bytes_init(struct bytes *bytes, struct memory *memory);
void bytes_destroy(struct bytes *bytes);
void bytes_add(struct bytes *bytes, const void *data, size_t length);
static inline void bytes_add_byte(struct bytes *bytes, uint8_t byte) {
  bytes_add(bytes, &byte, 1);
}

#endif
