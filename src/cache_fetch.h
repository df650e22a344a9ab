#ifndef TIDEMARK_CACHE_FETCH_H
#define TIDEMARK_CACHE_FETCH_H

#include "cache.h"

int cache_fetch_want(tidemark_cache *cache, const tidemark_event *event);
int cache_fetch_succeeded(tidemark_cache *cache, const tidemark_event *event);
int cache_fetch_failed(tidemark_cache *cache, const tidemark_event *event);
int cache_fetch_set_data(tidemark_cache *cache, const tidemark_event *event);
int cache_fetch_set_tags(tidemark_cache *cache, const tidemark_event *event);
int cache_fetch_list(tidemark_cache *cache, const tidemark_event *event);

#endif
