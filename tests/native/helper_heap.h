/* An allocator that counts, refuses on demand, and checks what is released. */
#ifndef HELPER_HEAP_H
#define HELPER_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "tidemark.h"

struct heap {
  size_t blocks, bytes; /* held at the moment */
  uint64_t asked;       /* allocations asked for so far */
  uint64_t refuse;      /* which of them to refuse, counted from 1; 0: none */
  int refuse_rest;      /* and all that follow */
};

/* The heap must outlive what is allocated from it. */
tidemark_allocator heap_allocator(struct heap *heap);
/* Whether the allocation that was to be refused has been. */
static inline int heap_has_refused(const struct heap *heap) {
  return heap->refuse != 0 && heap->asked >= heap->refuse;
}

#endif
