#include "bytes.h"

#include <string.h>

void bytes_init(struct bytes *bytes, struct memory *memory) {
  *bytes = (struct bytes){.memory = memory};
}

void bytes_destroy(struct bytes *bytes) {
  memory_release(bytes->memory, bytes->data, bytes->capacity, 1);
  bytes_init(bytes, bytes->memory);
}

static bool make_room(struct bytes *bytes, size_t length) {
  if (length <= bytes->capacity - bytes->length) {
    return true;
  }
  size_t capacity = bytes->capacity == 0 ? 64 : bytes->capacity;
  while (capacity - bytes->length < length) {
    if (capacity > SIZE_MAX / 2) {
      return false;
    }
    capacity *= 2;
  }
  uint8_t *grown = memory_grow(bytes->memory, bytes->data, bytes->capacity, capacity, 1);
  if (grown == NULL) {
    return false;
  }
  bytes->data = grown;
  bytes->capacity = capacity;
  return true;
}

void bytes_add(struct bytes *bytes, const void *data, size_t length) {
  bytes->failed = bytes->failed || !make_room(bytes, length);
  if (bytes->failed || length == 0) {
    return;
  }
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}
