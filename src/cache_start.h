#ifndef TIDEMARK_CACHE_START_H
#define TIDEMARK_CACHE_START_H

#include "cache.h"

/* Wanted fetches start, as far as the schedule lets them. 0 or TIDEMARK_ERROR_MEMORY. */
int cache_start_flush(tidemark_cache *cache);
/* Who looks or asks by name waits for no FLUSH: starts or pauses the fetch that is wanted. Takes an
 * activity if there is none. */
void cache_start_asked(tidemark_cache *cache, uint32_t id);

#endif
