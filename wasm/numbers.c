/*
 * strtod for the WebAssembly build: most of cJSON's weight in the browser would be the C library's.
 * Numbers of up to 19 digits whose value and power of ten a double holds exactly need one exact
 * multiplication or division (Clinger, "How to read floating point numbers accurately"); JavaScript
 * reads the rest. Handed only what json_check has found to be a JSON number.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__attribute__((import_module("env"), import_name("parse_number"))) double
parse_number(const char *text, size_t length);

enum { EXACT_POWERS = 23, MOST_DIGITS = 19, LARGEST_EXPONENT = 100000 };

static const double POWERS[EXACT_POWERS] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct decimal {
  uint64_t digits;
  int count; /* significant digits read */
  int exponent;
};

static const char *read_digits(const char *at, struct decimal *d, int exponent_step) {
  for (; *at >= '0' && *at <= '9'; at++) {
    if (d->count > 0 || *at != '0') {
      d->count++;
    }
    if (d->count <= MOST_DIGITS) {
      d->digits = d->digits * 10 + (uint64_t)(*at - '0');
    }
    d->exponent += exponent_step;
  }
  return at;
}

static const char *read_exponent(const char *at, struct decimal *d) {
  int negative = at[1] == '-';
  const char *digit = at + 1 + (at[1] == '-' || at[1] == '+');
  int exponent = 0;
  for (; *digit >= '0' && *digit <= '9'; digit++) {
    exponent = exponent < LARGEST_EXPONENT ? exponent * 10 + (*digit - '0') : exponent;
  }
  d->exponent += negative ? -exponent : exponent;
  return digit;
}

double strtod(const char *restrict text, char **restrict end) {
  struct decimal d = {0};
  int negative = *text == '-';
  const char *at = read_digits(text + negative, &d, 0);
  if (*at == '.') {
    at = read_digits(at + 1, &d, -1);
  }
  if (*at == 'e' || *at == 'E') {
    at = read_exponent(at, &d);
  }
  if (end != NULL) {
    *end = (char *)text + (at - text);
  }
  int exact = d.count <= MOST_DIGITS && d.digits <= UINT64_C(1) << 53 &&
              d.exponent > -EXACT_POWERS && d.exponent < EXACT_POWERS;
  if (!exact) {
    return parse_number(text, (size_t)(at - text));
  }
  double value = (double)d.digits;
  value = d.exponent < 0 ? value / POWERS[-d.exponent] : value * POWERS[d.exponent];
  return negative ? -value : value;
}
