/* Key parts as symbols: each distinct part is stored once, counted by its users. */
#ifndef TIDEMARK_INTERN_H
#define TIDEMARK_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "pool.h"
#include "table.h"

struct symbol {
  uint32_t pool_link;
  uint32_t users;
  uint32_t hash;
  uint32_t length;
  uint8_t *bytes;
};

struct intern {
  struct memory *memory;
  struct hash_seed seed;
  struct pool symbols;
  struct table table;
};

void intern_init(struct intern *intern, struct memory *memory, struct hash_seed seed);
void intern_destroy(struct intern *intern);
/* Gives memory back if there is no symbol. */
void intern_trim(struct intern *intern);
/* The symbol of a part, or 0. Counts no user. */
uint32_t intern_find(const struct intern *intern, const uint8_t *part, size_t length);
/* The symbol of a part, made if there is none; one user more. 0 if out of memory. */
uint32_t intern_acquire(struct intern *intern, const uint8_t *part, size_t length);
/* One user less; the last one takes the symbol with it. */
void intern_release(struct intern *intern, uint32_t symbol);

static inline const struct symbol *intern_at(const struct intern *intern, uint32_t symbol) {
  return pool_at(&intern->symbols, symbol);
}

#endif
