#ifndef TIDEMARK_CACHE_SCOPE_H
#define TIDEMARK_CACHE_SCOPE_H

#include "cache.h"

/* SCOPES: the channel's. */
int cache_scope_set_channel(tidemark_cache *cache, const tidemark_event *event);
/* SET_SCOPES: an entry's. */
int cache_scope_set_entry(tidemark_cache *cache, const tidemark_event *event);
/* The scopes of a reset may have changed up to that position. */
void cache_scope_reset(tidemark_cache *cache, const json_value *names, double seq);
void cache_scope_refuse(tidemark_cache *cache, const json_value *names);
/* The server is being asked for the channel's scopes. */
void cache_scope_asked(tidemark_cache *cache);
/* Once the last subscription is answered: what was added to it starts with a mark, as nobody knows
 * what it told before, and is live from here on. */
void cache_scope_mark_added(tidemark_cache *cache, double seq);
void cache_scope_answered(tidemark_cache *cache);
/* The channel's status; LIVE only if all of its scopes are. */
enum tidemark_stream_status cache_scope_channel_status(const tidemark_cache *cache);
/* Whether what an entry shows is live. */
enum tidemark_stream_status cache_scope_entry_status(const tidemark_cache *cache,
                                                     const struct entry *e);
/* Observers hear of a status that has changed. */
void cache_scope_tell(tidemark_cache *cache);

#endif
