/* cmocka with the headers that it wants before it. */
#ifndef HELPER_TEST_H
#define HELPER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* splitmix64: the same numbers on every machine for a seed. */
static inline uint64_t test_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15U;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27) * 0x94d049bb133111ebU;
  return z ^ z >> 31;
}

/* In [0, below). */
static inline uint32_t test_random_below(uint64_t *state, uint32_t below) {
  return (uint32_t)(test_random(state) % below);
}

#endif
