#include "memory.h"

#include <stdint.h>
#include <string.h>

#include "invariant.h"

void *memory_allocate(struct memory *memory, size_t count, size_t item_size) {
  if (count == 0 || item_size == 0 || count > SIZE_MAX / item_size) {
    return NULL;
  }
  INVARIANT(memory->seals == 0);
  size_t size = count * item_size;
  void *block = memory->allocator.allocate(memory->allocator.context, size);
  if (block == NULL) {
    return NULL;
  }
  memory->used += size;
  return memset(block, 0, size);
}

void memory_release(struct memory *memory, void *block, size_t count, size_t item_size) {
  if (block == NULL) {
    return;
  }
  size_t size = count * item_size;
  memory->used -= size;
  memory->allocator.release(memory->allocator.context, block, size);
}

void *memory_grow(struct memory *memory, void *block, size_t old_count, size_t new_count,
                  size_t item_size) {
  void *grown = memory_allocate(memory, new_count, item_size);
  if (grown == NULL) {
    return NULL;
  }
  if (block != NULL) {
    memcpy(grown, block, old_count * item_size);
    memory_release(memory, block, old_count, item_size);
  }
  return grown;
}
