/*
 * JSON text as a tree to read. The only module that knows cJSON, which builds the tree; the text is
 * first held against RFC 8259, of which cJSON takes more than there is, and against the limits.
 *
 * A tree lives in its arena until that is reset, or the next parse there. Values are read, never
 * printed again: what cJSON prints of a number is not always the number it read.
 */
#ifndef TIDEMARK_JSON_H
#define TIDEMARK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "memory.h"

typedef struct cJSON json_value;

enum json_type {
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
};

enum { JSON_MAX_DEPTH = 64, JSON_MAX_MEMBERS = 1024 };

/* Chunks of memory that are handed out in order and taken back all at once. */
struct json_arena {
  struct memory *memory;
  struct json_chunk *chunks; /* newest first */
  unsigned char *at;         /* in the newest one: what comes next, and how much there is */
  size_t left;
  bool failed; /* the allocator refused since the last reset */
};

void json_arena_init(struct json_arena *arena, struct memory *memory);
void json_arena_destroy(struct json_arena *arena);
/* The tree is read no more. Keeps one chunk of the common size, so that ordinary texts cost no
 * allocation at all; what a long one took goes back. */
void json_arena_reset(struct json_arena *arena);

/* Parses strict JSON: one value and nothing behind it, valid UTF-8, no \u0000 in strings, at most
 * max_depth levels (<= JSON_MAX_DEPTH), no name twice and at most JSON_MAX_MEMBERS in an object.
 * Returns TIDEMARK_OK, TIDEMARK_ERROR_JSON or TIDEMARK_ERROR_MEMORY. */
int json_parse(struct json_arena *arena, const char *text, size_t length, uint32_t max_depth,
               const json_value **root);

enum json_type json_type(const json_value *value);
/* First item of an array or member of an object; NULL if there is none. */
const json_value *json_first(const json_value *value);
const json_value *json_next(const json_value *value);
/* A member's value by name, or NULL, also if `object` is NULL or no object. */
const json_value *json_member_sized(const json_value *object, const char *name, size_t length);
static inline const json_value *json_member(const json_value *object, const char *name) {
  return json_member_sized(object, name, strlen(name));
}
/* The name under which an object holds this value. */
const char *json_name(const json_value *member);
/* The text of a string, terminated; NULL for NULL and every other type. */
const char *json_string(const json_value *value);
/* The number, or `otherwise` for NULL and every other type. */
double json_number(const json_value *value, double otherwise);
bool json_is(const json_value *value, enum json_type type);
/* A number written as JSON writes it, and nothing else; false if the text is not one. */
bool json_parse_number(const char *text, double *number);

#endif
