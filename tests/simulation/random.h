/* The one source of chance of a world: splitmix64, the same numbers on every machine for a seed. */
#ifndef SIMULATION_RANDOM_H
#define SIMULATION_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
  uint64_t state;
};

static inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

static inline uint64_t random_bits(struct random *r) {
  r->state += 0x9e3779b97f4a7c15U;
  return mix(r->state);
}

/* In [0, bound). */
static inline uint32_t below(struct random *r, uint32_t bound) {
  return (uint32_t)(((random_bits(r) >> 32) * bound) >> 32);
}

/* A whole number of milliseconds in [least, most]. */
static inline double between(struct random *r, uint32_t least, uint32_t most) {
  return least + below(r, most - least + 1);
}

static inline bool chance(struct random *r, uint32_t per_thousand) {
  return below(r, 1000) < per_thousand;
}

#endif
