/*
 * A pool: items of one size in one growing array, named by small positive ids.
 *
 *      items:  [ - | live | free ─┐ | live | free ┐ | … ]
 *      free ───────────> 2 <──────┼────── 4 <─────┘      (ids linked through the free items)
 *
 * Every item type starts with a `uint32_t pool_link`, which belongs to the pool. Growing moves the
 * items: an id stays good, a pointer does not.
 */
#ifndef TIDEMARK_POOL_H
#define TIDEMARK_POOL_H

#include <stdint.h>

#include "memory.h"

#define POOL_LIVE UINT32_MAX

struct pool {
  unsigned char *items;
  size_t item_size;
  uint32_t capacity; /* items allocated, item 0 (never used) included */
  uint32_t end;      /* every live id is below */
  uint32_t free;     /* id of the first free item below end, or 0 */
  uint32_t live;
};

void pool_init(struct pool *pool, size_t item_size);
void pool_destroy(struct pool *pool, struct memory *memory);
/* Makes room so that the next `extra` takes succeed. 0 or TIDEMARK_ERROR_MEMORY. */
int pool_reserve(struct pool *pool, struct memory *memory, uint32_t extra);
/* A zeroed item's id; room must have been reserved. */
uint32_t pool_take(struct pool *pool);
void pool_release(struct pool *pool, uint32_t id);
/* Gives memory back if only the first `permanent` items are live, which were the first taken. */
void pool_trim(struct pool *pool, struct memory *memory, uint32_t permanent);

static inline void *pool_at(const struct pool *pool, uint32_t id) {
  return pool->items + (size_t)id * pool->item_size;
}

/* The live item of that id, or NULL: for ids that come from outside. */
static inline void *pool_get(const struct pool *pool, uint32_t id) {
  if (id == 0 || id >= pool->end) {
    return NULL;
  }
  void *item = pool_at(pool, id);
  return *(const uint32_t *)item == POOL_LIVE ? item : NULL;
}

#endif
