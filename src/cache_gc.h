#ifndef TIDEMARK_CACHE_GC_H
#define TIDEMARK_CACHE_GC_H

#include "cache.h"

/* Room for another gc time, but for its timer. */
int cache_gc_reserve(tidemark_cache *cache);
/* Asks for a gc time: the entry keeps the largest. Room must have been reserved. The entry leaves
 * its list; cache_entry_commit puts it back. */
void cache_gc_set_time(tidemark_cache *cache, uint32_t id, double gc_time);
/* The entry is about to be no more. */
void cache_gc_leave(tidemark_cache *cache, uint32_t id);
/* Nobody needs the entry from here on. */
void cache_gc_append(tidemark_cache *cache, uint32_t id);
void cache_gc_remove(tidemark_cache *cache, uint32_t id);
/* The longest unused entry of all, or 0. */
uint32_t cache_gc_oldest(const tidemark_cache *cache);
/* Its timer went off: the entry at its head that is to be collected by now, or 0. A queue is gone
 * once its last entry has left. */
uint32_t cache_gc_due(const tidemark_cache *cache, uint32_t queue);
/* The timer goes off again 1 ms later. */
void cache_gc_postpone(tidemark_cache *cache, uint32_t queue);

#endif
