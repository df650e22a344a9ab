#include "detail.h"

#include <string.h>

enum { QUOTED_BYTES = 64 };

void detail_clear(struct detail *detail) {
  detail->length = 0;
  detail->text[0] = '\0';
}

/* Cuts between characters, never inside one: back to before the UTF-8 sequence that would not fit.
 */
static void add_sized(struct detail *detail, const char *text, size_t length, size_t room) {
  size_t left = sizeof detail->text - 1 - detail->length;
  room = left < room ? left : room;
  if (length > room) {
    length = room;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
      length--;
    }
  }
  memcpy(detail->text + detail->length, text, length);
  detail->length += length;
  detail->text[detail->length] = '\0';
}

void detail_add(struct detail *detail, const char *text) {
  add_sized(detail, text, strlen(text), sizeof detail->text);
}

void detail_add_quoted(struct detail *detail, const char *text) {
  detail_add(detail, "\"");
  add_sized(detail, text, strlen(text), QUOTED_BYTES);
  detail_add(detail, "\"");
}

void detail_add_number(struct detail *detail, uint32_t number) {
  char digits[11] = {0};
  size_t at = sizeof digits - 1;
  do {
    at--;
    digits[at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  detail_add(detail, digits + at);
}
