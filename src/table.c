#include "table.h"

enum { TABLE_FIRST_CAPACITY = 16 };

void table_destroy(struct table *table, struct memory *memory) {
  memory_release(memory, table->slots, table->capacity, sizeof(struct table_slot));
  *table = (struct table){0};
}

/* The next larger capacity is a quarter larger: what is not used yet weighs, too. */
int table_reserve(struct table *table, struct memory *memory, uint32_t extra) {
  uint64_t needed = ((uint64_t)table->count + extra) * 5 / 4 + 1;
  if (needed <= table->capacity) {
    return TIDEMARK_OK;
  }
  uint64_t capacity = table->capacity == 0 ? TABLE_FIRST_CAPACITY : table->capacity;
  while (capacity < needed) {
    capacity += capacity / 4;
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
  uint32_t at = table_home(table, hash);
  while (table->slots[at].id != 0) {
    at = table_after(table, at);
  }
  table->slots[at] = (struct table_slot){.hash = hash, .id = id};
  table->count++;
}

/* How far `at` lies behind `from`, going round. */
static uint32_t distance(const struct table *table, uint32_t from, uint32_t at) {
  return at >= from ? at - from : at + table->capacity - from;
}

void table_remove(struct table *table, uint32_t hash, uint32_t id) {
  uint32_t hole = table_home(table, hash);
  while (table->slots[hole].id != id || table->slots[hole].hash != hash) {
    hole = table_after(table, hole);
  }
  for (uint32_t at = table_after(table, hole); table->slots[at].id != 0;
       at = table_after(table, at)) {
    uint32_t home = table_home(table, table->slots[at].hash);
    /* A slot may move back into the hole unless its home lies behind the hole. */
    if (distance(table, home, at) >= distance(table, hole, at)) {
      table->slots[hole] = table->slots[at];
      hole = at;
    }
  }
  table->slots[hole] = (struct table_slot){0};
  table->count--;
}
