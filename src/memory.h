/* Memory from the caller's allocator, counted and with checked sizes. Zeroed; NULL when refused. */
#ifndef TIDEMARK_MEMORY_H
#define TIDEMARK_MEMORY_H

#include <stddef.h>

#include "cache.h"

struct memory {
  tidemark_allocator allocator;
  size_t used; /* bytes handed out and not yet released */
};

void *memory_allocate(struct memory *memory, size_t count, size_t item_size);
/* `count` and `item_size` as at allocation. NULL is allowed. */
void memory_release(struct memory *memory, void *block, size_t count, size_t item_size);
/* A block of new_count items that starts with the old ones, whose block is released. On NULL the
 * old block is untouched. */
void *memory_grow(struct memory *memory, void *block, size_t old_count, size_t new_count,
                  size_t item_size);

#endif
