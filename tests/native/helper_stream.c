#include "helper_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void frame_on(struct world *w, uint32_t socket, const char *text) {
  size_t length = strlen(text);
  char *copy = malloc(length + 1);
  assert_non_null(copy);
  for (size_t i = 0; i < length; i++) {
    copy[i] = text[i] == '\'' ? '"' : text[i];
  }
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_SOCKET_TEXT,
                                            .id = socket,
                                            .text = {.bytes = copy, .length = length}}),
                   TIDEMARK_OK);
  free(copy);
}

void frame(struct world *w, const char *text) {
  frame_on(w, w->socket, text);
}

static void on_socket(struct world *w, enum tidemark_event_type type, double value) {
  tidemark_event event = {.type = type, .id = w->socket, .value = value};
  assert_int_equal(step(w, event), TIDEMARK_OK);
}

void connect_with(struct world *w, tidemark_stream_options options) {
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_CONNECT, .stream = options}),
                   TIDEMARK_OK);
}

void connect_with_ticket(struct world *w) {
  connect_with(w, (tidemark_stream_options){.ticket = 1});
}

void connect_plainly(struct world *w) {
  connect_with(w, (tidemark_stream_options){0});
}

void ticket_ready(struct world *w) {
  on_socket(w, TIDEMARK_TICKET_READY, 0);
}

void ticket_failed(struct world *w, int for_good) {
  on_socket(w, TIDEMARK_TICKET_FAILED, for_good);
}

void socket_opened(struct world *w) {
  on_socket(w, TIDEMARK_SOCKET_OPENED, 0);
}

void socket_closed(struct world *w, int code) {
  on_socket(w, TIDEMARK_SOCKET_CLOSED, code);
}

void hello(struct world *w, const char *epoch, int seq) {
  char text[256];
  snprintf(text, sizeof text,
           "{'type':'hello','v':1,'epoch':'%s','seq':%d,'ping':%d,'window':1024}", epoch, seq,
           PING_MS);
  frame(w, text);
}

void subscribed(struct world *w, const char *epoch, int seq, int recovered, const char *messages) {
  char text[4096];
  int length = snprintf(text, sizeof text,
                        "{'type':'subscribed','epoch':'%s','seq':%d,'recovered':%s,'messages':%s}",
                        epoch, seq, recovered ? "true" : "false", messages);
  assert_in_range(length, 1, sizeof text - 1);
  frame(w, text);
}

static void sign_in(struct world *w, const char *epoch, int seq, int recovered) {
  ticket_ready(w);
  socket_opened(w);
  hello(w, epoch, seq);
  subscribed(w, epoch, seq, recovered, "[]");
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
  forget_trace(w);
}

void go_live(struct world *w, const char *epoch, int seq) {
  connect_with_ticket(w);
  sign_in(w, epoch, seq, 0);
}

void wait_for_next_try(struct world *w) {
  uint32_t before = w->socket;
  for (int i = 0; w->socket == before; i++) {
    assert_true(i < 1000);
    pass(w, 100);
  }
}

void reconnect(struct world *w, const char *epoch, int seq, int recovered) {
  socket_closed(w, 1006);
  wait_for_next_try(w);
  sign_in(w, epoch, seq, recovered);
}

tidemark_event with_scopes(tidemark_event event, uint8_t *bytes, const char *names) {
  size_t length = 0;
  while (*names != '\0') {
    size_t size = strcspn(names, " ");
    bytes[length] = TIDEMARK_KEY_STRING;
    bytes[length + 1] = (uint8_t)size;
    bytes[length + 2] = 0;
    memcpy(bytes + length + 3, names, size);
    length += 3 + size;
    names += size + strspn(names + size, " ");
  }
  event.key.bytes = bytes;
  event.key.length = length;
  return event;
}

void channel_scopes(struct world *w, const char *names) {
  uint8_t bytes[256];
  assert_int_equal(step(w, with_scopes((tidemark_event){.type = TIDEMARK_SCOPES}, bytes, names)),
                   TIDEMARK_OK);
}

void depends_on(struct world *w, uint32_t entry, const char *names) {
  uint8_t bytes[256];
  tidemark_event event = {.type = TIDEMARK_SET_SCOPES, .entry = entry};
  assert_int_equal(step(w, with_scopes(event, bytes, names)), TIDEMARK_OK);
}

void sign_out(struct world *w) {
  assert_int_equal(step(w, (tidemark_event){.type = TIDEMARK_FORGET}), TIDEMARK_OK);
}

void task_changed(struct world *w, int id, int seq, int previous) {
  char text[256];
  snprintf(text, sizeof text,
           "{'type':'cache_invalidate','epoch':'e','seq':%d,'prev':%d,"
           "'data':{'resource':'task','id':%d}}",
           seq, previous, id);
  frame(w, text);
}

const char *position_text(struct world *w) {
  static char text[128];
  const char *epoch;
  size_t length;
  double seq = tidemark_stream_position(w->cache, &epoch, &length);
  if (seq < 0) {
    return "none";
  }
  snprintf(text, sizeof text, "%.*s:%.0f", (int)length, epoch, seq);
  return text;
}

int stream_status_of(struct world *w, uint32_t entry) {
  return (int)(tidemark_state(w->cache, entry) >> TIDEMARK_STATE_STREAM_SHIFT & 7);
}

int live(void **state) {
  if (world_setup(state) < 0) {
    return -1;
  }
  go_live(*state, "e", 10);
  return 0;
}
