/*
 * Which entries there are, by key: a prefix trie whose nodes are all in one hash table.
 *
 *      ['tasks','list',{project:9}]            root
 *      ['tasks','detail','42']                  │
 *                                            'tasks'
 *                                          ┌────┴─────┐
 *                                       'list'    'detail'
 *                                          │          │
 *                                    {project:9}*   '42'*      * holds an entry
 *
 * A node is found by the hash of the whole path to it, in one probe, checked by walking up. So is
 * an entry by its key, and so is where a filter of leaf parts leads. An array or object of a filter
 * is tried against the arrays and objects among the children, which stand first in each node's list
 * for that. What a filter reaches matches with all that is below it.
 */
#ifndef TIDEMARK_INDEX_H
#define TIDEMARK_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "pool.h"
#include "table.h"

enum { INDEX_PART_INSIDE = 11, INDEX_PART_OUTSIDE = 255 };

/* The bytes of a part: in the node itself if they are few. */
union index_part {
  struct {
    uint8_t length; /* at most INDEX_PART_INSIDE, or INDEX_PART_OUTSIDE */
    uint8_t bytes[INDEX_PART_INSIDE];
  } inside;
  struct {
    uint8_t is_outside; /* INDEX_PART_OUTSIDE */
    uint32_t length;
    uint8_t *bytes;
  } outside;
};

struct index_node {
  uint32_t parent; /* 0: the root */
  uint32_t first_child;
  uint32_t next;     /* sibling; 0 behind the last */
  uint32_t previous; /* sibling; before the first stands the last */
  uint32_t entry;    /* 0: none, only on the way */
  union index_part part;
};

/* An array or object of the filter in hand. */
struct index_branch {
  uint32_t start, end; /* where it is in the filter */
  uint32_t path;       /* bytes of the path above it */
  uint32_t node;       /* the child that it is being tried against */
};

struct index {
  struct memory *memory;
  struct hash_seed seed;
  struct pool nodes;
  struct table table; /* path -> node, for all but the root */
  uint32_t root;
  uint32_t count; /* of entries */
  /* Where a match or a removal is: as long as the longest key there is. */
  uint8_t *path;
  size_t path_bytes;
  /* As many as the key has that has most: a filter with more matches none. */
  struct index_branch *branches;
  size_t branch_count;
};

int index_init(struct index *index, struct memory *memory, struct hash_seed seed);
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
