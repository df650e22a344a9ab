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

/* The same for one prefix of some bytes after another, each longer than the last, reading every
 * byte once. */
struct hash_prefixes {
  uint64_t v0, v1, v2, v3;
  size_t absorbed;
};
struct hash_prefixes hash_prefixes_of(struct hash_seed seed);
uint32_t hash_prefix(struct hash_prefixes *prefixes, const void *bytes, size_t length);

#endif
