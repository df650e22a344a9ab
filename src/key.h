/* Keys as bytes: the canonical form decides identity. The encoding is in cache.h. */
#ifndef TIDEMARK_KEY_H
#define TIDEMARK_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tidemark.h"

/* Checks an encoded key that comes from outside and writes its canonical form: the members of every
 * object sorted by name (as bytes), -0 as 0. `out` has at least `length` bytes; the canonical form
 * is exactly as long as the input. Returns TIDEMARK_OK or TIDEMARK_ERROR_KEY. */
int key_canonicalize(const uint8_t *in, size_t length, uint32_t max_depth, uint8_t *out);

/* Bytes of the part that starts here. Canonical bytes only. */
size_t key_part_size(const uint8_t *part);

static inline bool key_part_is_composite(const uint8_t *part) {
  return *part == TIDEMARK_KEY_ARRAY || *part == TIDEMARK_KEY_OBJECT;
}

/* Whether a filter's part matches a key's part: arrays as prefixes, objects as subsets, leaves by
 * value and type. Canonical bytes only. */
bool key_part_matches(const uint8_t *filter, const uint8_t *part);

#endif
