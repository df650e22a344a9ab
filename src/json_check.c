#include "json_check.h"

#include <string.h>

static bool is_digit(const char *at, const char *end) {
  return at < end && *at >= '0' && *at <= '9';
}

static const char *skip_digits(const char *at, const char *end) {
  while (is_digit(at, end)) {
    at++;
  }
  return at;
}

const char *json_check_number(const char *at, const char *end) {
  if (at < end && *at == '-') {
    at++;
  }
  if (!is_digit(at, end)) {
    return NULL;
  }
  at = *at == '0' ? at + 1 : skip_digits(at, end);
  if (at < end && *at == '.') {
    at++;
    if (!is_digit(at, end)) {
      return NULL;
    }
    at = skip_digits(at, end);
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) {
      at++;
    }
    if (!is_digit(at, end)) {
      return NULL;
    }
    at = skip_digits(at, end);
  }
  return at;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  char lower = (char)(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The four digits of \uXXXX; -1 if they are not there. */
static int hex_unit(const char *at, const char *end) {
  if (end - at < 4) {
    return -1;
  }
  int unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) {
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

/* Behind the "\u". A high surrogate must be followed by a low one, escaped too. */
static const char *check_unicode_escape(const char *at, const char *end) {
  int unit = hex_unit(at, end);
  if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
    return NULL;
  }
  at += 4;
  if (unit < 0xd800 || unit > 0xdbff) {
    return at;
  }
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') {
    return NULL;
  }
  int low = hex_unit(at + 2, end);
  return low >= 0xdc00 && low <= 0xdfff ? at + 6 : NULL;
}

/* One character of more than one byte: shortest form, no surrogates, at most U+10FFFF. */
static const char *check_utf8(const char *text, const char *end) {
  const uint8_t *at = (const uint8_t *)text;
  size_t left = (size_t)(end - text);
  size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4 || left < size) {
    return NULL;
  }
  for (size_t i = 1; i < size; i++) {
    if ((at[i] & 0xc0) != 0x80) {
      return NULL;
    }
  }
  bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
  bool surrogate = at[0] == 0xed && at[1] > 0x9f;
  bool too_large = at[0] == 0xf4 && at[1] > 0x8f;
  return overlong || surrogate || too_large ? NULL : text + size;
}

static const char *check_escape(const char *at, const char *end) {
  if (at == end) {
    return NULL;
  }
  if (*at == 'u') {
    return check_unicode_escape(at + 1, end);
  }
  return *at != '\0' && strchr("\"\\/bfnrt", *at) != NULL ? at + 1 : NULL;
}

/* The byte in all eight places of a word. */
#define EVERYWHERE(byte) (0x0101010101010101ULL * (byte))

/* The lowest bit that is set is the highest one of the first byte below `limit` (at most 0x80). */
static uint64_t first_below(uint64_t word, uint64_t limit) {
  return (word - EVERYWHERE(limit)) & ~word & EVERYWHERE(0x80);
}

/* Over the characters that stand for themselves: no quote, backslash or control character, and
 * ASCII. Eight at a time, as long as there are so many. */
static const char *skip_plain(const char *at, const char *end) {
  for (; end - at >= 8; at += 8) {
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    uint64_t others = first_below(word, 0x20) | first_below(word ^ EVERYWHERE('"'), 1) |
                      first_below(word ^ EVERYWHERE('\\'), 1) | (word & EVERYWHERE(0x80));
    if (others != 0) {
      return at + __builtin_ctzll(others) / 8;
    }
  }
  return at;
}

/* Behind the opening quote; returns behind the closing one. */
static const char *check_string(const char *at, const char *end) {
  while (at != NULL && at < end) {
    at = skip_plain(at, end);
    if (at == end) {
      return NULL;
    }
    unsigned char c = (unsigned char)*at;
    if (c == '"') {
      return at + 1;
    }
    if (c < 0x20) {
      return NULL;
    }
    if (c == '\\') {
      at = check_escape(at + 1, end);
    } else {
      at = c < 0x80 ? at + 1 : check_utf8(at, end);
    }
  }
  return NULL;
}

static const char *skip_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) {
    at++;
  }
  return at;
}

static const char *check_word(const char *at, const char *end, const char *word) {
  size_t length = strlen(word);
  return (size_t)(end - at) >= length && memcmp(at, word, length) == 0 ? at + length : NULL;
}

static const char *check_leaf(const char *at, const char *end) {
  switch (*at) {
  case '"':
    return check_string(at + 1, end);
  case 'n':
    return check_word(at, end, "null");
  case 't':
    return check_word(at, end, "true");
  case 'f':
    return check_word(at, end, "false");
  default:
    return json_check_number(at, end);
  }
}

/* "name" and colon, with the space around them. */
static const char *check_name(const char *at, const char *end) {
  at = skip_space(at, end);
  if (at == end || *at != '"') {
    return NULL;
  }
  at = check_string(at + 1, end);
  if (at == NULL) {
    return NULL;
  }
  at = skip_space(at, end);
  return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

/* The levels that are open, one bit each: objects are 1, arrays 0. */
struct levels {
  uint64_t objects;
  uint32_t depth;
};

static bool in_object(const struct levels *levels) {
  return (levels->objects & 1) != 0;
}

/* Behind a value: closes what closes here and goes on to the next value. Returns NULL on an error,
 * and `end` or space before it when the outermost value is over. */
static const char *check_after_value(const char *at, const char *end, struct levels *levels) {
  while (levels->depth > 0) {
    at = skip_space(at, end);
    if (at == end) {
      return NULL;
    }
    if (*at == ',') {
      at = skip_space(at + 1, end);
      return in_object(levels) ? check_name(at, end) : at;
    }
    if (*at != (in_object(levels) ? '}' : ']')) {
      return NULL;
    }
    at++;
    levels->objects >>= 1;
    levels->depth--;
  }
  return at;
}

/* At an opening bracket: goes in, up to the first value, or over an empty pair. */
static const char *check_open(const char *at, const char *end, struct levels *levels,
                              uint32_t max_depth) {
  bool object = *at == '{';
  at = skip_space(at + 1, end);
  if (levels->depth >= max_depth || at == end) {
    return NULL;
  }
  levels->objects = levels->objects << 1 | (object ? 1 : 0);
  levels->depth++;
  if (*at == (object ? '}' : ']')) {
    return check_after_value(at, end, levels);
  }
  return object ? check_name(at, end) : at;
}

bool json_check(const char *text, size_t length, uint32_t max_depth) {
  if (length == 0) {
    return false; /* `text` may be NULL */
  }
  const char *end = text + length;
  const char *at = skip_space(text, end);
  struct levels levels = {0};
  do {
    if (at == end) {
      return false;
    }
    if (*at == '{' || *at == '[') {
      at = check_open(at, end, &levels, max_depth);
    } else {
      at = check_leaf(at, end);
      at = at == NULL ? NULL : check_after_value(at, end, &levels);
    }
  } while (at != NULL && levels.depth > 0);
  return at != NULL && skip_space(at, end) == end;
}
