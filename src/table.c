#include "table.h"

enum { TABLE_FIRST_CAPACITY = 16 };

void table_destroy(struct table *table, struct memory *memory) {
  memory_release(memory, table->slots, table->capacity, sizeof(struct table_slot));
  *table = (struct table){0};
}

int table_reserve(struct table *table, struct memory *memory, uint32_t extra) {
  uint64_t needed = ((uint64_t)table->count + extra) * 4 / 3 + 1;
  if (needed <= table->capacity) {
    return TIDEMARK_OK;
  }
  uint64_t capacity = TABLE_FIRST_CAPACITY;
  while (capacity < needed) {
    capacity *= 2;
  }
  if (capacity > UINT32_MAX) {
    return TIDEMARK_ERROR_MEMORY;
  }
  struct table grown = {.capacity = (uint32_t)capacity};
  grown.slots = memory_allocate(memory, (size_t)capacity, sizeof(struct table_slot));
  if (grown.slots == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  for (uint32_t i = 0; i < table->capacity; i++) {
    if (table->slots[i].id != 0) {
      table_insert(&grown, table->slots[i].hash, table->slots[i].id);
    }
  }
  table_destroy(table, memory);
  *table = grown;
  return TIDEMARK_OK;
}

void table_insert(struct table *table, uint32_t hash, uint32_t id) {
  uint32_t mask = table->capacity - 1;
  uint32_t at = hash & mask;
  while (table->slots[at].id != 0) {
    at = (at + 1) & mask;
  }
  table->slots[at] = (struct table_slot){.hash = hash, .id = id};
  table->count++;
}

void table_remove(struct table *table, uint32_t hash, uint32_t id) {
  uint32_t mask = table->capacity - 1;
  uint32_t hole = hash & mask;
  while (table->slots[hole].id != id || table->slots[hole].hash != hash) {
    hole = (hole + 1) & mask;
  }
  for (uint32_t at = (hole + 1) & mask; table->slots[at].id != 0; at = (at + 1) & mask) {
    uint32_t home = table->slots[at].hash & mask;
    /* A slot may move back into the hole unless its home lies behind the hole. */
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      table->slots[hole] = table->slots[at];
      hole = at;
    }
  }
  table->slots[hole] = (struct table_slot){0};
  table->count--;
}
