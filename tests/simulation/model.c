/* What a client knows from its own events: answers, observers, layers. Of the stream: told.c. */
#include <math.h>
#include <string.h>

#include "checks.h"
#include "client.h"
#include "frames.h"
#include "world.h"

static const struct position NOWHERE = {.epoch = EPOCHS, .seq = -1};

/* ---- Questions ------------------------------------------------------------------------------- */

static const struct observer *observer_of(const struct client *c, uint32_t i, uint32_t entry) {
  return c->observers[i].entry == entry ? &c->observers[i] : NULL;
}

bool record_is_active(const struct client *c, uint32_t entry) {
  for (uint32_t i = 0; i < c->observer_count; i++) {
    if (observer_of(c, i, entry) != NULL && c->observers[i].options.enabled) {
      return true;
    }
  }
  return false;
}

bool record_is_static(const struct client *c, uint32_t entry) {
  for (uint32_t i = 0; i < c->observer_count; i++) {
    if (observer_of(c, i, entry) != NULL && c->observers[i].options.stale_time == TIDEMARK_STATIC) {
      return true;
    }
  }
  return false;
}

uint32_t record_observers(const struct client *c, uint32_t entry) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < c->observer_count; i++) {
    count += observer_of(c, i, entry) != NULL ? 1 : 0;
  }
  return count;
}

/* While nobody is connected an answer may be the first to name another epoch. Whether it comes
 * before or after the one that was told nobody knows: nothing counts until the stream has begun
 * anew, and then everything is marked. */
static void forget_if_elsewhere(struct client *c) {
  for (uint32_t key = 0; c->position.seq < 0 && key < KEYS; key++) {
    c->known[key] = 0;
  }
}

/* ---- Entries and observers ------------------------------------------------------------------- */

static void built(struct client *c, const tidemark_event *event, uint32_t entry, uint32_t key) {
  struct record *r = &c->records[entry];
  if (!r->used) {
    layers_forget_marks(c, entry);
    *r = (struct record){.used = true,
                         .key = (uint8_t)key,
                         .base_as_of = NOWHERE,
                         .request = NO_REQUEST,
                         .retry_by = INFINITY,
                         .idle_since = NAN,
                         .reset_at = NAN};
  }
  r->wanted_by_hand |= r->detached; /* who looks at it comes to it anew */
  r->gc_time = fmax(r->gc_time, event->key.gc_time);
  r->left_earliest = r->left_latest = c->time;
}

static void look(struct client *c, uint32_t entry, const tidemark_observer_options *options) {
  struct record *r = &c->records[entry];
  r->gc_time = fmax(r->gc_time, options->gc_time);
  r->network_mode = options->network_mode;
  r->wanted_by_hand = true;
  /* Who asks for no fetch on mounting gets none, until a change touches what is shown. */
  if (!record_is_active(c, entry) && options->enabled) {
    bool not_again = !r->has_base && !options->retry_on_mount;
    r->excused |= not_again || (r->has_base && options->refetch_on_mount == TIDEMARK_REFETCH_NEVER);
  }
}

static void observed(struct client *c, const tidemark_event *event, int handle) {
  look(c, event->entry, &event->observer_options);
  c->observers[c->observer_count++] = (struct observer){
      .handle = (uint32_t)handle, .entry = event->entry, .options = event->observer_options};
}

/* What nobody needs for an instant forgets when it was refetched last. */
static void left_by_one(struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  bool needed = record_observers(c, entry) > 0 || r->fetch != 0 || r->layer_count > 0;
  r->spaced_until = needed ? r->spaced_until : 0;
}

/* Its interval may have been over in this very step. */
static void excuse_interval(struct client *c, const struct observer *o) {
  c->records[o->entry].wanted_by_hand |= o->options.refetch_interval > 0;
}

/* What waits for the network when nobody looks any more was asked for. Whether it had come to wait
 * is the schedule's to say: who leaves may do so in answer to an effect. */
static void left_paused(struct client *c, uint32_t entry) {
  c->records[entry].wanted_by_name |= is_paused(tidemark_state(c->cache, entry));
}

static void observer_set(struct client *c, const tidemark_event *event) {
  for (uint32_t i = 0; i < c->observer_count; i++) {
    struct observer *o = &c->observers[i];
    if (o->handle == event->observer) {
      struct record *r = &c->records[event->entry];
      r->wanted_by_hand = true;
      r->gc_time = fmax(r->gc_time, event->observer_options.gc_time);
      r->network_mode = event->observer_options.network_mode;
      uint32_t left = o->entry;
      excuse_interval(c, o);
      o->entry = event->entry;
      o->options = event->observer_options;
      left_by_one(c, left);
      left_paused(c, left);
    }
  }
}

static void unobserved(struct client *c, const tidemark_event *event) {
  for (uint32_t i = 0; i < c->observer_count; i++) {
    if (c->observers[i].handle == event->observer) {
      uint32_t left = c->observers[i].entry;
      excuse_interval(c, &c->observers[i]);
      c->observers[i] = c->observers[--c->observer_count];
      left_by_one(c, left);
      left_paused(c, left);
      return;
    }
  }
}

/* ---- Answers --------------------------------------------------------------------------------- */

static void show(struct world *w, struct client *c, const tidemark_event *event) {
  const struct request *answer = c->answer;
  struct record *r = &c->records[event->entry];
  r->has_base = true;
  r->base = answer->value;
  r->user = answer->user;
  r->base_commit = answer->commit;
  r->base_asked = r->asked;
  r->base_as_of = told_as_of(c, answer);
  r->doubtful = answer->lags && r->base_as_of.seq < 0;
  layers_landed(c, event->entry, r->asked, r->base_as_of);
  occurred_if(w, r->layer_count > 0, FAULT_ANSWER_UNDER_LAYERS);
  for (uint32_t i = 0; i < r->layer_count; i++) {
    uint64_t settled = c->mutations[r->layers[i]].settled;
    occurred_if(w, settled != 0 && settled <= r->asked, FAULT_LAGGING_ANSWER_UNDER_LAYER);
  }
}

static void failed(struct client *c, const tidemark_event *event) {
  struct record *r = &c->records[event->entry];
  if (r->fetch != event->id) {
    return;
  }
  int64_t state = tidemark_state(c->cache, event->entry);
  uint32_t failures = (uint32_t)(state >> TIDEMARK_STATE_FAILURES_SHIFT);
  double backoff = failures > 5 ? 30000 : failures > 0 ? (double)(1000U << (failures - 1)) : 0;
  backoff = fmin(backoff, 30000);
  double wait = fmax(backoff, isnan(event->failure.retry_after) ? 0 : event->failure.retry_after);
  r->request = NO_REQUEST;
  r->retry_limit = event->failure.retry_limit;
  r->retry_from = c->time + wait;
  r->retry_by = c->time + wait * 1.5 + 1;
}

/* What the app writes after it has called off what changes wanted is left alone for so long. */
static const double QUIET_MS = 30000;

/* The app's own value, or what it restored. */
static void set(struct client *c, const tidemark_event *event) {
  struct record *r = &c->records[event->entry];
  r->has_base = true;
  r->base = c->ordinal | 1;
  r->base_commit = MADE_UP;
  r->doubtful = false;
  r->user = c->user;
  r->base_asked = event->data.keep_changes ? r->base_asked : c->ordinal;
  r->base_as_of = NOWHERE;
  bool write = !event->data.keep_changes && r->called_off > r->changed;
  r->quiet_until = write ? c->time + QUIET_MS : r->quiet_until;
  r->left_earliest = r->left_latest = c->time;
  if (!event->data.keep_changes) {
    layers_landed(c, event->entry, c->ordinal, NOWHERE);
  }
}

/* ---- Lists ----------------------------------------------------------------------------------- */

/* Who asks for the refetch of what somebody looks at is told to wait for it, unless it is paused.
 */
static bool is_awaited(const struct client *c, const tidemark_event *event, uint32_t entry) {
  bool fetches =
      event->type == TIDEMARK_REFETCH || event->type == TIDEMARK_RESET ||
      (event->type == TIDEMARK_INVALIDATE && (event->list.refetch_type == TIDEMARK_REFETCH_ALL ||
                                              event->list.refetch_type == TIDEMARK_REFETCH_ACTIVE));
  bool kept =
      event->type != TIDEMARK_RESET && record_is_static(c, entry) && c->records[entry].has_base;
  int64_t state = tidemark_state(c->cache, entry);
  bool paused = (state & TIDEMARK_FETCH_STATUS_MASK) == TIDEMARK_FETCH_STATUS_PAUSED;
  return fetches && record_is_active(c, entry) && !kept && !paused;
}

static void listed(struct client *c, const tidemark_event *event, uint32_t entry) {
  struct record *r = &c->records[entry];
  /* What a reset calls off is over before what it asks for begins. */
  r->awaited |= event->type != TIDEMARK_RESET && is_awaited(c, event, entry);
  r->wanted_by_name |= is_awaited(c, event, entry);
  bool marks = event->type == TIDEMARK_INVALIDATE && is_awaited(c, event, entry);
  r->forgotten = marks ? 0 : r->forgotten;
  r->wanted_by_hand = true;
  r->named = c->ordinal;
  switch (event->type) {
  case TIDEMARK_INVALIDATE:
    r->called_off = 0;
    r->quiet_until = 0;
    r->wanted_by_name |= event->list.refetch_type == TIDEMARK_REFETCH_ALL ||
                         event->list.refetch_type == TIDEMARK_REFETCH_INACTIVE;
    r->excused |= event->list.refetch_type == TIDEMARK_REFETCH_NONE ||
                  event->list.refetch_type == TIDEMARK_REFETCH_INACTIVE;
    return;
  case TIDEMARK_REFETCH:
    r->wanted_by_name = true;
    return;
  case TIDEMARK_CANCEL:
    r->excused |= !r->has_base && r->changed == 0;
    r->called_off = c->ordinal;
    r->quiet_until = 0;
    r->idle_since = NAN; /* what a timer of this very step wanted is planned anew */
    r->reset_at = NAN;
    r->awaited = false;
    r->wanted_by_name = false;
    return;
  case TIDEMARK_REMOVE:
    r->layer_count = 0;
    r->detached = record_observers(c, entry) > 0;
    r->removed = true;
    r->awaited = false;
    r->changed = 0;
    r->told = 0;
    return;
  default:
    r->called_off = 0;
    r->changed = 0;
    layers_forget_marks(c, entry);
    return;
  }
}

/* What the other scopes told until now was not listened for. */
static void declared(struct world *w, struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  bool others = r->scopes != 0 && r->scopes != c->scoping;
  r->scopes = c->scoping;
  r->changed = others ? c->ordinal : r->changed;
  r->forgotten = others ? 0 : r->forgotten;
  occurred_if(w, others, FAULT_OTHER_SCOPES_OF_ENTRY);
}

/* ---- Mutations ------------------------------------------------------------------------------- */

/* Whoever did it waits to see it: what it lies on is fetched as if by hand. */
static void want_by_hand(struct client *c, uint32_t mutation) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    for (uint32_t i = 0; r->used && i < r->layer_count; i++) {
      bool lies = r->layers[i] == mutation;
      r->wanted_by_hand |= lies;
      r->quiet_until = lies ? 0 : r->quiet_until;
      r->called_off = lies ? 0 : r->called_off;
    }
  }
}

void model_settled(struct client *c, uint32_t mutation) {
  struct mutation *m = &c->mutations[mutation];
  bool first = m->settled == 0;
  m->settled = first ? c->ordinal : m->settled;
  layers_settled(c, mutation);
  want_by_hand(c, mutation);
  if (first) {
    layers_marked(c, mutation);
  }
}

static void mutation_step(struct client *c, const tidemark_event *event, int result) {
  if (event->type == TIDEMARK_MUTATION_BEGIN) {
    c->mutations[c->mutation_count++] = (struct mutation){
        .serial = event->id, .handle = (uint32_t)result, .began = true, .echo = NOWHERE};
    return;
  }
  uint32_t mutation = mutation_of(c, event->mutation);
  if (event->type == TIDEMARK_MUTATION_LAYER) {
    layers_add(c, event->entry, mutation);
    return;
  }
  if (event->type == TIDEMARK_MUTATION_ACKNOWLEDGED) {
    model_settled(c, mutation);
  } else if (c->mutations[mutation].settled == 0) {
    layers_remove_everywhere(c, mutation);
  } else {
    model_settled(c, mutation); /* the server has done it, whatever became of its answer */
  }
  c->mutations[mutation].reported = true;
}

/* ---- The world ------------------------------------------------------------------------------- */

static void world_changed(struct client *c, const tidemark_event *event) {
  bool *is = event->type == TIDEMARK_ONLINE ? &c->online : &c->visible;
  bool back = event->value != 0 && !*is;
  *is = event->value != 0;
  for (uint32_t entry = 1; back && entry < RECORDS; entry++) {
    c->records[entry].wanted_by_hand = true;
  }
}

/* ---- Signing out ----------------------------------------------------------------------------- */

static void forget_entry(struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  r->removed |= record_observers(c, entry) == 0;
  r->layer_count = 0;
  r->awaited = false;
  r->called_off = 0;
  /* What was to be asked before somebody signed out at once, on hearing of it, is still asked. */
  r->wanted_by_hand = r->wanted_by_hand && c->draining;
  r->wanted_by_name = r->wanted_by_name && c->draining;
  r->excused = false;
  r->changed = 0;
  r->forgotten = c->ordinal;
  r->reset_at = NAN;
  layers_forget_marks(c, entry);
}

/* The next user knows of nothing. */
static void forgot(struct client *c) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    forget_entry(c, entry);
  }
  memset(c->known, 0, sizeof c->known);
  c->folding = (struct folding){0};
  c->position = NOWHERE;
  c->heard_epochs &= ~(1U << c->epoch); /* forgotten, not left */
  c->epoch = EPOCHS;
  c->user++;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static void stepped(struct world *w, struct client *c, const tidemark_event *event, int result) {
  struct record *r = &c->records[event->entry];
  switch (event->type) {
  case TIDEMARK_BUILD:
    built(c, event, (uint32_t)result, c->building);
    return;
  case TIDEMARK_OBSERVE:
    observed(c, event, result);
    return;
  case TIDEMARK_SET_OBSERVER:
    observer_set(c, event);
    return;
  case TIDEMARK_UNOBSERVE:
    unobserved(c, event);
    return;
  case TIDEMARK_FETCH:
    if (result == TIDEMARK_FETCHING_FRESH) {
      return;
    }
    r->wanted_by_name = true;
    r->awaited = true;
    r->named = c->ordinal;
    r->wanted_by_hand |= !event->fetch.refetch;
    r->network_mode = event->fetch.network_mode;
    return;
  case TIDEMARK_FETCH_SUCCEEDED:
    told_look_at_epoch(w, c);
    forget_if_elsewhere(c);
    check_landing(w, c, event, (enum tidemark_landing)result);
    if (result == TIDEMARK_LANDING_SHOWN) {
      show(w, c, event);
    }
    return;
  case TIDEMARK_FETCH_FAILED:
    failed(c, event);
    return;
  case TIDEMARK_SET_DATA:
    set(c, event);
    return;
  case TIDEMARK_SET_SCOPES:
    declared(w, c, event->entry);
    return;
  case TIDEMARK_INVALIDATE:
  case TIDEMARK_REFETCH:
  case TIDEMARK_CANCEL:
  case TIDEMARK_REMOVE:
  case TIDEMARK_RESET:
    for (size_t i = 0; i < event->list.count; i++) {
      listed(c, event, c->list[i]);
    }
    return;
  case TIDEMARK_CHANGE:
    told_by_itself(w, c, &c->changing);
    return;
  case TIDEMARK_FORGET:
    forgot(c);
    return;
  case TIDEMARK_MUTATION_BEGIN:
  case TIDEMARK_MUTATION_LAYER:
  case TIDEMARK_MUTATION_ACKNOWLEDGED:
  case TIDEMARK_MUTATION_FAILED:
    mutation_step(c, event, result);
    return;
  case TIDEMARK_ONLINE:
  case TIDEMARK_VISIBLE:
    world_changed(c, event);
    return;
  case TIDEMARK_DISCONNECT:
    told_end_storm(w, c, INFINITY);
    return;
  case TIDEMARK_SOCKET_TEXT:
    told_text(w, c);
    return;
  case TIDEMARK_SOCKET_OPENED:
    told_opened(w, c, event->id);
    return;
  default:
    return;
  }
}

void model_step(struct world *w, struct client *c, const tidemark_event *event, int result) {
  if (result >= 0) {
    line_step(c, event);
    channel_step(w, c, event);
    told_look_at_position(c, event);
    c->folding.applied = c->folding.folded = 0;
    c->folding.ended = false;
    bool over = floor(c->time) >= ceil(c->folding.end); /* timers go by whole milliseconds */
    told_end_storm(w, c, over ? c->time : c->folding.end - 1);
    stepped(w, c, event, result);
  }
}
