/*
 * Which entries there are, by key: an exact table and a prefix trie over interned parts.
 *
 *      ['tasks','list',{project:9}]            root
 *      ['tasks','detail','42']                  │
 *                                            'tasks'
 *                                          ┌────┴─────┐
 *                                       'list'    'detail'
 *                                          │          │
 *                                    {project:9}*   '42'*      * holds an entry
 *
 * An exact look-up is one probe of a table by the hash of the whole key, checked by walking up. A
 * filter walks down: its leaf parts by one probe each, its arrays and objects by trying the arrays
 * and objects among the children, which stand first in each node's list for that. What a filter
 * reaches matches with all that is below it.
 */
#ifndef TIDEMARK_INDEX_H
#define TIDEMARK_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "intern.h"

struct index_node {
  uint32_t pool_link;
  uint32_t parent;
  uint32_t symbol; /* 0 in the root only */
  uint32_t first_child, last_child;
  uint32_t next, previous; /* siblings */
  uint32_t entry;          /* 0: none, only on the way */
  uint32_t hash;           /* of the whole key, if there is an entry */
};

struct index {
  struct memory *memory;
  struct hash_seed seed;
  struct intern intern;
  struct pool nodes;
  struct table edges; /* (parent, symbol) -> node */
  struct table exact; /* whole key -> node */
  uint32_t root;
  /* Where the parts of the filter in hand start, and the symbols of its leaf parts. */
  struct index_part *parts;
  size_t parts_capacity;
};

struct index_part {
  uint32_t offset;
  uint32_t symbol; /* 0: an array or object */
};

/* `key_bytes`: the longest key that will be asked for. */
int index_init(struct index *index, struct memory *memory, struct hash_seed seed, size_t key_bytes);
void index_destroy(struct index *index);
/* Gives memory back if there is no entry. */
void index_trim(struct index *index);

/* All keys are canonical. The entry of exactly this key, or 0. */
uint32_t index_find(const struct index *index, const uint8_t *key, size_t length);
/* Puts an entry under a key that has none; *node is its place. On an error nothing has changed. */
int index_insert(struct index *index, const uint8_t *key, size_t length, uint32_t entry,
                 uint32_t *node);
void index_remove(struct index *index, uint32_t node);

/* Writes the entries whose keys the filter matches to `out`, which has room for every entry of the
 * index, and returns how many. */
uint32_t index_match(struct index *index, const uint8_t *filter, size_t length, uint32_t *out);

#endif
