#include "helper_replay.h"

#include <stdlib.h>
#include <string.h>

/* Where an event keeps a pointer and how many bytes lie there. */
struct pointer {
  const void **at;
  size_t length;
};

static struct pointer pointer_of(tidemark_event *event) {
  switch (event->type) {
  case TIDEMARK_BUILD:
  case TIDEMARK_SET_TAGS:
  case TIDEMARK_SET_SCOPES:
  case TIDEMARK_SCOPES:
    return (struct pointer){(const void **)&event->key.bytes, event->key.length};
  case TIDEMARK_FETCH_SUCCEEDED:
    return (struct pointer){(const void **)&event->success.as_of, event->success.as_of_length};
  case TIDEMARK_INVALIDATE:
  case TIDEMARK_REFETCH:
  case TIDEMARK_CANCEL:
  case TIDEMARK_REMOVE:
  case TIDEMARK_RESET:
    return (struct pointer){(const void **)&event->list.entries,
                            event->list.count * sizeof *event->list.entries};
  case TIDEMARK_RULES:
  case TIDEMARK_CHANGE:
  case TIDEMARK_SOCKET_TEXT:
    return (struct pointer){(const void **)&event->text.bytes, event->text.length};
  default:
    return (struct pointer){NULL, 0};
  }
}

/* The hook of a world knows no more than its world; one recording is made at a time. */
static struct recording *in_hand;

static int record(struct world *w, const tidemark_event *event) {
  struct recording *r = in_hand;
  if (r->count == r->capacity) {
    r->capacity = r->capacity == 0 ? 64 : 2 * r->capacity;
    r->events = realloc(r->events, r->capacity * sizeof *r->events);
    assert_non_null(r->events);
  }
  struct recorded *recorded = &r->events[r->count++];
  *recorded = (struct recorded){.event = *event, .now = w->now};
  struct pointer pointer = pointer_of(&recorded->event);
  if (pointer.at != NULL && *pointer.at != NULL) {
    recorded->payload = malloc(pointer.length + 1);
    assert_non_null(recorded->payload);
    memcpy(recorded->payload, *pointer.at, pointer.length);
    *pointer.at = recorded->payload;
  }
  return tidemark_step(w->cache, event, w->now);
}

struct recording record_scenario(void (*scenario)(struct world *w)) {
  struct recording recording = {0};
  void *state;
  world_setup(&state);
  struct world *w = state;
  in_hand = &recording;
  w->take = record;
  scenario(w);
  world_teardown(&state);
  return recording;
}

void free_recording(struct recording *recording) {
  for (size_t i = 0; i < recording->count; i++) {
    free(recording->events[i].payload);
  }
  free(recording->events);
}

int replay(struct world *w, const struct recorded *recorded) {
  w->now = recorded->now;
  return step(w, recorded->event);
}
