/*
 * Frames of a server, of any text, on an open stream. None is refused, one that is no message only
 * counts as bad, one that comes twice changes nothing, and the position never goes back but for a
 * reset or a new subscription. The input: a byte of options, then a frame a line.
 */
#include <stdlib.h>
#include <string.h>

#include "helper_model.h"
#include "message.h"

static const char RULES[] =
    "[{\"on\":\"task\",\"invalidate\":[[\"tasks\",\"$id\"]],\"refetch\":[[\"tasks\",\"$id:string\"]"
    "]},"
    "{\"on\":{\"resource\":\"user\",\"action\":\"DELETE\"},\"remove\":[[\"users\",\"$id:number\"]],"
    "\"reset\":[{\"key\":[\"users\"],\"exact\":true}]}]";

static const struct {
  const char *bytes;
  size_t length;
} KEYS[] = {
    {"\5\5\0tasks", 8},
    {"\5\5\0tasks\5\2\00042", 13},
    {"\5\5\0users", 8},
    {"\5\5\0users\4\0\0\0\0\0\0\xf0\x3f", 17},
};
enum { KEY_COUNT = sizeof KEYS / sizeof KEYS[0] };

/* Two entries with an answer, one of them observed; two that are being fetched. */
static void fill(struct model *m) {
  model_step(m, (tidemark_event){.type = TIDEMARK_RULES, .text = {RULES, sizeof RULES - 1}});
  for (size_t i = 0; i < KEY_COUNT; i++) {
    int entry = model_step(
        m, (tidemark_event){.type = TIDEMARK_BUILD,
                            .key = {(const uint8_t *)KEYS[i].bytes, KEYS[i].length, 1000}});
    CHECK(entry > 0);
    if (i % 2 == 0) {
      model_step(m, (tidemark_event){.type = TIDEMARK_OBSERVE,
                                     .entry = (uint32_t)entry,
                                     .observer_options = {.enabled = 1, .gc_time = 1000}});
    }
    if (i < 2) {
      model_step(m, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = (uint32_t)entry});
    }
  }
}

static void connect(struct model *m, bool ticket) {
  model_step(m, (tidemark_event){.type = TIDEMARK_CONNECT, .stream = {.ticket = ticket}});
  if (ticket) {
    model_step(m, (tidemark_event){.type = TIDEMARK_TICKET_READY, .id = m->socket});
  }
  model_step(m, (tidemark_event){.type = TIDEMARK_SOCKET_OPENED, .id = m->socket});
}

/* What is wanted starts, and every other fetch is answered. */
static void turn(struct model *m) {
  model_step(m, (tidemark_event){.type = TIDEMARK_FLUSH});
  for (uint32_t id = 1; id < MODEL_HANDLES; id += 2) {
    if (m->entries[id].flying) {
      model_step(m, (tidemark_event){
                        .type = TIDEMARK_FETCH_SUCCEEDED, .entry = id, .id = m->entries[id].fetch});
    }
  }
}

/* What the frame is, read a second time. */
struct reading {
  bool is_message;
  enum message_type type;
  double seq;
};

static struct reading read_frame(const struct slice *frame) {
  struct fuzz_heap heap = {0};
  struct memory memory = {.allocator = fuzz_allocator(&heap)};
  struct json_arena arena;
  json_arena_init(&arena, &memory);
  const json_value *root = NULL;
  struct message message;
  struct reading reading = {0};
  if (frame->length <= MODEL_MESSAGE_BYTES &&
      json_parse(&arena, (const char *)frame->bytes, frame->length, 32, &root) == TIDEMARK_OK &&
      message_read(root, &message) == TIDEMARK_OK) {
    reading = (struct reading){true, message.type, message.seq};
  }
  json_arena_destroy(&arena);
  return reading;
}

struct view {
  int64_t states[MODEL_HANDLES];
  tidemark_stats stats;
  double seq;
};

static struct view look(struct model *m) {
  struct view view;
  for (uint32_t id = 0; id < MODEL_HANDLES; id++) {
    view.states[id] = tidemark_state(m->cache, id);
  }
  tidemark_get_stats(m->cache, &view.stats);
  const char *epoch = NULL;
  size_t length = 0;
  view.seq = tidemark_stream_position(m->cache, &epoch, &length);
  return view;
}

static void check_nothing_changed(const struct view *before, const struct view *after) {
  CHECK(memcmp(before->states, after->states, sizeof before->states) == 0);
  CHECK(before->seq == after->seq);
  CHECK(before->stats.marks == after->stats.marks);
  CHECK(before->stats.fetches == after->stats.fetches);
}

static void step_frame(struct model *m, const struct slice *frame) {
  int result = model_step(m, (tidemark_event){.type = TIDEMARK_SOCKET_TEXT,
                                              .id = m->socket,
                                              .text = {(const char *)frame->bytes, frame->length}});
  CHECK(result == TIDEMARK_OK);
}

static void check_frame(struct model *m, const struct slice *frame) {
  struct reading reading = read_frame(frame);
  struct view before = look(m);
  step_frame(m, frame);
  struct view after = look(m);
  CHECK(after.stats.messages == before.stats.messages + 1);
  if (!reading.is_message) {
    CHECK(after.stats.messages_bad == before.stats.messages_bad + 1);
    check_nothing_changed(&before, &after);
    return;
  }
  if (reading.type != MESSAGE_CHANGE) {
    CHECK(after.seq == before.seq ||
          (reading.type != MESSAGE_PING && reading.type != MESSAGE_ERROR &&
           reading.type != MESSAGE_UNKNOWN));
    return;
  }
  CHECK(after.seq >= before.seq);
  if (reading.seq >= 0) {
    step_frame(m, frame);
    struct view again = look(m);
    CHECK(again.stats.messages_dropped == after.stats.messages_dropped + 1);
    check_nothing_changed(&after, &again);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  struct model m;
  model_init(&m, 0);
  uint8_t options = take_byte(&in);
  fill(&m);
  connect(&m, (options & 1) != 0);
  while (input_left(&in) > 0) {
    struct slice frame = take_line(&in);
    check_frame(&m, &frame);
    free(frame.bytes);
    turn(&m);
  }
  model_destroy(&m);
  return 0;
}
