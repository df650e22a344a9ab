/*
 * A hash table from 32-bit hashes to positive ids: open addressing, linear probing, deletion by
 * shifting back, so there are no tombstones. It does not know what an id stands for: the caller
 * walks the candidates of a hash and compares.
 *
 *      for (id = table_first(t, hash, &at); id != 0; id = table_next(t, hash, &at))
 *        if (equal(id, what)) return id;
 */
#ifndef TIDEMARK_TABLE_H
#define TIDEMARK_TABLE_H

#include <stdint.h>

#include "memory.h"

struct table_slot {
  uint32_t hash;
  uint32_t id; /* 0: empty */
};

struct table {
  struct table_slot *slots;
  uint32_t capacity; /* any number; 0, or at least 5/4 of count */
  uint32_t count;
};

void table_destroy(struct table *table, struct memory *memory);
/* Gives its memory back if it is empty. */
static inline void table_trim(struct table *table, struct memory *memory) {
  if (table->count == 0) {
    table_destroy(table, memory);
  }
}
/* Makes room so that the next `extra` inserts succeed. 0 or TIDEMARK_ERROR_MEMORY. */
int table_reserve(struct table *table, struct memory *memory, uint32_t extra);
/* Room must have been reserved; the pair must not be in the table. */
void table_insert(struct table *table, uint32_t hash, uint32_t id);
/* The pair must be in the table. */
void table_remove(struct table *table, uint32_t hash, uint32_t id);

/* The slot where the search for a hash begins: the hash scaled to the capacity. */
static inline uint32_t table_home(const struct table *table, uint32_t hash) {
  return (uint32_t)((uint64_t)hash * table->capacity >> 32);
}

static inline uint32_t table_after(const struct table *table, uint32_t at) {
  return at + 1 == table->capacity ? 0 : at + 1;
}

static inline uint32_t table_scan(const struct table *table, uint32_t hash, uint32_t at,
                                  uint32_t *found) {
  for (;; at = table_after(table, at)) {
    const struct table_slot *slot = &table->slots[at];
    if (slot->id == 0 || slot->hash == hash) {
      *found = at;
      return slot->id;
    }
  }
}

/* The first id under that hash, or 0. */
static inline uint32_t table_first(const struct table *table, uint32_t hash, uint32_t *at) {
  return table->capacity == 0 ? 0 : table_scan(table, hash, table_home(table, hash), at);
}

static inline uint32_t table_next(const struct table *table, uint32_t hash, uint32_t *at) {
  return table_scan(table, hash, table_after(table, *at), at);
}

#endif
