#include "index.h"

#include <string.h>

#include "key.h"

static struct index_node *node_at(const struct index *index, uint32_t id) {
  return pool_at_sized(&index->nodes, id, sizeof(struct index_node));
}

int index_init(struct index *index, struct memory *memory, struct hash_seed seed) {
  *index = (struct index){.memory = memory, .seed = seed};
  pool_init(&index->nodes, sizeof(struct index_node));
  if (pool_reserve(&index->nodes, memory, 1) < 0) {
    index_destroy(index);
    return TIDEMARK_ERROR_MEMORY;
  }
  index->root = pool_take(&index->nodes);
  return TIDEMARK_OK;
}

/* ---- Room for a match or a removal ----------------------------------------------------------- */

static void release_room(struct index *index) {
  memory_release(index->memory, index->path, index->path_bytes, 1);
  memory_release(index->memory, index->branches, index->branch_count, sizeof *index->branches);
  index->path = NULL;
  index->branches = NULL;
  index->path_bytes = index->branch_count = 0;
}

static size_t count_branches(const uint8_t *key, size_t length) {
  size_t count = 0;
  for (size_t offset = 0; offset < length; offset += key_part_size(key + offset)) {
    count += key_part_is_composite(key + offset) ? 1 : 0;
  }
  return count;
}

/* At least `wanted`, and so much more than `now` that keys that get longer one by one cost little.
 */
static size_t room_for(size_t wanted, size_t now) {
  return wanted > 2 * now ? wanted : 2 * now;
}

/* Neither holds anything between two calls: nothing is copied. */
static int reserve_room(struct index *index, const uint8_t *key, size_t length) {
  if (length > index->path_bytes) {
    size_t size = room_for(length, index->path_bytes);
    uint8_t *path = memory_allocate(index->memory, size, 1);
    if (path == NULL) {
      return TIDEMARK_ERROR_MEMORY;
    }
    memory_release(index->memory, index->path, index->path_bytes, 1);
    index->path = path;
    index->path_bytes = size;
  }
  size_t wanted = count_branches(key, length);
  if (wanted > index->branch_count) {
    size_t count = room_for(wanted, index->branch_count);
    struct index_branch *branches = memory_allocate(index->memory, count, sizeof *branches);
    if (branches == NULL) {
      return TIDEMARK_ERROR_MEMORY;
    }
    memory_release(index->memory, index->branches, index->branch_count, sizeof *branches);
    index->branches = branches;
    index->branch_count = count;
  }
  return TIDEMARK_OK;
}

/* ---- Parts --------------------------------------------------------------------------------- */

static bool is_outside(const struct index_node *node) {
  return node->part.inside.length == INDEX_PART_OUTSIDE;
}

static size_t part_length(const struct index_node *node) {
  return is_outside(node) ? node->part.outside.length : node->part.inside.length;
}

static const uint8_t *part_bytes(const struct index_node *node) {
  return is_outside(node) ? node->part.outside.bytes : node->part.inside.bytes;
}

static bool part_equals(const struct index_node *node, const uint8_t *part, size_t size) {
  return part_length(node) == size && memory_equal(part_bytes(node), part, size);
}

static bool is_composite(const struct index *index, uint32_t id) {
  return key_part_is_composite(part_bytes(node_at(index, id)));
}

static int take_part(struct index *index, const uint8_t *bytes, size_t size,
                     union index_part *part) {
  if (size <= INDEX_PART_INSIDE) {
    part->inside.length = (uint8_t)size;
    memcpy(part->inside.bytes, bytes, size);
    return TIDEMARK_OK;
  }
  uint8_t *copy = memory_allocate(index->memory, size, 1);
  if (copy == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  memcpy(copy, bytes, size);
  part->outside.is_outside = INDEX_PART_OUTSIDE;
  part->outside.length = (uint32_t)size;
  part->outside.bytes = copy;
  return TIDEMARK_OK;
}

static void release_part(struct index *index, const struct index_node *node) {
  if (is_outside(node)) {
    memory_release(index->memory, node->part.outside.bytes, node->part.outside.length, 1);
  }
}

/* ---- Exact --------------------------------------------------------------------------------- */

/* Compares from the last part up to the root: a node knows its parent, not its depth. */
static bool node_has_path(const struct index *index, uint32_t id, const uint8_t *path,
                          size_t length) {
  size_t left = length;
  while (id != index->root) {
    const struct index_node *node = node_at(index, id);
    size_t size = part_length(node);
    if (size > left || !memory_equal(part_bytes(node), path + left - size, size)) {
      return false;
    }
    left -= size;
    id = node->parent;
  }
  return left == 0;
}

/* The node to which a path leads, or 0. */
static uint32_t find_node(const struct index *index, const uint8_t *path, size_t length) {
  if (length == 0) {
    return index->root;
  }
  uint32_t hash = hash_bytes(index->seed, path, length);
  uint32_t at = 0;
  for (uint32_t id = table_first(&index->table, hash, &at); id != 0;
       id = table_next(&index->table, hash, &at)) {
    if (node_has_path(index, id, path, length)) {
      return id;
    }
  }
  return 0;
}

uint32_t index_find(const struct index *index, const uint8_t *key, size_t length) {
  uint32_t id = find_node(index, key, length);
  return id == 0 ? 0 : node_at(index, id)->entry;
}

/* ---- The trie ------------------------------------------------------------------------------ */

static uint32_t child_of(const struct index *index, uint32_t parent, uint32_t hash,
                         const uint8_t *part, size_t size) {
  uint32_t at = 0;
  for (uint32_t id = table_first(&index->table, hash, &at); id != 0;
       id = table_next(&index->table, hash, &at)) {
    if (node_at(index, id)->parent == parent && part_equals(node_at(index, id), part, size)) {
      return id;
    }
  }
  return 0;
}

/* Arrays and objects go to the front of the list, leaves to its back. */
static void link_child(struct index *index, struct index_node *parent, uint32_t id) {
  struct index_node *node = node_at(index, id);
  uint32_t first = parent->first_child;
  if (first == 0) {
    parent->first_child = node->previous = id;
    return;
  }
  uint32_t last = node_at(index, first)->previous;
  node->previous = last;
  node_at(index, first)->previous = id;
  if (is_composite(index, id)) {
    node->next = first;
    parent->first_child = id;
  } else {
    node_at(index, last)->next = id;
  }
}

static void unlink_child(struct index *index, uint32_t id) {
  const struct index_node *node = node_at(index, id);
  struct index_node *parent = node_at(index, node->parent);
  uint32_t first = parent->first_child;
  if (id == first) {
    parent->first_child = node->next;
  } else {
    node_at(index, node->previous)->next = node->next;
  }
  if (node->next != 0) {
    node_at(index, node->next)->previous = node->previous;
  } else {
    node_at(index, first)->previous = node->previous; /* it was the last */
  }
}

/* 0 if out of memory. */
static uint32_t add_child(struct index *index, uint32_t parent, uint32_t hash, const uint8_t *part,
                          size_t size) {
  union index_part copy = {0};
  if (pool_reserve(&index->nodes, index->memory, 1) < 0 ||
      table_reserve(&index->table, index->memory, 1) < 0 ||
      take_part(index, part, size, &copy) < 0) {
    return 0;
  }
  uint32_t id = pool_take(&index->nodes);
  *node_at(index, id) = (struct index_node){.parent = parent, .part = copy};
  table_insert(&index->table, hash, id);
  link_child(index, node_at(index, parent), id);
  return id;
}

/* Writes the path down to a node to index->path and returns its length. */
static size_t write_path(struct index *index, uint32_t id) {
  size_t length = 0;
  for (uint32_t at = id; at != index->root; at = node_at(index, at)->parent) {
    length += part_length(node_at(index, at));
  }
  size_t end = length;
  for (uint32_t at = id; at != index->root; at = node_at(index, at)->parent) {
    const struct index_node *node = node_at(index, at);
    end -= part_length(node);
    memcpy(index->path + end, part_bytes(node), part_length(node));
  }
  return length;
}

/* Takes away the node and every ancestor that holds nothing any more. */
static void prune(struct index *index, uint32_t id) {
  size_t length = write_path(index, id);
  while (id != index->root && node_at(index, id)->entry == 0 &&
         node_at(index, id)->first_child == 0) {
    const struct index_node *node = node_at(index, id);
    uint32_t parent = node->parent;
    unlink_child(index, id);
    table_remove(&index->table, hash_bytes(index->seed, index->path, length), id);
    length -= part_length(node);
    release_part(index, node);
    pool_release(&index->nodes, id);
    id = parent;
  }
}

int index_insert(struct index *index, const uint8_t *key, size_t length, uint32_t entry,
                 uint32_t *node) {
  if (reserve_room(index, key, length) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  struct hash_prefixes prefixes = hash_prefixes_of(index->seed);
  uint32_t id = index->root;
  for (size_t offset = 0; offset < length;) {
    const uint8_t *part = key + offset;
    size_t size = key_part_size(part);
    offset += size;
    uint32_t hash = hash_prefix(&prefixes, key, offset);
    uint32_t child = child_of(index, id, hash, part, size);
    if (child == 0) {
      child = add_child(index, id, hash, part, size);
    }
    if (child == 0) {
      prune(index, id);
      return TIDEMARK_ERROR_MEMORY;
    }
    id = child;
  }
  node_at(index, id)->entry = entry;
  index->count++;
  *node = id;
  return TIDEMARK_OK;
}

void index_remove(struct index *index, uint32_t id) {
  node_at(index, id)->entry = 0;
  index->count--;
  prune(index, id);
}

/* ---- Match --------------------------------------------------------------------------------- */

/* The node behind `id` in the order of the tree, without leaving what is below `top`; 0 for none.
 */
static inline uint32_t next_below(const struct index *index, uint32_t top, uint32_t id) {
  const struct index_node *node = node_at(index, id);
  if (node->first_child != 0) {
    return node->first_child;
  }
  while (id != top && node->next == 0) {
    id = node->parent;
    node = node_at(index, id);
  }
  return id == top ? 0 : node->next;
}

void index_destroy(struct index *index) {
  if (index->root != 0) {
    for (uint32_t id = index->root; id != 0; id = next_below(index, index->root, id)) {
      release_part(index, node_at(index, id));
    }
  }
  pool_destroy(&index->nodes, index->memory);
  table_destroy(&index->table, index->memory);
  release_room(index);
  index->root = 0;
}

void index_trim(struct index *index) {
  pool_trim(&index->nodes, index->memory, 1); /* the root */
  table_trim(&index->table, index->memory);
  if (index->count == 0) {
    release_room(index);
  }
}

/* The entries at and below a node. */
static uint32_t collect(const struct index *index, uint32_t top, uint32_t *out) {
  uint32_t count = 0;
  for (uint32_t id = top; id != 0; id = next_below(index, top, id)) {
    if (node_at(index, id)->entry != 0) {
      out[count++] = node_at(index, id)->entry;
    }
  }
  return count;
}

/* Finds the arrays and objects of the filter. Returns how many there are; what is beyond the room
 * for them is only counted. */
static size_t find_branches(struct index *index, const uint8_t *filter, size_t length) {
  size_t count = 0;
  for (size_t offset = 0; offset < length;) {
    size_t size = key_part_size(filter + offset);
    if (key_part_is_composite(filter + offset)) {
      if (count < index->branch_count) {
        index->branches[count] =
            (struct index_branch){.start = (uint32_t)offset, .end = (uint32_t)(offset + size)};
      }
      count++;
    }
    offset += size;
  }
  return count;
}

/* The first array or object from `id` on among siblings that the filter's part matches, or 0. */
static uint32_t matching_sibling(const struct index *index, uint32_t id, const uint8_t *part) {
  for (; id != 0 && is_composite(index, id); id = node_at(index, id)->next) {
    if (key_part_matches(part, part_bytes(node_at(index, id)))) {
      return id;
    }
  }
  return 0;
}

/* From a node, whose path is the first *path bytes of index->path, along a run of leaf parts. */
static uint32_t follow(struct index *index, uint32_t id, const uint8_t *run, size_t length,
                       size_t *path) {
  if (length == 0) {
    return id;
  }
  if (length > index->path_bytes - *path) {
    return 0; /* longer than any key */
  }
  memcpy(index->path + *path, run, length);
  *path += length;
  return find_node(index, index->path, *path);
}

/* Takes one child for a branch. Returns the bytes of the path down to it. */
static size_t enter(struct index *index, struct index_branch *branch, uint32_t id) {
  const struct index_node *node = node_at(index, id);
  branch->node = id;
  memcpy(index->path + branch->path, part_bytes(node), part_length(node));
  return branch->path + part_length(node);
}

/* Goes back to the last branch that has another child to try, and takes that. 0 if none has. */
static uint32_t next_branch(struct index *index, const uint8_t *filter, uint32_t *level,
                            size_t *path) {
  while (*level > 0) {
    struct index_branch *branch = &index->branches[*level - 1];
    uint32_t id =
        matching_sibling(index, node_at(index, branch->node)->next, filter + branch->start);
    if (id != 0) {
      *path = enter(index, branch, id);
      return id;
    }
    (*level)--;
  }
  return 0;
}

/* Takes the first child for the branch below a node, whose path has so many bytes. 0 if none fits.
 */
static uint32_t first_of_branch(struct index *index, uint32_t id, const uint8_t *filter,
                                uint32_t *level, size_t *path) {
  struct index_branch *branch = &index->branches[*level];
  uint32_t child = matching_sibling(index, node_at(index, id)->first_child, filter + branch->start);
  if (child != 0) {
    branch->path = (uint32_t)*path;
    *path = enter(index, branch, child);
    (*level)++;
  }
  return child;
}

uint32_t index_match(struct index *index, const uint8_t *filter, size_t length, uint32_t *out) {
  size_t branches = find_branches(index, filter, length);
  if (branches == 0) {
    uint32_t id = find_node(index, filter, length);
    return id == 0 ? 0 : collect(index, id, out);
  }
  if (branches > index->branch_count) {
    return 0; /* more than any key has */
  }
  uint32_t count = 0;
  uint32_t level = 0; /* branches above where we are */
  size_t path = 0;
  uint32_t id = index->root;
  do {
    size_t start = level == 0 ? 0 : index->branches[level - 1].end;
    size_t end = level == branches ? length : index->branches[level].start;
    id = follow(index, id, filter + start, end - start, &path);
    if (id != 0 && level == branches) {
      count += collect(index, id, out + count);
      id = 0;
    } else if (id != 0) {
      id = first_of_branch(index, id, filter, &level, &path);
    }
    if (id == 0) {
      id = next_branch(index, filter, &level, &path);
    }
  } while (id != 0);
  return count;
}
