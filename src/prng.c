#include "prng.h"

uint64_t prng_next(uint64_t *state) {
  *state += 0x9e3779b97f4a7c15ULL;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double prng_unit(uint64_t *state) {
  return (double)(prng_next(state) >> 11) * 0x1.0p-53;
}
