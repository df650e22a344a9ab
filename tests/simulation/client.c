#include "client.h"

#include <math.h>
#include <string.h>

#include "frames.h"
#include "page.h"
#include "world.h"

#define TASK_RULE                                                                                  \
  "{\"on\":\"task\",\"invalidate\":[[\"tasks\",\"detail\",\"$id\"],"                               \
  "[\"tasks\",\"list\",\"$project_id\"],[\"tasks\",\"sprint\"]]}"

static const char RULES[] =
    "[" TASK_RULE ",{\"on\":\"member\",\"refetch\":[[\"members\",\"$project_id\"]],"
    "\"invalidate\":[[\"projects\",\"list\"]]}]";
static const char RULES_WITHOUT_MEMBERS[] = "[" TASK_RULE "]";

double client_now(const struct world *w, const struct client *c) {
  return w->time + c->offset;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void reset(struct world *w, struct client *c, uint32_t index) {
  memset(c, 0, sizeof *c);
  c->index = index;
  c->online = true;
  c->visible = true;
  c->timer_due = INFINITY;
  c->line.lost_at = NAN;
  c->offset = 1e9;
  c->position = (struct position){.epoch = EPOCHS, .seq = -1};
  c->epoch = EPOCHS;
  c->throttled = w->climate.throttles && chance(&w->random, 500);
}

void client_start(struct world *w, uint32_t index) {
  struct client *c = &w->clients[index];
  reset(w, c, index);
  tidemark_options options = {
      .seed = random_bits(&w->random),
      .client_id = index == 0 ? "c0" : "c1",
      .limits = {.key_bytes = 4096, /* its keys are short; two buffers of this are always there */
                 .entries = w->climate.entries,
                 .concurrent_refetches = w->climate.concurrent_refetches,
                 .changes_per_second = w->climate.changes_per_second,
                 .reset_window = w->climate.reset_window,
                 .refetch_spacing = w->climate.refetch_spacing},
  };
  tidemark_allocator allocator = heap_allocator(&c->heap);
  if (tidemark_create(&options, &allocator, &c->cache) < 0) {
    violate(w, INVARIANT_REFUSED, "a cache could not be created");
    return;
  }
  const char *rules = w->climate.tags ? RULES_WITHOUT_MEMBERS : RULES;
  /* An allocation to be refused is one of a step, not of the creation. */
  c->heap.refuse = index == 0 && w->refuse > 0 ? c->heap.asked + w->refuse : 0;
  client_step(
      w, c,
      (tidemark_event){.type = TIDEMARK_RULES, .text = {.bytes = rules, .length = strlen(rules)}});
  tidemark_stats stats;
  tidemark_get_stats(c->cache, &stats);
  c->memory_at_start = stats.memory;
}

void client_end(struct world *w, struct client *c) {
  tidemark_destroy(c->cache);
  c->cache = NULL;
  if (c->heap.blocks != 0 || c->heap.bytes != 0 || c->heap.misused) {
    violate(w, INVARIANT_EMPTY, "destroyed, a cache kept %zu blocks of memory", c->heap.blocks);
  }
}

/* ---- The one timer --------------------------------------------------------------------------- */

static void ring(struct world *w, uint32_t index, uint32_t generation) {
  struct client *c = &w->clients[index];
  if (!client_runs(c) || generation != c->timer_generation) {
    return;
  }
  c->timer_due = INFINITY;
  client_step(w, c, (tidemark_event){.type = TIDEMARK_TICK});
  client_turn_ends(w, c);
}

/* Browsers let a hidden page's timers go off once a minute. */
static double when(struct world *w, const struct client *c, double due) {
  double at = fmax(w->time, due - c->offset);
  bool slow = c->throttled && !c->visible && w->phase == STORM;
  occurred_if(w, slow, FAULT_TIMERS_THROTTLED);
  return slow ? ceil(at / 60000) * 60000 : at;
}

/* A timer that goes off too early looks again, so only an earlier need moves it. */
static void arm(struct world *w, struct client *c) {
  double due = tidemark_next_deadline(c->cache);
  if (due >= c->timer_due && !isinf(due)) {
    return;
  }
  c->timer_due = due;
  c->timer_generation++;
  if (!isinf(due)) {
    agenda_add(&w->agenda, when(w, c, due), ring, c->index, c->timer_generation);
  }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static void take_note(struct world *w, struct client *c, const tidemark_event *event, int result) {
  trace_add_number(&w->trace, w->time);
  trace_add(&w->trace,
            (uint64_t)c->index << 56 | (uint64_t)event->type << 48 | (uint64_t)(uint32_t)result);
  w->steps++;
  if (event->type != TIDEMARK_FLUSH && event->type != TIDEMARK_SOCKET_TEXT) {
    SAY(w, c->index, "%s entry %u observer %u mutation %u id %u -> %d", event_name(event->type),
        event->entry, event->observer, event->mutation, event->id, result);
  }
}

static int step_once(struct world *w, struct client *c, const tidemark_event *event) {
  double now = client_now(w, c);
  uint64_t asked = c->heap.asked;
  int result = tidemark_step(c->cache, event, now);
  w->allocations += c->index == 0 ? c->heap.asked - asked : 0;
  c->time += c->ordinal == 0 ? 0 : fmax(0, now - c->last_now);
  c->last_now = now;
  c->ordinal++;
  return result;
}

/* Out of memory: nothing has happened, and what is asked again succeeds. */
static int step_again(struct world *w, struct client *c, const tidemark_event *event) {
  check_refused(w, c);
  SAY(w, c->index, "%s refused for want of memory; again", event_name(event->type));
  return step_once(w, c, event);
}

static int take(struct world *w, struct client *c, const tidemark_event *event) {
  int result = step_once(w, c, event);
  if (result == TIDEMARK_ERROR_MEMORY) {
    result = step_again(w, c, event);
  }
  take_note(w, c, event, result);
  model_step(w, c, event, result);
  return result;
}

static void tick_before(struct world *w, struct client *c) {
  if (w->careful) {
    tidemark_event tick = {.type = TIDEMARK_TICK};
    step_begins(w, c, &tick);
    c->step.result = take(w, c, &tick);
    client_drain(w, c);
    step_ends(w, c);
  }
}

static double fetches_of(const struct client *c) {
  tidemark_stats stats;
  tidemark_get_stats(c->cache, &stats);
  return stats.fetches;
}

/* Its effects are drained with those of the step around it. A try that it starts is asked for now.
 */
static int step_within(struct world *w, struct client *c, const tidemark_event *event) {
  occurred(w, FAULT_REENTERED);
  c->step.reentered = true;
  double before = fetches_of(c);
  int result = take(w, c, event);
  if (fetches_of(c) > before) {
    c->records[event->entry].started = c->ordinal;
  }
  return result;
}

int client_step(struct world *w, struct client *c, tidemark_event event) {
  if (c->draining) {
    return step_within(w, c, &event);
  }
  tick_before(w, c);
  step_begins(w, c, &event);
  c->step.result = take(w, c, &event);
  int result = c->step.result;
  client_drain(w, c);
  step_ends(w, c);
  arm(w, c);
  return result;
}

static void flush(struct world *w, uint32_t index, uint32_t unused) {
  (void)unused;
  struct client *c = &w->clients[index];
  if (!client_runs(c) || !c->flush_planned) {
    return;
  }
  c->flush_planned = false;
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    c->records[entry].fetched_in_turn = 0;
  }
  client_step(w, c, (tidemark_event){.type = TIDEMARK_FLUSH});
  if (c->step.reentered) {
    c->flush_planned = true;
    agenda_add(&w->agenda, w->time, flush, c->index, 0);
  }
}

void client_turn_ends(struct world *w, struct client *c) {
  bool was_planned = c->flush_planned;
  c->flush_planned = true;
  if (chance(&w->random, 850)) {
    flush(w, c->index, 0);
  } else if (!was_planned) {
    agenda_add(&w->agenda, w->time, flush, c->index, 0);
  }
}

/* ---- What reaches it ------------------------------------------------------------------------- */

static tidemark_event succeeded(struct world *w, const struct request *r, char *text,
                                uint32_t capacity) {
  tidemark_event event = {.type = TIDEMARK_FETCH_SUCCEEDED, .entry = r->entry, .id = r->fetch};
  if (r->says_as_of) {
    event.success.as_of_length = position_text(w, r->as_of, text, capacity);
    event.success.as_of = (const uint8_t *)text;
  }
  return event;
}

static tidemark_event failed(const struct request *r) {
  return (tidemark_event){.type = TIDEMARK_FETCH_FAILED,
                          .entry = r->entry,
                          .id = r->fetch,
                          .failure = {.retry_limit = r->failure == FAILED_401 ? 0 : 3,
                                      .retry_delay = NAN,
                                      .retry_after = r->retry_after}};
}

void client_answered(struct world *w, uint32_t client, struct request *request) {
  struct client *c = &w->clients[client];
  if (!client_runs(c)) {
    return;
  }
  char as_of[32];
  occurred_if(w, request->user != c->user, FAULT_ANSWER_OF_OLD_USER);
  SAY(w, client, "%s comes for %s (fetch %u), rows of commit %u%s",
      request->failure == ANSWERED ? "an answer" : "a failure", key_text(request->key),
      request->fetch, request->commit, request->aborted ? ", aborted" : "");
  c->answer = request;
  client_step(w, c,
              request->failure == ANSWERED ? succeeded(w, request, as_of, sizeof as_of)
                                           : failed(request));
  c->answer = NULL;
  client_turn_ends(w, c);
}

void client_socket_opened(struct world *w, uint32_t client, uint32_t id) {
  struct client *c = &w->clients[client];
  if (client_runs(c)) {
    client_step(w, c, (tidemark_event){.type = TIDEMARK_SOCKET_OPENED, .id = id});
    client_turn_ends(w, c);
  }
}

/* Old, repeated, meaningless, or of a socket that is closed: it must change nothing. */
static bool is_void(const struct world *w, const struct client *c, const struct frame *frame,
                    bool open) {
  if (!open || frame->kind == FRAME_GARBAGE) {
    return true;
  }
  if (!frame->placed || w->hub.plain || c->position.seq < 0) {
    return false;
  }
  bool same_epoch = frame->entry >= w->hub.epochs[c->position.epoch].first;
  return same_epoch && w->hub.entries[frame->entry].seq <= c->position.seq &&
         (c->position.epoch + 1 == w->hub.epoch_count ||
          frame->entry < w->hub.epochs[c->position.epoch + 1].first);
}

static tidemark_event text_of(struct world *w, struct client *c, const struct frame *frame) {
  const struct socket *s = &w->sockets.all[frame->socket];
  SAY(w, c->index, "socket %u%s <- %.*s", s->id, s->open_at_client ? "" : " (closed)",
      (int)(frame->length < 300 ? frame->length : 300), frame->text);
  c->frame = frame;
  c->frame_is_void = is_void(w, c, frame, s->open_at_client);
  return (tidemark_event){.type = TIDEMARK_SOCKET_TEXT,
                          .id = s->id,
                          .text = {.bytes = frame->text, .length = frame->length}};
}

static void take_one(struct world *w, struct client *c, const struct frame *frame) {
  tidemark_event event = text_of(w, c, frame);
  if (c->frame_is_void || frame_says_anything_changed(frame)) {
    client_step(w, c, (tidemark_event){.type = TIDEMARK_TICK}); /* what is due comes first */
  }
  client_step(w, c, event);
}

/* As the shim does it: a step each, and one drain for all. */
static void take_together(struct world *w, struct client *c) {
  tidemark_event event = {.type = TIDEMARK_SOCKET_TEXT};
  occurred(w, FAULT_FRAMES_TAKEN_TOGETHER);
  step_begins(w, c, &event);
  c->step.reentered = true;
  for (uint32_t i = 0; i < c->inbox_count; i++) {
    event = text_of(w, c, &w->sockets.frames[c->inbox[i]]);
    tidemark_get_stats(c->cache, &c->step.stats_before);
    take(w, c, &event);
    check_folding(w, c);
  }
  c->frame_is_void = false;
  client_drain(w, c);
  step_ends(w, c);
  arm(w, c);
}

static void empty_inbox(struct world *w, uint32_t client, uint32_t unused) {
  (void)unused;
  struct client *c = &w->clients[client];
  if (!client_runs(c) || c->inbox_count == 0) {
    return;
  }
  if (c->inbox_count == 1) {
    take_one(w, c, &w->sockets.frames[c->inbox[0]]);
  } else {
    take_together(w, c);
  }
  c->inbox_count = 0;
  c->frame = NULL;
  c->frame_is_void = false;
  client_turn_ends(w, c);
}

void client_empty_inbox(struct world *w, uint32_t client) {
  empty_inbox(w, client, 0);
}

void client_socket_text(struct world *w, uint32_t client, uint32_t frame) {
  struct client *c = &w->clients[client];
  if (!client_runs(c)) {
    return;
  }
  c->inbox[c->inbox_count++] = frame;
  if (!w->climate.busy || c->inbox_count == INBOX) {
    empty_inbox(w, client, 0);
  } else if (c->inbox_count == 1) {
    agenda_add(&w->agenda, w->time + between(&w->random, 0, 30), empty_inbox, client, 0);
  }
}

void client_socket_closed(struct world *w, uint32_t client, uint32_t id, uint32_t code) {
  struct client *c = &w->clients[client];
  if (client_runs(c)) {
    client_step(w, c, (tidemark_event){.type = TIDEMARK_SOCKET_CLOSED, .id = id, .value = code});
    client_turn_ends(w, c);
  }
}
