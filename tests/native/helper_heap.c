#include "helper_heap.h"

#include <stdlib.h>

#include "helper_test.h"

/* Stands in front of each block; as large as the strictest alignment. */
struct header {
  _Alignas(max_align_t) size_t size;
};

static void *allocate(void *context, size_t size) {
  struct heap *heap = context;
  heap->asked++;
  if (heap_has_refused(heap) && (heap->asked == heap->refuse || heap->refuse_rest)) {
    return NULL;
  }
  struct header *header = malloc(sizeof *header + size);
  assert_non_null(header);
  header->size = size;
  heap->blocks++;
  heap->bytes += size;
  return header + 1;
}

static void release(void *context, void *memory, size_t size) {
  struct heap *heap = context;
  struct header *header = (struct header *)memory - 1;
  assert_int_equal(size, header->size);
  heap->blocks--;
  heap->bytes -= size;
  free(header);
}

tidemark_allocator heap_allocator(struct heap *heap) {
  return (tidemark_allocator){.context = heap, .allocate = allocate, .release = release};
}
