#ifndef TIDEMARK_CACHE_MUTATION_H
#define TIDEMARK_CACHE_MUTATION_H

#include "cache.h"

int cache_mutation_begin(tidemark_cache *cache, const tidemark_event *event);
int cache_mutation_layer(tidemark_cache *cache, const tidemark_event *event);
int cache_mutation_acknowledge(tidemark_cache *cache, const tidemark_event *event);
int cache_mutation_fail(tidemark_cache *cache, const tidemark_event *event);
/* An answer asked for at `asked`, as of `as_of`, is the new base: what it holds needs no layer any
 * more. */
void cache_mutation_landed(tidemark_cache *cache, uint32_t entry, uint64_t asked, double as_of);
/* Nobody will ask again for now: settled layers at the bottom become part of the base. */
void cache_mutation_fold(tidemark_cache *cache, uint32_t entry);
void cache_mutation_drop_layers(tidemark_cache *cache, uint32_t entry);
/* A change carries that mutation's name. Returns the ordinal since when entries that were marked
 * need no second mark, or 0 if this is no echo of an acknowledged mutation of one's own. */
uint64_t cache_mutation_echo(tidemark_cache *cache, const char *name, double seq, bool is_echo);

#endif
