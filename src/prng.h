/* Random numbers from the caller's seed. Not for secrets. */
#ifndef TIDEMARK_PRNG_H
#define TIDEMARK_PRNG_H

#include <stdint.h>

/* splitmix64 (Steele, Lea and Flood): the cache's only randomness. */
uint64_t prng_next(uint64_t *state);
/* In [0, 1). */
double prng_unit(uint64_t *state);

#endif
