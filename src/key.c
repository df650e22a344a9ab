#include "key.h"

#include <math.h>
#include <string.h>

enum { STRING_HEADER = 3, NUMBER_SIZE = 9 };

static size_t string_size(const uint8_t *part) {
  return STRING_HEADER + (size_t)(part[1] | (part[2] << 8));
}

static size_t leaf_size(const uint8_t *part) {
  switch (*part) {
  case TIDEMARK_KEY_NUMBER:
    return NUMBER_SIZE;
  case TIDEMARK_KEY_STRING:
    return string_size(part);
  default: /* null, false, true, and the end of an array or object */
    return 1;
  }
}

size_t key_part_size(const uint8_t *part) {
  const uint8_t *at = part;
  size_t depth = 0;
  do {
    if (key_part_is_composite(at)) {
      depth++;
    } else if (*at == TIDEMARK_KEY_END) {
      depth--;
    }
    at += leaf_size(at);
  } while (depth > 0);
  return (size_t)(at - part);
}

/* ---- Canonical form ------------------------------------------------------------------------ */

/* Reads a copy of the key and changes it on the way: what is behind `at` is canonical. */
struct reader {
  uint8_t *at;
  const uint8_t *end;
};

static int read_part(struct reader *r, uint32_t depth_left);

static int read_string(struct reader *r) {
  if (r->end - r->at < STRING_HEADER || *r->at != TIDEMARK_KEY_STRING ||
      (size_t)(r->end - r->at) < string_size(r->at)) {
    return TIDEMARK_ERROR_KEY;
  }
  r->at += string_size(r->at);
  return TIDEMARK_OK;
}

static int read_number(struct reader *r) {
  if (r->end - r->at < NUMBER_SIZE) {
    return TIDEMARK_ERROR_KEY;
  }
  double number = 0;
  memcpy(&number, r->at + 1, sizeof number);
  if (!isfinite(number)) {
    return TIDEMARK_ERROR_KEY;
  }
  if (number == 0) {
    memset(r->at + 1, 0, sizeof number);
  }
  r->at += NUMBER_SIZE;
  return TIDEMARK_OK;
}

static int read_array(struct reader *r, uint32_t depth_left) {
  while (r->at < r->end && *r->at != TIDEMARK_KEY_END) {
    int result = read_part(r, depth_left);
    if (result < 0) {
      return result;
    }
  }
  if (r->at == r->end) {
    return TIDEMARK_ERROR_KEY;
  }
  r->at++;
  return TIDEMARK_OK;
}

static int compare_names(const uint8_t *a, const uint8_t *b) {
  size_t a_length = string_size(a) - STRING_HEADER;
  size_t b_length = string_size(b) - STRING_HEADER;
  size_t shorter = a_length < b_length ? a_length : b_length;
  int order = memcmp(a + STRING_HEADER, b + STRING_HEADER, shorter);
  if (order != 0 || a_length == b_length) {
    return order;
  }
  return a_length < b_length ? -1 : 1;
}

static size_t member_size(const uint8_t *member) {
  size_t name = string_size(member);
  return name + key_part_size(member + name);
}

static void reverse(uint8_t *from, uint8_t *to) {
  while (from < to) {
    to--;
    uint8_t byte = *from;
    *from = *to;
    *to = byte;
    from++;
  }
}

/* Moves the member that was written last, [member, end), to its place among the sorted ones from
 * `first` on, one of which has a greater name or the same. In place, by three reversals: a key has
 * no memory of its own to sort in. */
static int place_member(uint8_t *first, uint8_t *member, uint8_t *end) {
  uint8_t *at = first;
  int order = compare_names(at, member);
  while (order < 0) {
    at += member_size(at);
    order = compare_names(at, member);
  }
  if (order == 0) {
    return TIDEMARK_ERROR_KEY; /* a name twice */
  }
  reverse(at, member);
  reverse(member, end);
  reverse(at, end);
  return TIDEMARK_OK;
}

static int read_object(struct reader *r, uint32_t depth_left) {
  uint8_t *first = r->at;
  uint8_t *last = first; /* the member with the greatest name so far */
  while (r->at < r->end && *r->at != TIDEMARK_KEY_END) {
    uint8_t *member = r->at;
    int result = read_string(r);
    if (result == TIDEMARK_OK) {
      result = r->at < r->end ? read_part(r, depth_left) : TIDEMARK_ERROR_KEY;
    }
    if (result < 0) {
      return result;
    }
    if (first == member || compare_names(last, member) < 0) {
      last = member;
      continue;
    }
    result = place_member(first, member, r->at);
    if (result < 0) {
      return result;
    }
    last += r->at - member;
  }
  if (r->at == r->end) {
    return TIDEMARK_ERROR_KEY;
  }
  r->at++;
  return TIDEMARK_OK;
}

static int read_part(struct reader *r, uint32_t depth_left) {
  switch (*r->at) {
  case TIDEMARK_KEY_NULL:
  case TIDEMARK_KEY_FALSE:
  case TIDEMARK_KEY_TRUE:
    r->at++;
    return TIDEMARK_OK;
  case TIDEMARK_KEY_NUMBER:
    return read_number(r);
  case TIDEMARK_KEY_STRING:
    return read_string(r);
  case TIDEMARK_KEY_ARRAY:
  case TIDEMARK_KEY_OBJECT: {
    if (depth_left == 0) {
      return TIDEMARK_ERROR_KEY;
    }
    bool array = *r->at == TIDEMARK_KEY_ARRAY;
    r->at++;
    return array ? read_array(r, depth_left - 1) : read_object(r, depth_left - 1);
  }
  default:
    return TIDEMARK_ERROR_KEY;
  }
}

int key_canonicalize(const uint8_t *in, size_t length, uint32_t max_depth, uint8_t *out) {
  if (length == 0) {
    return TIDEMARK_OK; /* the empty key; `in` may be NULL */
  }
  memcpy(out, in, length);
  struct reader r = {.at = out, .end = out + length};
  while (r.at < r.end) {
    /* The key itself is the first level of nesting. */
    int result = read_part(&r, max_depth - 1);
    if (result < 0) {
      return result;
    }
  }
  return TIDEMARK_OK;
}

/* ---- Partial match ------------------------------------------------------------------------- */

static bool array_matches(const uint8_t *filter, const uint8_t *part) {
  for (filter++, part++; *filter != TIDEMARK_KEY_END;
       filter += key_part_size(filter), part += key_part_size(part)) {
    if (*part == TIDEMARK_KEY_END || !key_part_matches(filter, part)) {
      return false;
    }
  }
  return true;
}

static bool object_matches(const uint8_t *filter, const uint8_t *part) {
  part++;
  for (filter++; *filter != TIDEMARK_KEY_END; filter += member_size(filter)) {
    /* Both are sorted: what lies before the filter's name cannot match a later one either. */
    while (*part != TIDEMARK_KEY_END && compare_names(part, filter) < 0) {
      part += member_size(part);
    }
    if (*part == TIDEMARK_KEY_END || compare_names(part, filter) != 0 ||
        !key_part_matches(filter + string_size(filter), part + string_size(part))) {
      return false;
    }
  }
  return true;
}

bool key_part_matches(const uint8_t *filter, const uint8_t *part) {
  if (*filter != *part) {
    return false;
  }
  switch (*filter) {
  case TIDEMARK_KEY_ARRAY:
    return array_matches(filter, part);
  case TIDEMARK_KEY_OBJECT:
    return object_matches(filter, part);
  default:
    break;
  }
  size_t size = leaf_size(filter);
  return size == leaf_size(part) && memcmp(filter, part, size) == 0;
}
