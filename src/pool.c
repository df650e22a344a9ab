#include "pool.h"

#include <string.h>

enum { POOL_FIRST_CAPACITY = 8 };

void pool_init(struct pool *pool, size_t item_size) {
  *pool = (struct pool){.item_size = item_size, .end = 1};
}

void pool_destroy(struct pool *pool, struct memory *memory) {
  memory_release(memory, pool->items, pool->capacity, pool->item_size);
  pool_init(pool, pool->item_size);
}

int pool_reserve(struct pool *pool, struct memory *memory, uint32_t extra) {
  uint64_t needed = (uint64_t)pool->live + 1 + extra;
  if (needed <= pool->capacity) {
    return TIDEMARK_OK;
  }
  uint64_t capacity = pool->capacity == 0 ? POOL_FIRST_CAPACITY : pool->capacity;
  while (capacity < needed) {
    capacity *= 2;
  }
  if (capacity >= POOL_LIVE) {
    return TIDEMARK_ERROR_MEMORY;
  }
  void *items = memory_grow(memory, pool->items, pool->capacity, (size_t)capacity, pool->item_size);
  if (items == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  pool->items = items;
  pool->capacity = (uint32_t)capacity;
  return TIDEMARK_OK;
}

uint32_t pool_take(struct pool *pool) {
  uint32_t id = pool->free;
  uint32_t *item = NULL;
  if (id != 0) {
    item = pool_at(pool, id);
    pool->free = *item;
  } else {
    id = pool->end;
    pool->end++;
    item = pool_at(pool, id);
  }
  memset(item, 0, pool->item_size);
  *item = POOL_LIVE;
  pool->live++;
  return id;
}

void pool_release(struct pool *pool, uint32_t id) {
  *(uint32_t *)pool_at(pool, id) = pool->free;
  pool->free = id;
  pool->live--;
}

void pool_trim(struct pool *pool, struct memory *memory, uint32_t permanent) {
  if (pool->live != permanent || (permanent > 0 && pool->capacity <= POOL_FIRST_CAPACITY)) {
    return;
  }
  if (permanent == 0) {
    pool_destroy(pool, memory);
    return;
  }
  void *items = memory_allocate(memory, POOL_FIRST_CAPACITY, pool->item_size);
  if (items == NULL) {
    return; /* it stays as large as it is */
  }
  memcpy(items, pool->items, (permanent + 1) * pool->item_size);
  memory_release(memory, pool->items, pool->capacity, pool->item_size);
  pool->items = items;
  pool->capacity = POOL_FIRST_CAPACITY;
  pool->end = permanent + 1;
  pool->free = 0;
}
