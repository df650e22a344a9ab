#ifndef TIDEMARK_CACHE_MARK_H
#define TIDEMARK_CACHE_MARK_H

#include "cache.h"

struct mark {
  double seq; /* position of the change, or POSITION_UNKNOWN */
  enum tidemark_refetch_type refetch_type;
  bool trail;   /* what is in flight may land first */
  bool refetch; /* the fetch takes a slot and waits while nobody sees the page */
};
void cache_mark_entry(tidemark_cache *cache, uint32_t id, const struct mark *mark);
/* The same for a change that was known at ordinal `since` already: an entry marked or asked for
 * later than that needs no second mark. Only an answer that by its position cannot know the change
 * yet is asked for again. */
void cache_mark_once(tidemark_cache *cache, uint32_t id, const struct mark *mark, uint64_t since);
/* An entry has been found to lack something; `state_before` is tidemark_state() of before that. An
 * active one is refetched somewhere within the reset window. */
void cache_mark_refetch_in_window(tidemark_cache *cache, uint32_t id, uint32_t state_before);
/* Anything may have changed up to that position: marks all, refetches active ones staggered. */
void cache_mark_all(tidemark_cache *cache, double seq);
/* The same for those whom cache->scopes finds concerned. */
void cache_mark_concerned(tidemark_cache *cache, double seq);
/* To be called after whatever may have taken an epoch, before positions are compared again. */
void cache_mark_forget_old_epoch(tidemark_cache *cache);
/* A removed entry is back when it is told of and somebody wants to see it. */
bool cache_mark_is_told(tidemark_cache *cache, uint32_t id);
/* A change that was counted already is now known to stand at that position: only an answer that
 * does not hold it is asked for again. */
void cache_mark_place(tidemark_cache *cache, uint32_t id, double seq);
/* What it shows was asked for later than that, or what is in flight if it shows nothing. */
bool cache_mark_is_asked_since(const struct entry *e, uint64_t ordinal);

#endif
