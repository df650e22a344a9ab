/*
 * Rules of any text, then changes of any text. Rules that are refused leave the ones before in
 * force; what is refused is explained in whole characters; a change touches what its rules say and
 * no entry more often than there are targets. The input is lines: rules, then changes.
 */
#include <stdlib.h>
#include <string.h>

#include "helper_model.h"

static const char FIRST_RULES[] = "[{\"on\":\"task\",\"invalidate\":[[\"tasks\"]]}]";
static const char KNOWN_CHANGE[] = "{\"resource\":\"task\"}";

static const struct {
  const char *bytes;
  size_t length;
} KEYS[] = {
    {"", 0},
    {"\5\5\0tasks", 8},
    {"\5\5\0tasks\5\1\0001", 12},
    {"\5\5\0tasks\4\0\0\0\0\0\0\xf0\x3f", 17},
    {"\7\5\1\0a\6\1\2\3\0\0", 11},
};
enum { KEY_COUNT = sizeof KEYS / sizeof KEYS[0] };

static int step_text(struct model *m, enum tidemark_event_type type, const void *text,
                     size_t length) {
  return model_step(m, (tidemark_event){.type = type, .text = {text, length}});
}

static void fill(struct model *m) {
  for (size_t i = 0; i < KEY_COUNT; i++) {
    const uint8_t *bytes = (const uint8_t *)KEYS[i].bytes;
    int entry = model_step(
        m, (tidemark_event){.type = TIDEMARK_BUILD, .key = {bytes, KEYS[i].length, 1000}});
    CHECK(entry > 0);
    model_step(m, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = (uint32_t)entry});
  }
}

/* Valid UTF-8 up to its end: an explanation is shown to people. */
static void check_detail(const struct model *m) {
  const uint8_t *at = (const uint8_t *)tidemark_detail(m->cache);
  CHECK(*at != '\0');
  while (*at != '\0') {
    int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0 ? 1 : 0;
    CHECK(more > 0 || *at < 0x80);
    for (at++; more > 0; more--, at++) {
      CHECK((*at & 0xc0) == 0x80);
    }
  }
}

static void check_rules(struct model *m, const struct slice *text) {
  int touched = step_text(m, TIDEMARK_CHANGE, KNOWN_CHANGE, sizeof KNOWN_CHANGE - 1);
  int result = step_text(m, TIDEMARK_RULES, text->bytes, text->length);
  CHECK(result == TIDEMARK_OK || result == TIDEMARK_ERROR_JSON || result == TIDEMARK_ERROR_RULE);
  if (result == TIDEMARK_ERROR_RULE) {
    check_detail(m);
  }
  if (result < 0) {
    CHECK(step_text(m, TIDEMARK_CHANGE, KNOWN_CHANGE, sizeof KNOWN_CHANGE - 1) == touched);
  }
}

static void check_change(struct model *m, const struct slice *text) {
  tidemark_stats before;
  tidemark_stats after;
  tidemark_get_stats(m->cache, &before);
  int result = step_text(m, TIDEMARK_CHANGE, text->bytes, text->length);
  tidemark_get_stats(m->cache, &after);
  CHECK(result >= 0 || result == TIDEMARK_ERROR_JSON || result == TIDEMARK_ERROR_CHANGE);
  if (result == TIDEMARK_ERROR_CHANGE) {
    check_detail(m);
  }
  double changes = after.changes - before.changes;
  CHECK(result < 0 ? changes == 0 : changes > 0 || result == 0);
  CHECK(after.marks - before.marks <= (double)(result < 0 ? 0 : result));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  struct model m;
  model_init(&m, 0);
  fill(&m);
  CHECK(step_text(&m, TIDEMARK_RULES, FIRST_RULES, sizeof FIRST_RULES - 1) == TIDEMARK_OK);
  struct slice rules = take_line(&in);
  check_rules(&m, &rules);
  free(rules.bytes);
  while (input_left(&in) > 0) {
    struct slice change = take_line(&in);
    check_change(&m, &change);
    free(change.bytes);
  }
  model_destroy(&m);
  return 0;
}
