#include "helper_key.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "helper_test.h"
#include "tidemark.h"

void key_add_byte(struct key *k, uint8_t byte) {
  assert_true(k->length < KEY_BYTES);
  k->bytes[k->length++] = byte;
}

void key_add_number(struct key *k, double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  key_add_byte(k, TIDEMARK_KEY_NUMBER);
  for (int shift = 0; shift < 64; shift += 8) {
    key_add_byte(k, (uint8_t)(bits >> shift));
  }
}

void key_add_string(struct key *k, const char *text, size_t length) {
  key_add_byte(k, TIDEMARK_KEY_STRING);
  key_add_byte(k, (uint8_t)length);
  key_add_byte(k, (uint8_t)(length >> 8));
  for (size_t i = 0; i < length; i++) {
    key_add_byte(k, (uint8_t)text[i]);
  }
}

static bool is_word(const char *word, size_t length, const char *expected) {
  return length == strlen(expected) && memcmp(word, expected, length) == 0;
}

static void add_word(struct key *k, const char *word, size_t length) {
  if (is_word(word, length, "null")) {
    key_add_byte(k, TIDEMARK_KEY_NULL);
    return;
  }
  if (is_word(word, length, "true") || is_word(word, length, "false")) {
    key_add_byte(k, *word == 't' ? TIDEMARK_KEY_TRUE : TIDEMARK_KEY_FALSE);
    return;
  }
  char *end;
  double number = strtod(word, &end);
  if (end == word + length && length > 0) {
    key_add_number(k, number);
  } else {
    key_add_string(k, word, length);
  }
}

static const char *add_text(struct key *k, const char *at, bool is_name) {
  if (*at == '\'') {
    size_t length = strcspn(at + 1, "'");
    key_add_string(k, at + 1, length);
    return at + length + 2;
  }
  size_t length = strcspn(at, "/,:]}");
  if (is_name) {
    key_add_string(k, at, length);
  } else {
    add_word(k, at, length);
  }
  return at + length;
}

static const char *add_part(struct key *k, const char *at) {
  if (*at != '[' && *at != '{') {
    return add_text(k, at, false);
  }
  bool is_object = *at == '{';
  char closing = is_object ? '}' : ']';
  key_add_byte(k, is_object ? TIDEMARK_KEY_OBJECT : TIDEMARK_KEY_ARRAY);
  for (at++; *at != closing; at += *at == ',' ? 1 : 0) {
    if (is_object) {
      at = add_text(k, at, true) + 1;
    }
    at = add_part(k, at);
  }
  key_add_byte(k, TIDEMARK_KEY_END);
  return at + 1;
}

struct key key(const char *notation) {
  struct key k = {.length = 0};
  for (const char *at = notation; *at != '\0'; at += *at == '/' ? 1 : 0) {
    at = add_part(&k, at);
  }
  return k;
}
