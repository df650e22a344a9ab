/* The sentence behind an error or a warning, put together without printf, which a browser would
 * have to download. What does not fit is cut. */
#ifndef TIDEMARK_DETAIL_H
#define TIDEMARK_DETAIL_H

#include <stddef.h>
#include <stdint.h>

struct detail {
  char text[256]; /* always terminated */
  size_t length;
};

void detail_clear(struct detail *detail);
void detail_add(struct detail *detail, const char *text);
void detail_add_number(struct detail *detail, uint32_t number);
/* Text from outside, in quotes, cut to 64 bytes. */
void detail_add_quoted(struct detail *detail, const char *text);

#endif
