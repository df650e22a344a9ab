#ifndef TIDEMARK_CACHE_CHANGE_H
#define TIDEMARK_CACHE_CHANGE_H

#include "cache.h"

int cache_change_set_rules(tidemark_cache *cache, const tidemark_event *event);
/* A CHANGE event: one change or an array of them. */
int cache_change_from_text(tidemark_cache *cache, const tidemark_event *event);
/* Returns entries touched, or TIDEMARK_ERROR_CHANGE. */
int cache_change_apply(tidemark_cache *cache, const json_value *change, double seq,
                       bool from_stream);

#endif
