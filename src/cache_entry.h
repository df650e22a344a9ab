#ifndef TIDEMARK_CACHE_ENTRY_H
#define TIDEMARK_CACHE_ENTRY_H

#include "cache.h"

/* After anything happened to an entry: keeps the effects, queues, counts and sets its timer. */
void cache_entry_commit(tidemark_cache *cache, uint32_t id, uint32_t bits);
/* Room for that many more activities. 0 or TIDEMARK_ERROR_MEMORY. */
int cache_entry_reserve(tidemark_cache *cache, uint32_t count);
/* Its fetch in flight gives its slot back. */
void cache_entry_release_slot(tidemark_cache *cache, uint32_t id);
/* Gives an entry at rest an activity: room must have been reserved. */
struct activity *cache_entry_activate(tidemark_cache *cache, uint32_t id);
/* Takes it again if the entry is at rest. */
void cache_entry_rest(tidemark_cache *cache, uint32_t id);
/* Somebody needed it just now: if nobody does, its gc time begins anew. */
void cache_entry_touch(tidemark_cache *cache, uint32_t id);
/* Takes an entry out of the index. It goes at once, or when nobody needs it any more. */
void cache_entry_drop(tidemark_cache *cache, uint32_t id);
/* An active entry that is marked has a fetch wanted, under way or planned: where none may be, one
 * is planned in `wait` ms, spread. */
void cache_entry_keep_up(tidemark_cache *cache, uint32_t id, double wait);
/* Whether invalidating it with that refetch type fetches it. */
bool cache_entry_refetches(const tidemark_cache *cache, uint32_t id,
                           enum tidemark_refetch_type type);
void cache_entry_plan(tidemark_cache *cache, uint32_t id, double wait);

#endif
