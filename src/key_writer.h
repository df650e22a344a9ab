/* Writes keys in their encoding (not yet canonical) into a buffer of fixed size, also from JSON.
 * What does not fit is not written, and `overflow` says so. */
#ifndef TIDEMARK_KEY_WRITER_H
#define TIDEMARK_KEY_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

struct key_writer {
  uint8_t *out;
  size_t length, capacity;
  bool overflow;
  /* Writes a text value in a way of its own and returns true, or leaves it; may be NULL. */
  bool (*write_text)(struct key_writer *w, const char *text);
};

void key_write_bytes(struct key_writer *w, const void *bytes, size_t length);
void key_write_byte(struct key_writer *w, uint8_t byte);
/* u16 length and the bytes, without a tag. */
void key_write_sized(struct key_writer *w, const char *text, size_t length);
void key_write_string(struct key_writer *w, const char *text);
/* Infinities are null, as JSON writes them. */
void key_write_number(struct key_writer *w, double number);
/* Recursion is bounded by the depth of the JSON text. */
void key_write_value(struct key_writer *w, const json_value *value);

#endif
