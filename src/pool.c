#include "pool.h"

#include <string.h>

enum { FIRST_CHUNKS = 4 };

void pool_init(struct pool *pool, size_t item_size) {
  *pool = (struct pool){.item_size = (uint32_t)item_size, .end = 1};
}

static void release_chunks(struct pool *pool, struct memory *memory, uint32_t from) {
  for (uint32_t i = from; i < pool->chunk_count; i++) {
    memory_release(memory, pool->chunks[i], POOL_CHUNK, pool->item_size);
  }
  pool->chunk_count = from;
}

void pool_destroy(struct pool *pool, struct memory *memory) {
  release_chunks(pool, memory, 0);
  memory_release(memory, pool->chunks, pool->chunk_capacity, sizeof *pool->chunks);
  pool_init(pool, pool->item_size);
}

/* Gives the list of chunks another capacity, which all of them fit into. */
static int resize_list(struct pool *pool, struct memory *memory, uint32_t capacity) {
  unsigned char **chunks = memory_allocate(memory, capacity, sizeof *chunks);
  if (chunks == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  if (pool->chunk_count > 0) {
    memcpy(chunks, pool->chunks, pool->chunk_count * sizeof *chunks);
  }
  memory_release(memory, pool->chunks, pool->chunk_capacity, sizeof *chunks);
  pool->chunks = chunks;
  pool->chunk_capacity = capacity;
  return TIDEMARK_OK;
}

static int add_chunk(struct pool *pool, struct memory *memory) {
  if (pool->chunk_count == pool->chunk_capacity) {
    uint32_t capacity = pool->chunk_capacity == 0 ? FIRST_CHUNKS : pool->chunk_capacity * 2;
    int result = resize_list(pool, memory, capacity);
    if (result < 0) {
      return result;
    }
  }
  unsigned char *chunk = memory_allocate(memory, POOL_CHUNK, pool->item_size);
  if (chunk == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  pool->chunks[pool->chunk_count] = chunk;
  pool->chunk_count++;
  return TIDEMARK_OK;
}

int pool_reserve(struct pool *pool, struct memory *memory, uint32_t extra) {
  uint64_t needed = (uint64_t)pool->live + 1 + extra; /* item 0 included */
  if (needed >= POOL_FREE) {
    return TIDEMARK_ERROR_MEMORY;
  }
  while ((uint64_t)pool->chunk_count * POOL_CHUNK < needed) {
    int result = add_chunk(pool, memory);
    if (result < 0) {
      return result;
    }
  }
  return TIDEMARK_OK;
}

uint32_t pool_take(struct pool *pool) {
  uint32_t id = pool->free;
  uint32_t *item = NULL;
  if (id != 0) {
    item = pool_at(pool, id);
    pool->free = *item & ~POOL_FREE;
  } else {
    id = pool->end;
    pool->end++;
    item = pool_at(pool, id);
  }
  memset(item, 0, pool->item_size);
  pool->live++;
  return id;
}

void pool_release(struct pool *pool, uint32_t id) {
  *(uint32_t *)pool_at(pool, id) = POOL_FREE | pool->free;
  pool->free = id;
  pool->live--;
}

void pool_trim(struct pool *pool, struct memory *memory, uint32_t permanent) {
  if (pool->live != permanent) {
    return;
  }
  if (permanent == 0) {
    pool_destroy(pool, memory);
    return;
  }
  release_chunks(pool, memory, 1);
  pool->end = permanent + 1;
  pool->free = 0;
  if (pool->chunk_capacity > FIRST_CHUNKS) {
    (void)resize_list(pool, memory, FIRST_CHUNKS); /* or it stays as long as it is */
  }
}
