#ifndef TIDEMARK_CACHE_CHECK_H
#define TIDEMARK_CACHE_CHECK_H

#include "cache.h"

/* Holds the whole cache against its invariants: after each step of a checked build, where a cache
 * is small enough to look at all of it. */
void cache_check(const tidemark_cache *cache);
/* After a drain that had room for everything. */
void cache_check_drained(const tidemark_cache *cache);

#endif
