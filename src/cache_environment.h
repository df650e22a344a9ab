#ifndef TIDEMARK_CACHE_ENVIRONMENT_H
#define TIDEMARK_CACHE_ENVIRONMENT_H

#include "cache.h"

/* Unused entries are collected only if `collects`: their timer is due again 1 ms later otherwise.
 */
void cache_environment_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id,
                             bool collects);
void cache_environment_online(tidemark_cache *cache, bool online);
void cache_environment_visible(tidemark_cache *cache, bool visible);

#endif
