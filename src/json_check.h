/* Whether a text is strict JSON within limits: what cJSON does not check. */
#ifndef TIDEMARK_JSON_CHECK_H
#define TIDEMARK_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 8259, valid UTF-8, no NUL and no \u0000, no lone surrogate, at most max_depth (<= 64) levels.
 */
bool json_check(const char *text, size_t length, uint32_t max_depth);
/* The end of the JSON number that starts at `at`, or NULL if there is none. */
const char *json_check_number(const char *at, const char *end);

#endif
