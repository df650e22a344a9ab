/*
 * Any events in any order, with any values: helper_model.c holds what cache.h promises against each
 * of them. The input is a list of operations; most are one event, some let time pass, refuse an
 * allocation, or change how effects are drained.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_model.h"

/* The model has room for so many; the cache may have more. */
static bool has_room_for(const struct model *m, enum tidemark_event_type type) {
  uint32_t free = 0;
  switch (type) {
  case TIDEMARK_BUILD:
    for (uint32_t id = 1; id < MODEL_HANDLES; id++) {
      free += m->entries[id].alive ? 0 : 1;
    }
    return free > 4; /* a handle that was dropped is taken again only after the next drain */
  case TIDEMARK_OBSERVE:
    for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
      free += m->observers[i].id == 0 ? 1 : 0;
    }
    return free > 0;
  case TIDEMARK_MUTATION_BEGIN:
    for (uint32_t i = 0; i < MODEL_MUTATIONS; i++) {
      free += m->mutations[i] == 0 ? 1 : 0;
    }
    return free > 0;
  default:
    return true;
  }
}

/* ---- Choices, mostly of what there is, sometimes of what there is not --------------------------
 */

static uint32_t take_entry(struct model *m, struct input *in) {
  uint8_t choice = take_byte(in);
  if (choice >= 240) {
    return choice == 255 ? UINT32_MAX : (uint32_t)(choice - 240);
  }
  for (uint32_t i = 0; i < MODEL_HANDLES; i++) {
    uint32_t id = (choice + i) % MODEL_HANDLES;
    if (m->entries[id].alive) {
      return id;
    }
  }
  return choice;
}

static uint32_t take_observer(struct model *m, struct input *in) {
  uint8_t choice = take_byte(in);
  uint32_t known = m->observers[choice % MODEL_OBSERVERS].id;
  return known != 0 ? known : choice;
}

static uint32_t take_mutation(struct model *m, struct input *in) {
  uint8_t choice = take_byte(in);
  uint32_t known = m->mutations[choice % MODEL_MUTATIONS];
  return known != 0 ? known : choice;
}

static uint32_t take_socket(struct model *m, struct input *in) {
  uint8_t choice = take_byte(in);
  return choice < 224 ? m->socket : (uint32_t)(choice - 224);
}

static tidemark_observer_options take_options(struct input *in) {
  uint8_t flags = take_byte(in);
  uint8_t modes = take_byte(in);
  bool hostile = flags >= 192;
  return (tidemark_observer_options){.stale_time = hostile            ? take_double(in)
                                                   : (flags & 4) != 0 ? 100
                                                   : (flags & 8) != 0 ? -1
                                                                      : 0,
                                     .gc_time = hostile             ? take_double(in)
                                                : (flags & 16) != 0 ? 1000
                                                                    : 0,
                                     .refetch_interval = hostile             ? take_double(in)
                                                         : (flags & 32) != 0 ? 50
                                                                             : 0,
                                     .enabled = (flags & 1) == 0,
                                     .refetch_on_mount = modes & 3,
                                     .refetch_on_window_focus = modes >> 2 & 3,
                                     .refetch_on_reconnect = modes >> 4 & 3,
                                     .refetch_interval_in_background = (flags & 2) != 0,
                                     .retry_on_mount = (flags & 2) != 0,
                                     .network_mode = modes >> 6};
}

/* ---- Texts -------------------------------------------------------------------------------------
 */

static const char *const RULES[] = {
    "[]",
    "[{\"on\":\"a\",\"invalidate\":[[\"a\"]]}]",
    "[{\"on\":\"a\",\"refetch\":[[\"a\",\"$id\"]],\"invalidate\":[{\"key\":[\"b\"],\"exact\":true}]"
    "}]",
    "[{\"on\":\"a\",\"invalidate\":[{\"key\":[],\"refetchType\":\"all\"}]},"
    "{\"on\":{\"resource\":\"b\",\"action\":[\"x\",\"y\"]},\"remove\":[[\"a\",\"$id:number\"]]}]",
    "[{\"on\":\"b\",\"reset\":[[\"$id:string\"]],\"remove\":[[{\"p\":\"$id\"}]]}]",
    "[{\"on\":\"a\",\"remove\":[[]]}]",
    "[{\"on\":\"a\",\"invalidate\":[[\"a\"]],\"other\":1}]",
    "[{\"on\":\"a\",\"invalidate\":[[\"$long\"]],\"tags\":[[\"t\",\"$id\"],[\"t\"]]}]",
};
enum { RULES_COUNT = sizeof RULES / sizeof RULES[0] };

static const char *const CHANGES[] = {
    "{\"resource\":\"a\"}",
    "{\"resource\":\"a\",\"id\":1}",
    "{\"resource\":\"b\",\"id\":\"1\",\"action\":\"x\"}",
    "{\"resource\":\"b\",\"id\":\"a\",\"action\":\"z\"}",
    "[{\"resource\":\"a\",\"id\":[1,{\"p\":2}]},{\"resource\":\"b\",\"id\":7}]",
    "[{\"resource\":\"a\"},{\"resurce\":\"a\"}]",
    "{\"resource\":\"a\",\"mutation\":\"me.1\"}",
    "{\"resource\":\"a\",\"tags\":[[\"t\"]]}",
};
enum { CHANGES_COUNT = sizeof CHANGES / sizeof CHANGES[0], TEXT_BYTES = 700 };

/* A frame at, just before or just behind where the stream stands. */
static void write_frame(const struct model *m, struct input *in, char *out) {
  static const char *const EPOCHS[] = {"", "\"epoch\":\"e\",", "\"epoch\":\"f\",",
                                       "\"epoch\":\"\","};
  uint8_t form = take_byte(in);
  uint8_t where = take_byte(in);
  const char *epoch = "";
  size_t length = 0;
  double position = tidemark_stream_position(m->cache, &epoch, &length);
  double seq = fmax(position + where % 8 - 3, 0);
  double prev = fmax(seq - 1 - where / 8 % 3, 0);
  const char *change = CHANGES[take_byte(in) % CHANGES_COUNT];
  const char *named = EPOCHS[where / 64];
  switch (form % 10) {
  case 0:
    snprintf(out, TEXT_BYTES, "{\"type\":\"hello\",%s\"seq\":%.0f,\"ping\":%d}", named, seq, where);
    return;
  case 1:
    snprintf(out, TEXT_BYTES, "{\"type\":\"subscribed\",%s\"seq\":%.0f,\"recovered\":%s}", named,
             seq, form < 128 ? "true" : "false");
    return;
  case 2:
    snprintf(out, TEXT_BYTES,
             "{\"type\":\"subscribed\",%s\"seq\":%.0f,\"recovered\":true,\"messages\":[{\"type\":"
             "\"cache_invalidate\",\"seq\":%.0f,\"data\":%s},{\"type\":\"ping\"}]}",
             named, seq, prev, change);
    return;
  case 3:
    snprintf(out, TEXT_BYTES, "{\"type\":\"cache_invalidate\",\"data\":%s}", change);
    return;
  case 4:
  case 5:
    snprintf(out, TEXT_BYTES,
             "{\"type\":\"cache_invalidate\",%s\"seq\":%.0f,\"prev\":%.0f,\"data\":%s}", named, seq,
             prev, change);
    return;
  case 6:
    snprintf(out, TEXT_BYTES, "{\"type\":\"ping\",\"seq\":%.0f}", seq);
    return;
  case 7:
    if (form < 192) {
      snprintf(out, TEXT_BYTES, "{\"type\":\"reset\",%s\"seq\":%.0f%s}", named, seq,
               form < 128 ? "" : ",\"scopes\":[\"a\"]");
    } else {
      snprintf(out, TEXT_BYTES,
               "{\"type\":\"reset\",%s\"seq\":%.0f,\"prev\":%.0f,\"scopes\":[\"a\"]}", named, seq,
               prev);
    }
    return;
  case 8:
    snprintf(out, TEXT_BYTES, "{\"type\":\"reconnect\"}");
    return;
  default:
    snprintf(out, TEXT_BYTES, "{\"type\":\"%s\",\"message\":\"why\",\"scopes\":[\"a\",\"b\"]}",
             form < 128 ? "error" : "new");
    return;
  }
}

static void step_text(struct model *m, struct input *in, enum tidemark_event_type type) {
  uint8_t choice = take_byte(in);
  char text[TEXT_BYTES] = "";
  if (choice < 32) {
    struct slice line = take_line(in);
    model_step(m, (tidemark_event){.type = type,
                                   .id = m->socket,
                                   .text = {(const char *)line.bytes, line.length}});
    free(line.bytes);
    return;
  }
  if (type == TIDEMARK_SOCKET_TEXT) {
    write_frame(m, in, text);
  } else if (type == TIDEMARK_RULES) {
    strcpy(text, RULES[choice % RULES_COUNT]);
  } else {
    strcpy(text, CHANGES[choice % CHANGES_COUNT]);
  }
  int result = model_step(
      m, (tidemark_event){.type = type, .id = take_socket(m, in), .text = {text, strlen(text)}});
  CHECK(type != TIDEMARK_SOCKET_TEXT || result == TIDEMARK_OK || result == TIDEMARK_ERROR_MEMORY);
}

/* ---- Keys and lists ----------------------------------------------------------------------------
 */

static void step_key(struct model *m, struct input *in, enum tidemark_event_type type) {
  if (!has_room_for(m, type)) {
    return;
  }
  static const struct {
    const char *bytes;
    size_t length;
  } KEYS[] = {
      {"", 0},
      {"\5\1\0a", 4},
      {"\5\1\0a\4\0\0\0\0\0\0\xf0\x3f", 13},
      {"\5\1\0a\5\1\0001", 8},
      {"\5\1\0b", 4},
      {"\7\5\1\0p\4\0\0\0\0\0\0\xf0\x3f\0", 15},
      {"\6\5\1\0t\0", 6},
      {"\6\5\1\0t\5\1\0001\0\6\5\1\0t\0", 16},
  };
  uint8_t choice = take_byte(in);
  double gc_time = choice >= 128 ? take_double(in) : 100;
  struct slice raw = {0};
  const uint8_t *bytes = NULL;
  size_t length = 0;
  if (choice % 16 < sizeof KEYS / sizeof KEYS[0]) {
    bytes = (const uint8_t *)KEYS[choice % 16].bytes;
    length = KEYS[choice % 16].length;
  } else {
    raw = take_bytes(in, choice % 64);
    bytes = raw.bytes;
    length = raw.length;
  }
  uint32_t entry = type == TIDEMARK_BUILD ? 0 : take_entry(m, in);
  int found = tidemark_find(m->cache, bytes, length);
  int result = model_step(
      m, (tidemark_event){.type = type, .entry = entry, .key = {bytes, length, gc_time}});
  CHECK(type != TIDEMARK_BUILD || result < 0 || m->moved ||
        tidemark_find(m->cache, bytes, length) == result);
  CHECK(type != TIDEMARK_BUILD || result < 0 || found == 0 || found == result);
  free(raw.bytes);
}

static void step_list(struct model *m, struct input *in, enum tidemark_event_type type) {
  uint32_t named[4];
  uint32_t *list = named;
  uint8_t form = take_byte(in);
  uint8_t flags = take_byte(in);
  size_t count = form % 5;
  if (form < 128) {
    for (size_t i = 0; i < count; i++) {
      named[i] = take_entry(m, in);
    }
  } else {
    int matched = tidemark_match(m->cache, NULL, 0, flags, m->now, &list);
    CHECK(matched >= 0);
    count = (size_t)matched;
  }
  int result = model_step(m, (tidemark_event){.type = type,
                                              .list = {.entries = list,
                                                       .count = count,
                                                       .refetch_type = flags % 5,
                                                       .trail = flags >> 6 & 1,
                                                       .no_revert = flags >> 7}});
  CHECK(result < 0 || result == (int)count);
}

/* ---- Fetches -----------------------------------------------------------------------------------
 */

static void step_answer(struct model *m, struct input *in, enum tidemark_event_type type) {
  tidemark_event event = {.type = type, .entry = take_entry(m, in)};
  uint8_t flags = take_byte(in);
  bool flies = event.entry < MODEL_HANDLES && (flags & 1) == 0;
  event.id = flies ? m->entries[event.entry].fetch : flags;
  if (type == TIDEMARK_FETCH_FAILED) {
    event.failure.retry_limit = flags < 128 ? 2 : take_double(in);
    event.failure.retry_delay = flags < 128 ? 10 : take_double(in);
    event.failure.retry_after = flags < 160 ? NAN : take_double(in);
    model_step(m, event);
    return;
  }
  char text[32] = "";
  const char *epoch = "";
  size_t length = 0;
  double seq = tidemark_stream_position(m->cache, &epoch, &length);
  snprintf(text, sizeof text, "e:%.0f", fmax(0, seq + flags % 16 - 8));
  if (flags >= 128) {
    event.success.as_of = (const uint8_t *)text;
    event.success.as_of_length = strlen(text);
  }
  model_step(m, event);
}

/* ---- Time and drains ---------------------------------------------------------------------------
 */

static bool is_time(double now) {
  return fabs(now) <= 0x1p53;
}

/* The clock moves, or shows what is no time and is refused. */
static void pass(struct model *m, struct input *in) {
  double now = m->now + take_double(in);
  if (is_time(now)) {
    m->now = now;
    m->moved = true;
    return;
  }
  tidemark_event flush = {.type = TIDEMARK_FLUSH};
  CHECK(tidemark_step(m->cache, &flush, now) == TIDEMARK_ERROR_EVENT);
}

/* Whoever ticks at the deadlines gets somewhere: what is due again at once, such as a connection
 * after no backoff, is not for ever. */
static void tick(struct model *m) {
  double deadline = tidemark_next_deadline(m->cache);
  if (!is_time(deadline)) {
    return;
  }
  m->moved = m->moved || m->now < deadline;
  m->now = fmax(m->now, deadline);
  for (uint32_t ticks = 0; tidemark_next_deadline(m->cache) <= m->now; ticks++) {
    /* Where a clock's steps are close to a millisecond, a deadline may round to now. */
    CHECK(ticks < 4 || m->now > 0x1p46);
    if (ticks == 4) {
      return;
    }
    CHECK(model_step(m, (tidemark_event){.type = TIDEMARK_TICK}) == TIDEMARK_OK);
  }
}

/* ---- Operations --------------------------------------------------------------------------------
 */

/* Events that carry no more than a handle or two and a few options. */
static void step_plain(struct model *m, struct input *in, enum tidemark_event_type type) {
  tidemark_event event = {.type = type};
  switch (type) {
  case TIDEMARK_OBSERVE:
  case TIDEMARK_SET_OBSERVER:
    event.entry = take_entry(m, in);
    event.observer = take_observer(m, in);
    event.observer_options = take_options(in);
    break;
  case TIDEMARK_UNOBSERVE:
    event.observer = take_observer(m, in);
    event.unobserve.signal_taken = take_byte(in) & 1;
    break;
  case TIDEMARK_FETCH: {
    event.entry = take_entry(m, in);
    uint8_t flags = take_byte(in);
    event.fetch.restart = flags & 1;
    event.fetch.refetch = flags >> 1 & 1;
    event.fetch.network_mode = flags >> 2 & 3;
    event.fetch.stale_time = (flags & 128) != 0 ? take_double(in) : 100;
    break;
  }
  case TIDEMARK_SET_DATA:
    event.entry = take_entry(m, in);
    event.data.keep_changes = take_byte(in) & 1;
    event.data.age = take_double(in);
    break;
  case TIDEMARK_MUTATION_BEGIN:
    event.id = take_byte(in) % 16;
    break;
  case TIDEMARK_MUTATION_LAYER:
  case TIDEMARK_MUTATION_ACKNOWLEDGED:
  case TIDEMARK_MUTATION_FAILED:
    event.mutation = take_mutation(m, in);
    event.entry = take_entry(m, in);
    break;
  case TIDEMARK_CONNECT: {
    uint8_t flags = take_byte(in);
    event.stream.ticket = flags & 1;
    event.stream.no_jitter = flags >> 1 & 1;
    event.stream.max_attempts = flags >> 2 & 3;
    event.stream.backoff_base = flags < 128 ? 0 : take_double(in);
    event.stream.backoff_cap = flags < 128 ? 0 : take_double(in);
    break;
  }
  case TIDEMARK_SOCKET_CLOSED: {
    static const double CODES[] = {1000, 1006, 4400, 4401, 4403, 0};
    event.id = take_socket(m, in);
    event.value = CODES[take_byte(in) % 6];
    break;
  }
  default: {
    event.id = take_socket(m, in);
    uint8_t choice = take_byte(in);
    event.value = choice < 224 ? choice & 1 : take_double(in);
    break;
  }
  }
  if (has_room_for(m, type)) {
    model_step(m, event);
  }
}

enum { PASS = TIDEMARK_EVENT_END + 1, REFUSE, TICK_DUE, CAPACITY, OPERATIONS = 64 };

/* By the byte that asks for it, so that inputs of the corpus keep their meaning when events are
 * added: a new one takes the place of something at the end that stands there once more. */
static const uint8_t OPERATION[OPERATIONS] = {
    TIDEMARK_FLUSH,
    TIDEMARK_BUILD,
    TIDEMARK_OBSERVE,
    TIDEMARK_SET_OBSERVER,
    TIDEMARK_UNOBSERVE,
    TIDEMARK_FETCH,
    TIDEMARK_FETCH_SUCCEEDED,
    TIDEMARK_FETCH_FAILED,
    TIDEMARK_SET_DATA,
    TIDEMARK_SET_TAGS,
    TIDEMARK_INVALIDATE,
    TIDEMARK_REFETCH,
    TIDEMARK_CANCEL,
    TIDEMARK_REMOVE,
    TIDEMARK_RESET,
    TIDEMARK_RULES,
    TIDEMARK_CHANGE,
    TIDEMARK_MUTATION_BEGIN,
    TIDEMARK_MUTATION_LAYER,
    TIDEMARK_MUTATION_ACKNOWLEDGED,
    TIDEMARK_MUTATION_FAILED,
    TIDEMARK_TICK,
    TIDEMARK_ONLINE,
    TIDEMARK_VISIBLE,
    TIDEMARK_CONNECT,
    TIDEMARK_DISCONNECT,
    TIDEMARK_TICKET_READY,
    TIDEMARK_TICKET_FAILED,
    TIDEMARK_SOCKET_OPENED,
    TIDEMARK_SOCKET_TEXT,
    TIDEMARK_SOCKET_CLOSED,
    TIDEMARK_EVENT_END,
    PASS,
    REFUSE,
    TICK_DUE,
    CAPACITY,
    TIDEMARK_SET_SCOPES,
    TIDEMARK_SCOPES,
    TIDEMARK_FORGET,
    /* Once more: */
    TIDEMARK_FLUSH,
    TIDEMARK_BUILD,
    TIDEMARK_OBSERVE,
    TIDEMARK_FETCH_SUCCEEDED,
    TIDEMARK_MUTATION_LAYER,
    TIDEMARK_CONNECT,
    TIDEMARK_SOCKET_OPENED,
    TIDEMARK_SOCKET_TEXT,
    TIDEMARK_SOCKET_TEXT,
    TIDEMARK_FLUSH,
    TIDEMARK_BUILD,
    TIDEMARK_OBSERVE,
    TIDEMARK_FETCH_SUCCEEDED,
    TIDEMARK_FETCH_FAILED,
    TIDEMARK_MUTATION_BEGIN,
    TIDEMARK_MUTATION_LAYER,
    TIDEMARK_SOCKET_TEXT,
    TIDEMARK_CHANGE,
    TIDEMARK_CHANGE,
    PASS,
    PASS,
    REFUSE,
    REFUSE,
    TICK_DUE,
    TICK_DUE,
};

static void operate(struct model *m, struct input *in) {
  uint8_t operation = OPERATION[take_byte(in) % OPERATIONS];
  switch (operation) {
  case PASS:
    pass(m, in);
    return;
  case REFUSE:
    m->heap.countdown = 1 + take_byte(in) % 4;
    return;
  case TICK_DUE:
    tick(m);
    return;
  case CAPACITY:
    m->drain_capacity = (uint8_t)(1 + take_byte(in) % 24);
    return;

  case TIDEMARK_BUILD:
  case TIDEMARK_SET_TAGS:
  case TIDEMARK_SET_SCOPES:
  case TIDEMARK_SCOPES:
    step_key(m, in, operation);
    return;
  case TIDEMARK_INVALIDATE:
  case TIDEMARK_REFETCH:
  case TIDEMARK_CANCEL:
  case TIDEMARK_REMOVE:
  case TIDEMARK_RESET:
    step_list(m, in, operation);
    return;
  case TIDEMARK_RULES:
  case TIDEMARK_CHANGE:
  case TIDEMARK_SOCKET_TEXT:
    step_text(m, in, operation);
    return;
  case TIDEMARK_FETCH_SUCCEEDED:
  case TIDEMARK_FETCH_FAILED:
    step_answer(m, in, operation);
    return;
  default:
    step_plain(m, in, operation);
    return;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  struct model m;
  model_init(&m, 4);
  uint8_t ending = take_byte(&in);
  m.now = ending < 64 ? 0 : 1.7e12 + ending / 256.0;
  while (input_left(&in) > 0) {
    operate(&m, &in);
  }
  if ((ending & 1) == 0) {
    model_end_all(&m);
  }
  model_destroy(&m);
  return 0;
}
