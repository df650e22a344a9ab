#ifndef TIDEMARK_CACHE_OBSERVER_H
#define TIDEMARK_CACHE_OBSERVER_H

#include "cache.h"

int cache_observer_add(tidemark_cache *cache, const tidemark_event *event);
int cache_observer_set(tidemark_cache *cache, const tidemark_event *event);
int cache_observer_remove(tidemark_cache *cache, const tidemark_event *event);
void cache_observer_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id);

#endif
