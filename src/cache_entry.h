#ifndef TIDEMARK_CACHE_ENTRY_H
#define TIDEMARK_CACHE_ENTRY_H

#include "cache.h"

/* After anything happened to an entry: keeps the effects, queues, counts and sets its timer. */
void cache_entry_commit(tidemark_cache *cache, uint32_t id, uint32_t bits);
/* A fetch that an observer asks for, by coming or by its options. Returns bits to commit. */
uint32_t cache_entry_want_for(tidemark_cache *cache, uint32_t id, uint32_t observer);
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
/* Takes an entry that nobody needs out of the index: it goes. */
void cache_entry_drop(tidemark_cache *cache, uint32_t id);
/* A removed entry's key is made or told of again: it is back, as if never fetched. */
void cache_entry_return(tidemark_cache *cache, uint32_t id);
/* The entry has another answer: its observers' answers become stale at another time. */
void cache_entry_arm_stale_timers(tidemark_cache *cache, uint32_t entry);
/* An active entry that is marked has a fetch wanted, under way or planned: where none may be, one
 * is planned in `wait` ms, spread. */
void cache_entry_keep_up(tidemark_cache *cache, uint32_t id, double wait);
/* Whether invalidating it with that refetch type fetches it. */
bool cache_entry_refetches(const tidemark_cache *cache, uint32_t id,
                           enum tidemark_refetch_type type);
/* A removed entry is found under its key again. */
void cache_entry_find_again(tidemark_cache *cache, struct entry *e);
/* As if never fetched: without an answer there is none that becomes stale. */
void cache_entry_clear(tidemark_cache *cache, uint32_t id);
/* The same for one observer. */
void cache_entry_arm_stale_timer(tidemark_cache *cache, const struct observer *o);
/* A fetch of an active entry in `wait` ms, spread. */
void cache_entry_plan(tidemark_cache *cache, uint32_t id, double wait);

#endif
