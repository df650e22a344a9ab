#ifndef TIDEMARK_CACHE_LIFETIME_H
#define TIDEMARK_CACHE_LIFETIME_H

#include "cache.h"

int cache_lifetime_build(tidemark_cache *cache, const tidemark_event *event);
/* Forgets an entry. An observed one lives on: its observers show what it was, nobody finds it. */
void cache_lifetime_remove(tidemark_cache *cache, uint32_t id);
void cache_lifetime_reset(tidemark_cache *cache, uint32_t id);
/* FORGET. */
void cache_lifetime_forget_all(tidemark_cache *cache);

#endif
