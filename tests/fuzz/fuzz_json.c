/*
 * json_parse with any text: what it takes is a tree within the limits, and memory that runs out is
 * told from text that is wrong. What it takes and refuses is held against JSON.parse by
 * tests/node/fuzz. The input is the text.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "helper_fuzz.h"
#include "json.h"

enum { DEPTH = 32 };

static void check_text(const char *text) {
  for (const uint8_t *at = (const uint8_t *)text; *at != '\0'; at++) {
    CHECK(*at < 0xf5 && *at != 0xc0 && *at != 0xc1);
    int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0 ? 1 : 0;
    CHECK(more > 0 || *at < 0x80);
    for (; more > 0; more--) {
      at++;
      CHECK((*at & 0xc0) == 0x80);
    }
  }
}

/* Returns how many values there are. Bounded by the depth that is checked. */
static size_t walk(const json_value *value, uint32_t depth_left) {
  enum json_type type = json_type(value);
  CHECK((json_string(value) != NULL) == (type == JSON_STRING));
  if (type == JSON_STRING) {
    check_text(json_string(value));
  }
  CHECK(type != JSON_NUMBER || !isnan(json_number(value, NAN)));
  size_t values = 1;
  size_t members = 0;
  for (const json_value *item = json_first(value); item != NULL; item = json_next(item)) {
    CHECK(type == JSON_ARRAY || type == JSON_OBJECT);
    CHECK(depth_left > 0);
    if (type == JSON_OBJECT) {
      members++;
      check_text(json_name(item));
      /* The first of that name is this one: no name occurs twice. */
      CHECK(json_member(value, json_name(item)) == item);
    }
    values += walk(item, depth_left - 1);
  }
  CHECK(members <= JSON_MAX_MEMBERS);
  return values;
}

static int parse(struct json_arena *arena, const struct slice *text, size_t *values) {
  const json_value *root = NULL;
  int result = json_parse(arena, (const char *)text->bytes, text->length, DEPTH, &root);
  CHECK(result == TIDEMARK_OK || result == TIDEMARK_ERROR_JSON || result == TIDEMARK_ERROR_MEMORY);
  *values = result == TIDEMARK_OK ? walk(root, DEPTH) : 0;
  return result;
}

/* The text as a number alone, as a cast in a rule reads it. */
static void check_number(const struct slice *text, int parsed) {
  char *terminated = malloc(text->length + 1);
  CHECK(terminated != NULL);
  memcpy(terminated, text->bytes, text->length);
  terminated[text->length] = '\0';
  double number = NAN;
  bool is_number = json_parse_number(terminated, &number);
  CHECK(!is_number || !isnan(number));
  CHECK(!is_number || memchr(text->bytes, '\0', text->length) != NULL || parsed == TIDEMARK_OK);
  free(terminated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  struct slice text = take_bytes(&in, size);
  struct fuzz_heap heap = {0};
  struct memory memory = {.allocator = fuzz_allocator(&heap)};
  struct json_arena arena;

  json_arena_init(&arena, &memory);
  size_t values = 0;
  int result = parse(&arena, &text, &values);
  CHECK(result != TIDEMARK_ERROR_MEMORY);
  check_number(&text, result);
  size_t again = 0;
  CHECK(parse(&arena, &text, &again) == result && again == values);
  json_arena_destroy(&arena);
  CHECK(heap.blocks == 0 && memory.used == 0);

  /* Each allocation refused in turn. */
  uint32_t number = 0;
  do {
    number++;
    heap.countdown = number;
    heap.refused = false;
    json_arena_init(&arena, &memory);
    int refused = parse(&arena, &text, &again);
    CHECK(refused == (heap.refused ? TIDEMARK_ERROR_MEMORY : result));
    heap.countdown = 0;
    CHECK(parse(&arena, &text, &again) == result && again == values);
    json_arena_destroy(&arena);
  } while (heap.refused);
  CHECK(heap.blocks == 0 && memory.used == 0);
  free(text.bytes);
  return 0;
}
