#include "hash.h"

#include <string.h>

uint64_t random_next(uint64_t *state) {
  *state += 0x9e3779b97f4a7c15ULL;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double random_unit(uint64_t *state) {
  return (double)(random_next(state) >> 11) * 0x1.0p-53;
}

struct hash_seed hash_seed_from(uint64_t seed) {
  struct hash_seed keys;
  keys.k0 = random_next(&seed);
  keys.k1 = random_next(&seed);
  return keys;
}

struct sip {
  uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, int bits) {
  return (x << bits) | (x >> (64 - bits));
}

static inline void sip_round(struct sip *s) {
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

static inline void sip_block(struct sip *s, uint64_t block) {
  s->v3 ^= block;
  sip_round(s);
  s->v0 ^= block;
}

uint32_t hash_bytes(struct hash_seed seed, const void *bytes, size_t length) {
  struct sip s = {seed.k0 ^ 0x736f6d6570736575ULL, seed.k1 ^ 0x646f72616e646f6dULL,
                  seed.k0 ^ 0x6c7967656e657261ULL, seed.k1 ^ 0x7465646279746573ULL};
  const uint8_t *at = bytes;
  size_t left = length;
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t block = 0;
    memcpy(&block, at, 8); /* all targets are little endian; another order would only differ */
    sip_block(&s, block);
  }
  uint64_t last = (uint64_t)(length & 0xff) << 56;
  for (size_t i = 0; i < left; i++) {
    last |= (uint64_t)at[i] << (8 * i);
  }
  sip_block(&s, last);
  s.v2 ^= 0xff;
  sip_round(&s);
  sip_round(&s);
  sip_round(&s);
  uint64_t hash = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return (uint32_t)(hash ^ (hash >> 32));
}

uint32_t hash_pair(struct hash_seed seed, uint32_t a, uint32_t b) {
  uint64_t state = seed.k0 ^ (((uint64_t)a << 32) | b);
  return (uint32_t)random_next(&state);
}
