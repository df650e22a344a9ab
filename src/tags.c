#include "tags.h"

#include "key.h"

int tags_init(struct tags *tags, struct memory *memory, struct hash_seed seed) {
  *tags = (struct tags){.memory = memory};
  pool_init(&tags->tags, sizeof(struct tag));
  pool_init(&tags->links, sizeof(struct tag_link));
  return index_init(&tags->index, memory, seed);
}

static void release_matched(struct tags *tags) {
  memory_release(tags->memory, tags->matched, tags->matched_capacity, sizeof(uint32_t));
  tags->matched = NULL;
  tags->matched_capacity = 0;
}

void tags_destroy(struct tags *tags) {
  index_destroy(&tags->index);
  pool_destroy(&tags->tags, tags->memory);
  pool_destroy(&tags->links, tags->memory);
  release_matched(tags);
}

void tags_trim(struct tags *tags) {
  index_trim(&tags->index);
  pool_trim(&tags->tags, tags->memory, 0);
  pool_trim(&tags->links, tags->memory, 0);
  release_matched(tags);
}

static struct tag_link *link_at(const struct tags *tags, uint32_t id) {
  return pool_at(&tags->links, id);
}

static struct tag *tag_at(const struct tags *tags, uint32_t id) {
  return pool_at(&tags->tags, id);
}

static int reserve_match(struct tags *tags, uint32_t needed) {
  if (needed <= tags->matched_capacity) {
    return TIDEMARK_OK;
  }
  uint32_t capacity = tags->matched_capacity == 0 ? 16 : tags->matched_capacity * 2;
  uint32_t *matched =
      memory_grow(tags->memory, tags->matched, tags->matched_capacity, capacity, sizeof(uint32_t));
  if (matched == NULL) {
    return TIDEMARK_ERROR_MEMORY;
  }
  tags->matched = matched;
  tags->matched_capacity = capacity;
  return TIDEMARK_OK;
}

/* The tag of that key, made if there is none; 0 if out of memory. */
static uint32_t take_tag(struct tags *tags, const uint8_t *key, size_t length) {
  uint32_t id = index_find(&tags->index, key, length);
  if (id != 0) {
    return id;
  }
  if (pool_reserve(&tags->tags, tags->memory, 1) < 0 ||
      reserve_match(tags, tags->tags.live + 1) < 0) {
    return 0;
  }
  id = pool_take(&tags->tags);
  if (index_insert(&tags->index, key, length, id, &tag_at(tags, id)->node) < 0) {
    pool_release(&tags->tags, id);
    return 0;
  }
  return id;
}

static void release_tag(struct tags *tags, uint32_t id) {
  index_remove(&tags->index, tag_at(tags, id)->node);
  pool_release(&tags->tags, id);
}

static int add_link(struct tags *tags, uint32_t entry, uint32_t *first_link, const uint8_t *key,
                    size_t length) {
  if (pool_reserve(&tags->links, tags->memory, 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t tag_id = take_tag(tags, key, length);
  if (tag_id == 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  struct tag *tag = tag_at(tags, tag_id);
  uint32_t id = pool_take(&tags->links);
  struct tag_link *link = link_at(tags, id);
  link->tag = tag_id;
  link->entry = entry;
  link->next = tag->first_link;
  if (link->next != 0) {
    link_at(tags, link->next)->previous = id;
  }
  tag->first_link = id;
  link->next_of_entry = *first_link;
  *first_link = id;
  return TIDEMARK_OK;
}

static void remove_link(struct tags *tags, uint32_t id) {
  const struct tag_link *link = link_at(tags, id);
  struct tag *tag = tag_at(tags, link->tag);
  if (link->previous != 0) {
    link_at(tags, link->previous)->next = link->next;
  } else {
    tag->first_link = link->next;
  }
  if (link->next != 0) {
    link_at(tags, link->next)->previous = link->previous;
  }
  if (tag->first_link == 0) {
    release_tag(tags, link->tag);
  }
  pool_release(&tags->links, id);
}

void tags_clear(struct tags *tags, uint32_t *first_link) {
  while (*first_link != 0) {
    uint32_t id = *first_link;
    *first_link = link_at(tags, id)->next_of_entry;
    remove_link(tags, id);
  }
}

int tags_set(struct tags *tags, uint32_t entry, uint32_t *first_link, const uint8_t *list,
             size_t length) {
  uint32_t added = 0;
  for (size_t at = 0; at < length;) {
    size_t size = key_part_size(list + at);
    /* Without the array's own tag and end. */
    int result = add_link(tags, entry, &added, list + at + 1, size - 2);
    if (result < 0) {
      tags_clear(tags, &added);
      return result;
    }
    at += size;
  }
  tags_clear(tags, first_link);
  *first_link = added;
  return TIDEMARK_OK;
}

uint32_t tags_match(struct tags *tags, const uint8_t *key, size_t length) {
  return index_match(&tags->index, key, length, tags->matched);
}
