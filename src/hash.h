/* Hashing under a secret: whoever sends keys cannot choose which of them collide. */
#ifndef TIDEMARK_HASH_H
#define TIDEMARK_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_seed {
  uint64_t k0, k1;
};

struct hash_seed hash_seed_from(uint64_t seed);
/* SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), folded to 32 bits. */
uint32_t hash_bytes(struct hash_seed seed, const void *bytes, size_t length);
uint32_t hash_pair(struct hash_seed seed, uint32_t a, uint32_t b);

/* splitmix64 (Steele, Lea and Flood): the cache's only randomness. */
uint64_t random_next(uint64_t *state);
/* In [0, 1). */
double random_unit(uint64_t *state);

#endif
