#include "intern.h"

#include <string.h>

void intern_init(struct intern *intern, struct memory *memory, struct hash_seed seed) {
  *intern = (struct intern){.memory = memory, .seed = seed};
  pool_init(&intern->symbols, sizeof(struct symbol));
}

void intern_destroy(struct intern *intern) {
  for (uint32_t id = 1; id < intern->symbols.end; id++) {
    const struct symbol *symbol = pool_get(&intern->symbols, id);
    if (symbol != NULL) {
      memory_release(intern->memory, symbol->bytes, symbol->length, 1);
    }
  }
  pool_destroy(&intern->symbols, intern->memory);
  table_destroy(&intern->table, intern->memory);
}

void intern_trim(struct intern *intern) {
  pool_trim(&intern->symbols, intern->memory, 0);
  table_trim(&intern->table, intern->memory);
}

static uint32_t find_hashed(const struct intern *intern, const uint8_t *part, size_t length,
                            uint32_t hash) {
  uint32_t at = 0;
  for (uint32_t id = table_first(&intern->table, hash, &at); id != 0;
       id = table_next(&intern->table, hash, &at)) {
    const struct symbol *symbol = intern_at(intern, id);
    if (symbol->length == length && memcmp(symbol->bytes, part, length) == 0) {
      return id;
    }
  }
  return 0;
}

uint32_t intern_find(const struct intern *intern, const uint8_t *part, size_t length) {
  return find_hashed(intern, part, length, hash_bytes(intern->seed, part, length));
}

uint32_t intern_acquire(struct intern *intern, const uint8_t *part, size_t length) {
  uint32_t hash = hash_bytes(intern->seed, part, length);
  uint32_t id = find_hashed(intern, part, length, hash);
  if (id != 0) {
    struct symbol *symbol = pool_at(&intern->symbols, id);
    symbol->users++;
    return id;
  }
  if (pool_reserve(&intern->symbols, intern->memory, 1) < 0 ||
      table_reserve(&intern->table, intern->memory, 1) < 0) {
    return 0;
  }
  uint8_t *bytes = memory_allocate(intern->memory, length, 1);
  if (bytes == NULL) {
    return 0;
  }
  memcpy(bytes, part, length);
  id = pool_take(&intern->symbols);
  struct symbol *symbol = pool_at(&intern->symbols, id);
  symbol->users = 1;
  symbol->hash = hash;
  symbol->length = (uint32_t)length;
  symbol->bytes = bytes;
  table_insert(&intern->table, hash, id);
  return id;
}

void intern_release(struct intern *intern, uint32_t id) {
  struct symbol *symbol = pool_at(&intern->symbols, id);
  symbol->users--;
  if (symbol->users > 0) {
    return;
  }
  table_remove(&intern->table, symbol->hash, id);
  memory_release(intern->memory, symbol->bytes, symbol->length, 1);
  pool_release(&intern->symbols, id);
}
