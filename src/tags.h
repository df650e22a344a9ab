/*
 * Tags beside keys: an entry may carry some, and a change may name one.
 *
 *      entry 4:  ['Post',1]  ['Post','LIST']          a change of ['Post'] touches 4 and 9
 *      entry 9:  ['Post',2]                           a change of ['Post',1] touches 4
 *
 * A tag is a key: tags match as keys do, so they live in an index of their own. Each tag has the
 * list of entries that carry it.
 */
#ifndef TIDEMARK_TAGS_H
#define TIDEMARK_TAGS_H

#include "index.h"

struct tag {
  uint32_t node;       /* in the index of tags */
  uint32_t first_link; /* newest first */
};

/* That one entry carries one tag. */
struct tag_link {
  uint32_t tag, entry;
  uint32_t next, previous; /* entries of the same tag */
  uint32_t next_of_entry;
};

struct tags {
  struct memory *memory;
  struct index index;
  struct pool tags, links;
  uint32_t *matched; /* room for every tag */
  uint32_t matched_capacity;
};

int tags_init(struct tags *tags, struct memory *memory, struct hash_seed seed);
void tags_destroy(struct tags *tags);
/* Gives memory back if there is no tag. */
void tags_trim(struct tags *tags);

/* Gives an entry, whose list of links starts at *first_link, these tags instead of those it has.
 * `list` is canonical: one array after another, each the key of a tag. 0, or TIDEMARK_ERROR_MEMORY
 * with the entry's tags as they were. */
int tags_set(struct tags *tags, uint32_t entry, uint32_t *first_link, const uint8_t *list,
             size_t length);
void tags_clear(struct tags *tags, uint32_t *first_link);
/* How many tags the key matches; they stand in tags->matched until the next match. */
uint32_t tags_match(struct tags *tags, const uint8_t *key, size_t length);

static inline const struct tag_link *tag_link_at(const struct tags *tags, uint32_t id) {
  return pool_at(&tags->links, id);
}
/* The first link of a tag: its entries follow through `next`. */
static inline uint32_t tag_first_link(const struct tags *tags, uint32_t id) {
  return ((const struct tag *)pool_at(&tags->tags, id))->first_link;
}

#endif
