#include "heap.h"

#include <stdlib.h>

/* Stands in front of each block; as large as the strictest alignment. */
struct header {
  _Alignas(max_align_t) size_t size;
};

static void *allocate(void *context, size_t size) {
  struct heap *heap = context;
  if (++heap->asked == heap->refuse) {
    heap->refused = true;
    return NULL;
  }
  struct header *header = malloc(sizeof *header + size);
  if (header == NULL) {
    return NULL;
  }
  header->size = size;
  heap->blocks++;
  heap->bytes += size;
  return header + 1;
}

static void release(void *context, void *memory, size_t size) {
  struct heap *heap = context;
  struct header *header = (struct header *)memory - 1;
  heap->misused |= header->size != size;
  heap->blocks--;
  heap->bytes -= header->size;
  free(header);
}

tidemark_allocator heap_allocator(struct heap *heap) {
  return (tidemark_allocator){.context = heap, .allocate = allocate, .release = release};
}
