/*
 * A pool: items of one size in chunks, named by small positive ids.
 *
 *      chunk 0:  [ - | live | free | live | … ]       free ──> 2 ──> 66 ──> …
 *      chunk 1:  [ live | live | free | … ]                     (linked through the free items)
 *
 * Growing adds a chunk: nothing is copied, nothing moves, and hardly more is taken than is used. An
 * item starts with a uint32_t, which is the pool's while the item is free: the next free id and
 * POOL_FREE. A live item has a number below that in it, such as an id.
 */
#ifndef TIDEMARK_POOL_H
#define TIDEMARK_POOL_H

#include <stdint.h>

#include "memory.h"

#define POOL_FREE 0x80000000U

enum { POOL_CHUNK_BITS = 6, POOL_CHUNK = 1 << POOL_CHUNK_BITS };

struct pool {
  unsigned char **chunks; /* of POOL_CHUNK items each */
  uint32_t chunk_count, chunk_capacity;
  uint32_t item_size;
  uint32_t end;  /* every live id is below; 0 is never one */
  uint32_t free; /* id of the first free item below end, or 0 */
  uint32_t live;
};

void pool_init(struct pool *pool, size_t item_size);
void pool_destroy(struct pool *pool, struct memory *memory);
/* Makes room so that the next `extra` takes succeed. 0 or TIDEMARK_ERROR_MEMORY. */
int pool_reserve(struct pool *pool, struct memory *memory, uint32_t extra);
/* A zeroed item's id; room must have been reserved. */
uint32_t pool_take(struct pool *pool);
void pool_release(struct pool *pool, uint32_t id);
/* Gives memory back if only the first `permanent` items are live, which were the first taken and
 * are less than a chunk. */
void pool_trim(struct pool *pool, struct memory *memory, uint32_t permanent);

/* `item_size` is the pool's, from one who knows it when compiling: that spares a multiplication. */
static inline void *pool_at_sized(const struct pool *pool, uint32_t id, size_t item_size) {
  return pool->chunks[id >> POOL_CHUNK_BITS] + (id & (POOL_CHUNK - 1)) * item_size;
}

static inline void *pool_at(const struct pool *pool, uint32_t id) {
  return pool_at_sized(pool, id, pool->item_size);
}

/* The live item of that id, or NULL: for ids that come from outside. */
static inline void *pool_get(const struct pool *pool, uint32_t id) {
  if (id == 0 || id >= pool->end) {
    return NULL;
  }
  void *item = pool_at(pool, id);
  return *(const uint32_t *)item < POOL_FREE ? item : NULL;
}

#endif
