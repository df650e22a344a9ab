#include "hash.h"
#include "prng.h"

#include <string.h>

struct hash_seed hash_seed_from(uint64_t seed) {
  struct hash_seed keys;
  keys.k0 = prng_next(&seed);
  keys.k1 = prng_next(&seed);
  return keys;
}

static inline uint64_t rotate(uint64_t x, int bits) {
  return (x << bits) | (x >> (64 - bits));
}

static inline void sip_round(struct hash_prefixes *s) {
  s->v0 += s->v1;
  s->v2 += s->v3;
  s->v1 = rotate(s->v1, 13) ^ s->v0;
  s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 = rotate(s->v0, 32);
  s->v2 += s->v1;
  s->v0 += s->v3;
  s->v1 = rotate(s->v1, 17) ^ s->v2;
  s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v2 = rotate(s->v2, 32);
}

static inline void sip_block(struct hash_prefixes *s, uint64_t block) {
  s->v3 ^= block;
  sip_round(s);
  s->v0 ^= block;
}

/* All targets are little endian; another order would only make other hashes. */
static inline uint64_t load_block(const uint8_t *at) {
  uint64_t block = 0;
  memcpy(&block, at, sizeof block);
  return block;
}

/* What the whole blocks leave, below the length in the highest byte. */
static inline uint64_t last_block(const uint8_t *bytes, size_t length) {
  size_t left = length & 7;
  uint64_t last = (uint64_t)(length & 0xff) << 56;
  if (left > 0 && length >= 8) {
    return last | load_block(bytes + length - 8) >> (8 * (8 - left));
  }
  for (size_t i = 0; i < left; i++) {
    last |= (uint64_t)bytes[i] << (8 * i);
  }
  return last;
}

struct hash_prefixes hash_prefixes_of(struct hash_seed seed) {
  return (struct hash_prefixes){.v0 = seed.k0 ^ 0x736f6d6570736575ULL,
                                .v1 = seed.k1 ^ 0x646f72616e646f6dULL,
                                .v2 = seed.k0 ^ 0x6c7967656e657261ULL,
                                .v3 = seed.k1 ^ 0x7465646279746573ULL};
}

static inline struct hash_prefixes absorb(struct hash_prefixes s, const uint8_t *bytes,
                                          size_t length) {
  for (; s.absorbed + 8 <= length; s.absorbed += 8) {
    sip_block(&s, load_block(bytes + s.absorbed));
  }
  return s;
}

static inline uint32_t finish(struct hash_prefixes s, const uint8_t *bytes, size_t length) {
  sip_block(&s, last_block(bytes, length));
  s.v2 ^= 0xff;
  sip_round(&s);
  sip_round(&s);
  sip_round(&s);
  uint64_t hash = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return (uint32_t)(hash ^ (hash >> 32));
}

uint32_t hash_prefix(struct hash_prefixes *prefixes, const void *bytes, size_t length) {
  *prefixes = absorb(*prefixes, bytes, length);
  return finish(*prefixes, bytes, length);
}

uint32_t hash_bytes(struct hash_seed seed, const void *bytes, size_t length) {
  return finish(absorb(hash_prefixes_of(seed), bytes, length), bytes, length);
}
