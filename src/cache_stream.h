#ifndef TIDEMARK_CACHE_STREAM_H
#define TIDEMARK_CACHE_STREAM_H

#include "cache.h"

int cache_stream_event(tidemark_cache *cache, const tidemark_event *event);
/* The stream's timer went off: the connection is due for something, or a storm is over. */
void cache_stream_timer(tidemark_cache *cache);

#endif
