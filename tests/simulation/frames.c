#include "frames.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

/* ---- Writing --------------------------------------------------------------------------------- */

struct text {
  char *at;
  uint32_t length, capacity;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(t->at + t->length, t->capacity - t->length, format, arguments);
  va_end(arguments);
  bool fits = written >= 0 && (uint32_t)written < t->capacity - t->length;
  t->length += fits ? (uint32_t)written : 0;
}

static struct text begin(struct world *w) {
  struct sockets *s = &w->sockets;
  return (struct text){.at = s->text + s->text_length, .capacity = TEXT_BYTES - s->text_length};
}

static struct frame finish(struct world *w, enum frame_kind kind, struct text *t) {
  w->sockets.text_length += t->length;
  return (struct frame){.kind = kind, .text = t->at, .length = t->length};
}

static void add_epoch(const struct world *w, struct text *t, uint32_t epoch) {
  add(t, "e%u-%u", (unsigned)(w->seed & 0xffff), epoch);
}

static void add_position(const struct world *w, struct text *t) {
  struct position position = hub_position(&w->hub);
  add(t, "\"epoch\":\"");
  add_epoch(w, t, position.epoch);
  add(t, "\",\"seq\":%u", (unsigned)position.seq);
}

/* ---- Changes --------------------------------------------------------------------------------- */

static void add_change(const struct world *w, struct text *t, const struct change *change) {
  if (change->resource == RESOURCE_MEMBER && w->climate.tags) {
    add(t, "{\"tags\":[\"weather\",[\"member\",%u]]}", change->project);
    return;
  }
  if (change->resource == RESOURCE_TASK) {
    add(t, "{\"resource\":\"task\",\"id\":\"%u\",\"action\":\"UPDATE\"", change->id);
  } else {
    add(t, "{\"action\":\"INSERT\",\"resource\":\"member\"");
  }
  add(t, ",\"project_id\":%u", change->project);
  if (change->author != NOBODY) {
    add(t, ",\"mutation\":\"c%u.%u\"", change->author, change->serial);
  }
  add(t, "}");
}

static void add_place(struct world *w, struct text *t, uint32_t entry, double previous) {
  add(t, "\"epoch\":\"");
  add_epoch(w, t, w->hub.epoch_count - 1);
  add(t, "\",\"seq\":%u,\"prev\":%u,", w->hub.entries[entry].seq, (unsigned)previous);
}

static void add_message(struct world *w, struct text *t, uint32_t entry, double previous) {
  const struct log_entry *e = &w->hub.entries[entry];
  add(t, "{\"type\":\"cache_invalidate\",");
  if (!w->hub.plain) {
    add_place(w, t, entry, previous);
  }
  add(t, "\"data\":");
  add_change(w, t, &e->change);
  add(t, "}");
}

uint32_t change_text(struct world *w, const struct change *change, char *out, uint32_t capacity) {
  struct text t = {.at = out, .capacity = capacity};
  add_change(w, &t, change);
  return t.length;
}

uint32_t position_text(struct world *w, struct position position, char *out, uint32_t capacity) {
  struct text t = {.at = out, .capacity = capacity};
  add_epoch(w, &t, position.epoch);
  add(&t, ":%u", (unsigned)position.seq);
  return t.length;
}

uint32_t epoch_of(const struct world *w, const char *text, size_t length) {
  for (uint32_t epoch = 0; epoch <= STRANGE_EPOCH; epoch++) {
    char buffer[32];
    struct text t = {.at = buffer, .capacity = sizeof buffer};
    add_epoch(w, &t, epoch);
    if (t.length == length && memcmp(buffer, text, length) == 0) {
      return epoch;
    }
  }
  return EPOCHS;
}

/* ---- Frames ---------------------------------------------------------------------------------- */

/* The end of a frame that says whether the hub hears. */
static void add_source(const struct world *w, struct text *t) {
  add(t, "%s", w->hub.knows ? ",\"source\":false}" : "}");
}

struct frame frame_hello(struct world *w) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"hello\",\"v\":1,");
  add_position(w, &t);
  add(&t, ",\"ping\":%u,\"window\":%u", (unsigned)w->climate.ping, w->hub.window);
  add_source(w, &t);
  struct frame frame = finish(w, FRAME_HELLO, &t);
  frame.deaf = w->hub.knows;
  return frame;
}

struct frame frame_recovered(struct world *w, double *cursor, uint32_t limit, uint32_t scopes) {
  uint32_t seq = hub_seq(&w->hub);
  uint32_t base = w->hub.entry_count - seq; /* entry of seq n of this epoch: base + n - 1 */
  uint32_t listed = 0;
  struct text list = begin(w);
  uint32_t head = 200;
  list.at += head;
  list.capacity -= head;
  uint32_t at = (uint32_t)*cursor + 1;
  for (; at <= seq && listed < limit; at++) {
    if ((change_scope(&w->hub.entries[base + at - 1].change) & scopes) == 0) {
      continue;
    }
    add(&list, "%s", listed == 0 ? "" : ",");
    add_message(w, &list, base + at - 1, *cursor);
    *cursor = at;
    listed++;
  }
  *cursor = at > seq ? seq : *cursor;
  struct text t = begin(w);
  add(&t, "{\"type\":\"subscribed\",\"epoch\":\"");
  add_epoch(w, &t, w->hub.epoch_count - 1);
  add(&t, "\",\"seq\":%u,\"recovered\":true,\"messages\":[", (unsigned)*cursor);
  memmove(t.at + t.length, list.at, list.length);
  t.length += list.length;
  add(&t, "]}");
  struct frame frame = finish(w, FRAME_SUBSCRIBED, &t);
  frame.recovered = true;
  return frame;
}

struct frame frame_not_recovered(struct world *w) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"subscribed\",");
  add_position(w, &t);
  add(&t, ",\"recovered\":false,\"messages\":[]}");
  return finish(w, FRAME_SUBSCRIBED, &t);
}

static void place(const struct world *w, struct frame *frame, uint32_t entry, double previous) {
  frame->placed = true;
  frame->entry = entry;
  frame->epoch = w->hub.epoch_count - 1;
  frame->seq = w->hub.entries[entry].seq;
  frame->previous = previous;
}

struct frame frame_change(struct world *w, uint32_t entry, double previous) {
  struct text t = begin(w);
  add_message(w, &t, entry, previous);
  struct frame frame = finish(w, FRAME_CHANGE, &t);
  place(w, &frame, entry, previous);
  return frame;
}

struct frame frame_ping(struct world *w, double seq) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"ping\",\"seq\":%u", (unsigned)seq);
  add_source(w, &t);
  struct frame frame = finish(w, FRAME_PING, &t);
  frame.seq = seq;
  frame.deaf = w->hub.knows;
  return frame;
}

static void add_scopes(struct text *t, uint32_t scopes) {
  add(t, "\"scopes\":[");
  uint32_t named = 0;
  for (uint32_t i = 0; i < SCOPES; i++) {
    if ((scopes & 1U << i) != 0) {
      add(t, "%s\"%s\"", named == 0 ? "" : ",", scope_name(i));
      named++;
    }
  }
  add(t, "]");
}

static struct frame finish_reset(struct world *w, struct text *t, uint32_t scopes) {
  add_scopes(t, scopes);
  add(t, ",\"reason\":\"folded\"}");
  struct frame frame = finish(w, FRAME_RESET, t);
  frame.scopes = scopes;
  return frame;
}

struct frame frame_reset(struct world *w, bool moved, uint32_t scopes) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"reset\",");
  if (moved) {
    add_position(w, &t);
    add(&t, ",");
  }
  return finish_reset(w, &t, scopes);
}

struct frame frame_scope_changed(struct world *w, uint32_t entry, double previous,
                                 uint32_t scopes) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"reset\",");
  add_place(w, &t, entry, previous);
  struct frame frame = finish_reset(w, &t, scopes);
  place(w, &frame, entry, previous);
  return frame;
}

struct frame frame_forbidden(struct world *w, uint32_t scopes) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"error\",\"code\":\"forbidden_scope\",");
  add_scopes(&t, scopes);
  add(&t, ",\"message\":\"not yours to see\"}");
  struct frame frame = finish(w, FRAME_FORBIDDEN, &t);
  frame.scopes = scopes;
  return frame;
}

struct frame frame_reconnect(struct world *w) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"reconnect\",\"data\":{\"reason\":\"the database came back\"}}");
  return finish(w, FRAME_RECONNECT, &t);
}

struct frame frame_goodbye(struct world *w, double after, double spread) {
  struct text t = begin(w);
  add(&t, "{\"type\":\"goodbye\",\"after\":%u,\"spread\":%u,\"reason\":\"deploy\"}",
      (unsigned)after, (unsigned)spread);
  struct frame frame = finish(w, FRAME_GOODBYE, &t);
  frame.after = after;
  frame.spread = spread;
  return frame;
}

/* ---- Garbage --------------------------------------------------------------------------------- */

enum { HUGE_BYTES = 70000, DEEP = 40 };

static const char *const NONSENSE[] = {
    "",
    "null",
    "[]",
    "{}",
    "hello",
    "{\"type\":\"cache_invalidate\"}",
    "{\"type\":\"cache_invalidate\",\"data\":[]}",
    "{\"type\":\"cache_invalidate\",\"data\":{\"id\":\"1\"}}",
    "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":7}}",
    "{\"type\":\"cache_invalidate\",\"seq\":\"9\",\"data\":{\"resource\":\"task\",\"id\":\"1\"}}",
    "{\"type\":\"cache_invalidate\",\"seq\":1.5,\"data\":{\"resource\":\"task\",\"id\":\"1\"}}",
    "{\"type\":\"cache_invalidate\",\"seq\":-4,\"data\":{\"resource\":\"task\",\"id\":\"1\"}}",
    "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":\"task\",\"resource\":\"task\"}}",
    "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":\"task\",\"id\":\"1\"}} ]",
    "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":\"task\",\"id\":\"\\u0000\"}}",
    "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":\"task\",\"id\":\"\xff\"}}",
    "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":\"__proto__\",\"id\":\"1\"}}",
    "{\"type\":\"subscribed\",\"seq\":true,\"recovered\":false}",
    "{\"type\":\"subscribed\",\"messages\":{}}",
    "{\"type\":\"ping\",\"seq\":1e300}",
    "{\"type\":\"weather\",\"data\":{\"resource\":\"task\",\"id\":\"1\"}}",
    "{\"type\":\"error\",\"code\":\"forbidden_scope\",\"message\":\"no\"}",
};

static void add_deep(struct text *t) {
  add(t, "{\"type\":\"cache_invalidate\",\"data\":");
  for (int i = 0; i < DEEP; i++) {
    add(t, "{\"resource\":");
  }
  add(t, "\"task\"");
  for (int i = 0; i < DEEP; i++) {
    add(t, "}");
  }
  add(t, "}");
}

/* A message whose text was cut short somewhere. */
static void add_truncated(struct world *w, struct text *t) {
  add(t, "{\"type\":\"cache_invalidate\",\"data\":{\"resource\":\"task\",\"id\":\"1\"}}");
  t->length = below(&w->random, t->length);
}

/* Even what names nothing counts as a change: in a storm it would be folded into one of everything.
 */
static bool counts(const struct world *w, uint32_t kind) {
  bool folds = w->climate.changes_per_second < 1000 || w->climate.flood > 0;
  return folds && strstr(NONSENSE[kind], "\"data\":{") != NULL;
}

struct frame frame_garbage(struct world *w) {
  static char huge[HUGE_BYTES];
  uint32_t kinds = sizeof NONSENSE / sizeof NONSENSE[0];
  uint32_t kind = below(&w->random, kinds + 6);
  if (kind == kinds) {
    occurred(w, FAULT_HUGE_FRAME);
    memset(huge, ' ', sizeof huge);
    memcpy(huge, "{\"type\":\"reconnect\"}", 20);
    return (struct frame){.kind = FRAME_GARBAGE, .text = huge, .length = sizeof huge};
  }
  struct text t = begin(w);
  if (kind < kinds) {
    kind = counts(w, kind) ? 0 : kind;
    occurred(w, FAULT_NONSENSE);
    add(&t, "%s", NONSENSE[kind]);
  } else if (kind == kinds + 1) {
    occurred(w, FAULT_DEEP_FRAME);
    add_deep(&t);
  } else {
    occurred(w, FAULT_TRUNCATED_FRAME);
    add_truncated(w, &t);
  }
  return finish(w, FRAME_GARBAGE, &t);
}
