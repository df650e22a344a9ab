#include "key_writer.h"

#include <string.h>

void key_write_bytes(struct key_writer *w, const void *bytes, size_t length) {
  w->overflow = w->overflow || length > w->capacity - w->length;
  if (!w->overflow) {
    memcpy(w->out + w->length, bytes, length);
    w->length += length;
  }
}

void key_write_byte(struct key_writer *w, uint8_t byte) {
  key_write_bytes(w, &byte, 1);
}

void key_write_sized(struct key_writer *w, const char *text, size_t length) {
  w->overflow = w->overflow || length > UINT16_MAX;
  uint8_t size[2] = {(uint8_t)(length & 0xff), (uint8_t)(length >> 8 & 0xff)};
  key_write_bytes(w, size, sizeof size);
  key_write_bytes(w, text, length);
}

void key_write_string(struct key_writer *w, const char *text) {
  key_write_byte(w, TIDEMARK_KEY_STRING);
  key_write_sized(w, text, strlen(text));
}

void key_write_number(struct key_writer *w, double number) {
  bool finite = number - number == 0;
  key_write_byte(w, finite ? TIDEMARK_KEY_NUMBER : TIDEMARK_KEY_NULL);
  if (finite) {
    key_write_bytes(w, &number, sizeof number);
  }
}

static void write_items(struct key_writer *w, const json_value *value, bool named) {
  for (const json_value *item = json_first(value); item != NULL; item = json_next(item)) {
    if (named) {
      key_write_string(w, json_name(item));
    }
    key_write_value(w, item);
  }
  key_write_byte(w, TIDEMARK_KEY_END);
}

void key_write_value(struct key_writer *w, const json_value *value) {
  switch (json_type(value)) {
  case JSON_NULL:
    key_write_byte(w, TIDEMARK_KEY_NULL);
    return;
  case JSON_FALSE:
    key_write_byte(w, TIDEMARK_KEY_FALSE);
    return;
  case JSON_TRUE:
    key_write_byte(w, TIDEMARK_KEY_TRUE);
    return;
  case JSON_NUMBER:
    key_write_number(w, json_number(value, 0));
    return;
  case JSON_STRING:
    if (w->write_text == NULL || !w->write_text(w, json_string(value))) {
      key_write_string(w, json_string(value));
    }
    return;
  case JSON_ARRAY:
    key_write_byte(w, TIDEMARK_KEY_ARRAY);
    write_items(w, value, false);
    return;
  case JSON_OBJECT:
    key_write_byte(w, TIDEMARK_KEY_OBJECT);
    write_items(w, value, true);
    return;
  }
}
