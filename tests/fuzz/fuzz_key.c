/*
 * Keys from any bytes: what key_canonicalize takes is one identity however its members are ordered,
 * and the index finds and matches it as a naive reading of the same bytes does. The input: a byte
 * for the depth allowed, a byte for the length of the first key, and the bytes of two keys.
 */
#include <stdlib.h>
#include <string.h>

#include "helper_fuzz.h"
#include "key.h"

enum { KEY_BYTES = 512, AT_MOST_MEMBERS = 64 };

/* ---- A naive reading of canonical bytes ------------------------------------------------------ */

struct naive_member {
  const uint8_t *name, *value;
};

static size_t naive_members(const uint8_t *object, struct naive_member *out) {
  size_t count = 0;
  for (const uint8_t *at = object + 1; *at != TIDEMARK_KEY_END;) {
    CHECK(count < AT_MOST_MEMBERS);
    out[count].name = at;
    at += key_part_size(at);
    out[count].value = at;
    at += key_part_size(at);
    count++;
  }
  return count;
}

static bool is_same_part(const uint8_t *a, const uint8_t *b) {
  size_t size = key_part_size(a);
  return size == key_part_size(b) && memcmp(a, b, size) == 0;
}

static bool naive_matches(const uint8_t *filter, const uint8_t *part);

static bool naive_object_matches(const uint8_t *filter, const uint8_t *part) {
  struct naive_member wanted[AT_MOST_MEMBERS];
  struct naive_member present[AT_MOST_MEMBERS];
  size_t wanted_count = naive_members(filter, wanted);
  size_t present_count = naive_members(part, present);
  for (size_t i = 0; i < wanted_count; i++) {
    bool found = false;
    for (size_t j = 0; j < present_count; j++) {
      found = found || (is_same_part(wanted[i].name, present[j].name) &&
                        naive_matches(wanted[i].value, present[j].value));
    }
    if (!found) {
      return false;
    }
  }
  return true;
}

/* Of two lists of parts, up to an end byte or to the end of the key. */
static bool naive_list_matches(const uint8_t *filter, const uint8_t *filter_end,
                               const uint8_t *part, const uint8_t *part_end) {
  while (filter < filter_end && *filter != TIDEMARK_KEY_END) {
    if (part >= part_end || *part == TIDEMARK_KEY_END || !naive_matches(filter, part)) {
      return false;
    }
    filter += key_part_size(filter);
    part += key_part_size(part);
  }
  return true;
}

static bool naive_matches(const uint8_t *filter, const uint8_t *part) {
  if (*filter != *part) {
    return false;
  }
  switch (*filter) {
  case TIDEMARK_KEY_OBJECT:
    return naive_object_matches(filter, part);
  case TIDEMARK_KEY_ARRAY:
    return naive_list_matches(filter + 1, filter + key_part_size(filter), part + 1,
                              part + key_part_size(part));
  default:
    return is_same_part(filter, part);
  }
}

/* ---- The same key, written otherwise ----------------------------------------------------------
 */

/* Copies a part with the members of every object in reverse; returns behind what it wrote. */
static uint8_t *write_reversed(const uint8_t *part, uint8_t *out) {
  if (!key_part_is_composite(part)) {
    size_t size = key_part_size(part);
    memcpy(out, part, size);
    return out + size;
  }
  *out++ = *part;
  if (*part == TIDEMARK_KEY_OBJECT) {
    struct naive_member members[AT_MOST_MEMBERS];
    for (size_t i = naive_members(part, members); i > 0; i--) {
      out = write_reversed(members[i - 1].name, out);
      out = write_reversed(members[i - 1].value, out);
    }
  } else {
    for (const uint8_t *at = part + 1; *at != TIDEMARK_KEY_END; at += key_part_size(at)) {
      out = write_reversed(at, out);
    }
  }
  *out++ = TIDEMARK_KEY_END;
  return out;
}

static struct slice reversed(const struct slice *key) {
  struct slice other = {.bytes = malloc(key->length == 0 ? 1 : key->length), .length = key->length};
  CHECK(other.bytes != NULL);
  uint8_t *out = other.bytes;
  for (size_t at = 0; at < key->length; at += key_part_size(key->bytes + at)) {
    out = write_reversed(key->bytes + at, out);
  }
  CHECK((size_t)(out - other.bytes) == other.length);
  return other;
}

/* ---- What is promised -------------------------------------------------------------------------
 */

/* The canonical form in a block of its own; without one if the bytes are no key. */
static struct slice canonical(const struct slice *key, uint32_t depth) {
  struct slice form = {.bytes = malloc(key->length == 0 ? 1 : key->length), .length = key->length};
  CHECK(form.bytes != NULL);
  int result = key_canonicalize(key->bytes, key->length, depth, form.bytes);
  CHECK(result == TIDEMARK_OK || result == TIDEMARK_ERROR_KEY);
  if (result < 0) {
    free(form.bytes);
    form.bytes = NULL;
  }
  return form;
}

static void check_same_form(const struct slice *key, const struct slice *form, uint32_t depth) {
  struct slice again = canonical(key, depth);
  CHECK(again.bytes != NULL && memcmp(again.bytes, form->bytes, form->length) == 0);
  free(again.bytes);
}

static void check_form(const struct slice *form, uint32_t depth) {
  size_t parts = 0;
  for (size_t at = 0; at < form->length; at += key_part_size(form->bytes + at)) {
    parts += key_part_size(form->bytes + at);
    CHECK(key_part_matches(form->bytes + at, form->bytes + at));
  }
  CHECK(parts == form->length);
  check_same_form(form, form, depth);
  struct slice other = reversed(form);
  check_same_form(&other, form, depth);
  free(other.bytes);
}

static int build(tidemark_cache *cache, const struct slice *key) {
  tidemark_event event = {.type = TIDEMARK_BUILD,
                          .key = {.bytes = key->bytes, .length = key->length, .gc_time = 1000}};
  return tidemark_step(cache, &event, 0);
}

static int count_matches(tidemark_cache *cache, const uint8_t *filter, size_t length,
                         uint32_t flags) {
  uint32_t *entries = NULL;
  return tidemark_match(cache, filter, length, flags, 0, &entries);
}

/* One key that was built is found by itself and by every prefix of its. */
static void check_built(tidemark_cache *cache, const struct slice *key, const struct slice *form,
                        int entry) {
  CHECK(tidemark_find(cache, key->bytes, key->length) == entry);
  CHECK(tidemark_find(cache, form->bytes, form->length) == entry);
  CHECK(build(cache, form) == entry);
  CHECK(count_matches(cache, key->bytes, key->length, TIDEMARK_MATCH_EXACT) == 1);
  for (size_t at = 0; at < form->length; at += key_part_size(form->bytes + at)) {
    CHECK(count_matches(cache, form->bytes, at, 0) >= 1);
  }
  CHECK(count_matches(cache, form->bytes, form->length, 0) >= 1);
}

static void check_pair(tidemark_cache *cache, const struct slice *a, const struct slice *b) {
  bool same = a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
  int first = build(cache, a);
  CHECK(first > 0);
  bool b_matches_a =
      naive_list_matches(b->bytes, b->bytes + b->length, a->bytes, a->bytes + a->length);
  CHECK((tidemark_find(cache, b->bytes, b->length) == first) == same);
  CHECK(count_matches(cache, b->bytes, b->length, 0) == (b_matches_a ? 1 : 0));
  int second = build(cache, b);
  CHECK(second > 0 && (second == first) == same);
  CHECK(count_matches(cache, b->bytes, b->length, 0) == (b_matches_a && !same ? 2 : 1));
  CHECK(count_matches(cache, b->bytes, 0, 0) == (same ? 1 : 2));
}

static void forget(tidemark_cache *cache, const struct slice *key) {
  int entry = tidemark_find(cache, key->bytes, key->length);
  CHECK(entry > 0);
  uint32_t list[1] = {(uint32_t)entry};
  tidemark_event event = {.type = TIDEMARK_REMOVE, .list = {.entries = list, .count = 1}};
  CHECK(tidemark_step(cache, &event, 0) == 1);
  CHECK(tidemark_find(cache, key->bytes, key->length) == 0);
  tidemark_effect effects[16];
  while (tidemark_drain(cache, effects, 16) > 0) {
  }
  CHECK(tidemark_state(cache, list[0]) == TIDEMARK_ERROR_HANDLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  uint32_t depth = 1 + take_byte(&in) % 8;
  struct slice a = take_bytes(&in, take_byte(&in));
  struct slice b = take_bytes(&in, AT_MOST_MEMBERS * 4);
  struct slice a_form = canonical(&a, depth);
  struct slice b_form = canonical(&b, depth);
  if (a_form.bytes != NULL) {
    check_form(&a_form, depth);
    struct fuzz_heap heap = {0};
    tidemark_cache *cache =
        fuzz_cache(&heap, &(tidemark_limits){.json_depth = depth, .key_bytes = KEY_BYTES});
    int entry = build(cache, &a);
    CHECK(entry > 0);
    check_built(cache, &a, &a_form, entry);
    if (b_form.bytes != NULL) {
      check_pair(cache, &a_form, &b_form);
    } else {
      CHECK(tidemark_find(cache, b.bytes, b.length) == TIDEMARK_ERROR_KEY);
    }
    forget(cache, &a_form);
    fuzz_destroy(&heap, cache);
  }
  free(a_form.bytes);
  free(b_form.bytes);
  free(a.bytes);
  free(b.bytes);
  return 0;
}
