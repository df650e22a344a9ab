#include "index.h"

#include <string.h>

#include "key.h"

static struct index_node *node_at(const struct index *index, uint32_t id) {
  return pool_at(&index->nodes, id);
}

int index_init(struct index *index, struct memory *memory, struct hash_seed seed,
               size_t key_bytes) {
  *index = (struct index){.memory = memory, .seed = seed};
  intern_init(&index->intern, memory, seed);
  pool_init(&index->nodes, sizeof(struct index_node));
  index->parts_capacity = key_bytes;
  index->parts = memory_allocate(memory, key_bytes, sizeof(struct index_part));
  if (index->parts == NULL || pool_reserve(&index->nodes, memory, 1) < 0) {
    index_destroy(index);
    return TIDEMARK_ERROR_MEMORY;
  }
  index->root = pool_take(&index->nodes);
  return TIDEMARK_OK;
}

void index_destroy(struct index *index) {
  intern_destroy(&index->intern);
  pool_destroy(&index->nodes, index->memory);
  table_destroy(&index->edges, index->memory);
  table_destroy(&index->exact, index->memory);
  memory_release(index->memory, index->parts, index->parts_capacity, sizeof(struct index_part));
  index->parts = NULL;
}

void index_trim(struct index *index) {
  intern_trim(&index->intern);
  pool_trim(&index->nodes, index->memory, 1); /* the root */
  table_trim(&index->edges, index->memory);
  table_trim(&index->exact, index->memory);
}

/* ---- Exact --------------------------------------------------------------------------------- */

/* Compares from the last part up to the root: a node knows its parent, not its depth. */
static bool node_has_key(const struct index *index, uint32_t id, const uint8_t *key,
                         size_t length) {
  size_t left = length;
  for (; id != index->root; id = node_at(index, id)->parent) {
    const struct symbol *symbol = intern_at(&index->intern, node_at(index, id)->symbol);
    if (symbol->length > left ||
        memcmp(key + left - symbol->length, symbol->bytes, symbol->length) != 0) {
      return false;
    }
    left -= symbol->length;
  }
  return left == 0;
}

uint32_t index_find(const struct index *index, const uint8_t *key, size_t length) {
  uint32_t hash = hash_bytes(index->seed, key, length);
  uint32_t at = 0;
  for (uint32_t id = table_first(&index->exact, hash, &at); id != 0;
       id = table_next(&index->exact, hash, &at)) {
    if (node_has_key(index, id, key, length)) {
      return node_at(index, id)->entry;
    }
  }
  return 0;
}

/* ---- The trie ------------------------------------------------------------------------------ */

static uint32_t child_of(const struct index *index, uint32_t parent, uint32_t symbol) {
  uint32_t hash = hash_pair(index->seed, parent, symbol);
  uint32_t at = 0;
  for (uint32_t id = table_first(&index->edges, hash, &at); id != 0;
       id = table_next(&index->edges, hash, &at)) {
    if (node_at(index, id)->parent == parent && node_at(index, id)->symbol == symbol) {
      return id;
    }
  }
  return 0;
}

static bool is_composite(const struct index *index, uint32_t id) {
  return key_part_is_composite(intern_at(&index->intern, node_at(index, id)->symbol)->bytes);
}

/* Arrays and objects go to the front of the list, leaves to its back. */
static void link_child(struct index *index, uint32_t parent_id, uint32_t id) {
  struct index_node *parent = node_at(index, parent_id);
  struct index_node *node = node_at(index, id);
  if (parent->first_child == 0) {
    parent->first_child = parent->last_child = id;
  } else if (is_composite(index, id)) {
    node->next = parent->first_child;
    node_at(index, node->next)->previous = id;
    parent->first_child = id;
  } else {
    node->previous = parent->last_child;
    node_at(index, node->previous)->next = id;
    parent->last_child = id;
  }
}

static void unlink_child(struct index *index, uint32_t id) {
  struct index_node *node = node_at(index, id);
  struct index_node *parent = node_at(index, node->parent);
  if (node->previous != 0) {
    node_at(index, node->previous)->next = node->next;
  } else {
    parent->first_child = node->next;
  }
  if (node->next != 0) {
    node_at(index, node->next)->previous = node->previous;
  } else {
    parent->last_child = node->previous;
  }
}

/* A node for the part below the parent; 0 if out of memory. */
static uint32_t add_child(struct index *index, uint32_t parent, const uint8_t *part, size_t size) {
  uint32_t symbol = intern_acquire(&index->intern, part, size);
  if (symbol == 0) {
    return 0;
  }
  uint32_t existing = child_of(index, parent, symbol);
  if (existing != 0) {
    intern_release(&index->intern, symbol);
    return existing;
  }
  if (pool_reserve(&index->nodes, index->memory, 1) < 0 ||
      table_reserve(&index->edges, index->memory, 1) < 0) {
    intern_release(&index->intern, symbol);
    return 0;
  }
  uint32_t id = pool_take(&index->nodes);
  struct index_node *node = node_at(index, id);
  node->parent = parent;
  node->symbol = symbol;
  table_insert(&index->edges, hash_pair(index->seed, parent, symbol), id);
  link_child(index, parent, id);
  return id;
}

/* Takes away the node and every ancestor that holds nothing any more. */
static void prune(struct index *index, uint32_t id) {
  while (id != index->root && node_at(index, id)->entry == 0 &&
         node_at(index, id)->first_child == 0) {
    struct index_node *node = node_at(index, id);
    uint32_t parent = node->parent;
    unlink_child(index, id);
    table_remove(&index->edges, hash_pair(index->seed, parent, node->symbol), id);
    intern_release(&index->intern, node->symbol);
    pool_release(&index->nodes, id);
    id = parent;
  }
}

int index_insert(struct index *index, const uint8_t *key, size_t length, uint32_t entry,
                 uint32_t *node) {
  if (table_reserve(&index->exact, index->memory, 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t id = index->root;
  for (size_t offset = 0; offset < length;) {
    size_t size = key_part_size(key + offset);
    uint32_t child = add_child(index, id, key + offset, size);
    if (child == 0) {
      prune(index, id);
      return TIDEMARK_ERROR_MEMORY;
    }
    id = child;
    offset += size;
  }
  struct index_node *leaf = node_at(index, id);
  leaf->entry = entry;
  leaf->hash = hash_bytes(index->seed, key, length);
  table_insert(&index->exact, leaf->hash, id);
  *node = id;
  return TIDEMARK_OK;
}

void index_remove(struct index *index, uint32_t id) {
  struct index_node *node = node_at(index, id);
  table_remove(&index->exact, node->hash, id);
  node->entry = 0;
  prune(index, id);
}

/* ---- Match --------------------------------------------------------------------------------- */

/* Cuts the filter into parts. Returns how many, or UINT32_MAX if a leaf part is in no key at all.
 */
static uint32_t cut_filter(struct index *index, const uint8_t *filter, size_t length) {
  uint32_t count = 0;
  for (size_t offset = 0; offset < length; count++) {
    size_t size = key_part_size(filter + offset);
    uint32_t symbol = 0;
    if (!key_part_is_composite(filter + offset)) {
      symbol = intern_find(&index->intern, filter + offset, size);
      if (symbol == 0) {
        return UINT32_MAX;
      }
    }
    index->parts[count] = (struct index_part){.offset = (uint32_t)offset, .symbol = symbol};
    offset += size;
  }
  return count;
}

/* The first array or object from `id` on among siblings that the filter's part matches, or 0. */
static uint32_t matching_sibling(const struct index *index, uint32_t id, const uint8_t *part) {
  for (; id != 0 && is_composite(index, id); id = node_at(index, id)->next) {
    if (key_part_matches(part, intern_at(&index->intern, node_at(index, id)->symbol)->bytes)) {
      return id;
    }
  }
  return 0;
}

static uint32_t first_candidate(const struct index *index, uint32_t id, const uint8_t *filter,
                                uint32_t depth) {
  const struct index_part *part = &index->parts[depth];
  return part->symbol != 0
             ? child_of(index, id, part->symbol)
             : matching_sibling(index, node_at(index, id)->first_child, filter + part->offset);
}

/* The next node, in the order of the tree, at which another branch of the filter's arrays and
 * objects goes on; *depth becomes its depth. The root when there is none. */
static uint32_t next_branch(const struct index *index, uint32_t id, const uint8_t *filter,
                            uint32_t *depth) {
  for (; *depth > 0; id = node_at(index, id)->parent, (*depth)--) {
    const struct index_part *part = &index->parts[*depth - 1];
    uint32_t sibling = part->symbol != 0 ? 0
                                         : matching_sibling(index, node_at(index, id)->next,
                                                            filter + part->offset);
    if (sibling != 0) {
      return sibling;
    }
  }
  return index->root;
}

/* The entries at and below a node. */
static uint32_t collect(const struct index *index, uint32_t top, uint32_t *out) {
  uint32_t count = 0;
  uint32_t id = top;
  for (;;) {
    const struct index_node *node = node_at(index, id);
    if (node->entry != 0) {
      out[count++] = node->entry;
    }
    if (node->first_child != 0) {
      id = node->first_child;
      continue;
    }
    while (id != top && node_at(index, id)->next == 0) {
      id = node_at(index, id)->parent;
    }
    if (id == top) {
      return count;
    }
    id = node_at(index, id)->next;
  }
}

uint32_t index_match(struct index *index, const uint8_t *filter, size_t length, uint32_t *out) {
  uint32_t parts = cut_filter(index, filter, length);
  if (parts == UINT32_MAX) {
    return 0;
  }
  uint32_t count = 0;
  uint32_t id = index->root;
  uint32_t depth = 0;
  do {
    while (id != 0 && depth < parts) {
      uint32_t child = first_candidate(index, id, filter, depth);
      if (child == 0) {
        break;
      }
      id = child;
      depth++;
    }
    if (depth == parts) {
      count += collect(index, id, out + count);
    }
    id = next_branch(index, id, filter, &depth);
  } while (depth > 0);
  return count;
}
