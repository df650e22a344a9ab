/* The allocator a world lends to its caches: it counts, refuses once on demand, and sees misuse. */
#ifndef SIMULATION_HEAP_H
#define SIMULATION_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tidemark.h"

struct heap {
  size_t blocks, bytes; /* held at the moment */
  uint64_t asked;       /* allocations asked for so far */
  uint64_t refuse;      /* which of them to refuse, counted from 1; 0: none */
  bool refused;         /* it has been */
  bool misused;         /* a block was given back with another size than it had */
};

/* The heap must outlive what is allocated from it. */
tidemark_allocator heap_allocator(struct heap *heap);

#endif
