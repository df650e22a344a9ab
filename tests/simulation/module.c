/* The simulator as a WebAssembly module: no command line, one world at a time. */
#include "world.h"

static struct world world;

/* Plays the world of that seed: the low half of its trace's hash. */
uint32_t simulation_play(uint32_t seed);
/* The high half of the last one. */
uint32_t simulation_hash_high(void);

uint32_t simulation_play(uint32_t seed) {
  struct wish wish = {.seed = seed};
  world_run(&world, &wish);
  return (uint32_t)world.trace.hash;
}

uint32_t simulation_hash_high(void) {
  return (uint32_t)(world.trace.hash >> 32);
}
