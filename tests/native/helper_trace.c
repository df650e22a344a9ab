#include <stdio.h>
#include <string.h>

#include "helper_world.h"

static const char *const TYPES[] = {"",     "SETTLE", "CLEAR", "FOLD", "REPLAY", "FETCH",  "NOTIFY",
                                    "DROP", "TICKET", "OPEN",  "SEND", "CLOSE",  "STATUS", "WARN"};
static const char *const OUTCOMES[] = {"SUCCESS", "ERROR", "CANCELLED", "SUPERSEDED",
                                       "CANCELLED_ERROR"};
static const char *const FRAMES[] = {"", "AUTH", "SUBSCRIBE", "PONG"};
static const char *const STATUSES[] = {"STOPPED", "OFFLINE", "CATCHING_UP", "GAP", "LIVE"};
static const char *const WARNINGS[] = {"",        "RESOURCE", "TYPE", "SERVER",
                                       "REFUSED", "FIELD",    "CAST", "EPOCH"};

__attribute__((format(printf, 2, 3))) static void write_trace(struct world *w, const char *format,
                                                              ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t room = TRACE_BYTES - w->trace_length;
  int written = vsnprintf(w->trace + w->trace_length, room, format, arguments);
  va_end(arguments);
  assert_true(written >= 0 && (size_t)written < room);
  w->trace_length += (size_t)written;
}

/* 0 for a fetch that never started and so has no id. */
static size_t fetch_number(struct world *w, uint32_t id) {
  for (size_t i = w->fetches; i > 0; i--) {
    if (w->fetch_ids[i - 1] == id) {
      return i;
    }
  }
  if (id == 0) {
    return 0;
  }
  assert_true(w->fetches < WORLD_FETCHES);
  w->fetch_ids[w->fetches++] = id;
  return w->fetches;
}

static void record_fetch(struct world *w, const tidemark_effect *effect) {
  w->in_flight[effect->entry] = effect->id;
  size_t number = fetch_number(w, effect->id);
  write_trace(w, "FETCH %s #%zu", w->names[effect->entry], number);
  if (effect->flags > 0) {
    write_trace(w, " try %u", effect->flags + 1);
  }
}

static void record_of_entry(struct world *w, const tidemark_effect *effect) {
  const char *name = w->names[effect->entry];
  switch (effect->type) {
  case TIDEMARK_EFFECT_FETCH:
    record_fetch(w, effect);
    return;
  case TIDEMARK_EFFECT_SETTLE:
    write_trace(w, "SETTLE %s #%zu %s", name, fetch_number(w, effect->id), OUTCOMES[effect->flags]);
    return;
  case TIDEMARK_EFFECT_FOLD:
    write_trace(w, "FOLD %s m%u", name, w->serials[effect->id]);
    return;
  default:
    write_trace(w, "%s %s", TYPES[effect->type], name);
    return;
  }
}

static void record_of_stream(struct world *w, const tidemark_effect *effect) {
  write_trace(w, "%s ", TYPES[effect->type]);
  switch (effect->type) {
  case TIDEMARK_EFFECT_SEND:
    write_trace(w, "s%u %s", effect->id, FRAMES[effect->flags]);
    return;
  case TIDEMARK_EFFECT_CLOSE:
    write_trace(w, "s%u %u", effect->id, effect->flags);
    return;
  case TIDEMARK_EFFECT_STATUS:
    write_trace(w, "%s", STATUSES[effect->flags]);
    return;
  case TIDEMARK_EFFECT_WARN: {
    const char *detail = tidemark_detail(w->cache);
    write_trace(w, "%s%s%s", WARNINGS[effect->flags], *detail == '\0' ? "" : " ", detail);
    return;
  }
  default:
    w->socket = effect->id;
    write_trace(w, "s%u", effect->id);
    return;
  }
}

void trace_effect(struct world *w, const tidemark_effect *effect) {
  assert_in_range(effect->type, TIDEMARK_EFFECT_SETTLE, TIDEMARK_EFFECT_WARN);
  if (effect->type <= TIDEMARK_EFFECT_DROP) {
    assert_in_range(effect->entry, 1, WORLD_NAMES - 1);
    record_of_entry(w, effect);
  } else {
    record_of_stream(w, effect);
  }
  write_trace(w, "\n");
}

void forget_trace(struct world *w) {
  w->trace_length = 0;
}

static int names_type(const char *types, const char *line) {
  size_t length = strcspn(line, " ");
  for (const char *at = types; *at != '\0'; at += strspn(at, " ")) {
    size_t word = strcspn(at, " ");
    if (word == length && memcmp(at, line, length) == 0) {
      return 1;
    }
    at += word;
  }
  return 0;
}

void expect_at(struct world *w, const char *types, const char *lines, const char *file, int line) {
  static char kept[TRACE_BYTES];
  size_t length = 0;
  w->trace[w->trace_length] = '\0';
  for (const char *at = w->trace; *at != '\0';) {
    size_t size = strcspn(at, "\n") + 1;
    if (names_type(types, at)) {
      memcpy(kept + length, at, size);
      length += size;
    }
    at += size;
  }
  /* The last line's end is left out, so that expectations need none. */
  kept[length > 0 ? length - 1 : 0] = '\0';
  forget_trace(w);
  _assert_string_equal(kept, lines, file, line);
}
