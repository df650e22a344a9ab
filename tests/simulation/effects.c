/* What the shim does for each effect. */
#include <math.h>

#include "client.h"
#include "page.h"
#include "world.h"

static void settle(struct world *w, struct client *c, const tidemark_effect *effect) {
  struct record *r = &c->records[effect->entry];
  check_settle(w, c, effect);
  if (effect->id != 0 && r->request != NO_REQUEST && effect->flags >= TIDEMARK_OUTCOME_CANCELLED) {
    request_abort(w, r->request);
  }
  r->fetch = 0;
  r->request = NO_REQUEST;
  r->retry_by = INFINITY;
  /* What was asked for by this step, or in answer to an effect of it, is not what is over. */
  bool asks = r->named > c->step.ordinal || c->step.event->type == TIDEMARK_RESET;
  if (effect->flags != TIDEMARK_OUTCOME_SUPERSEDED && !asks) {
    r->wanted_by_name = false;
  }
  r->awaited = r->awaited && effect->flags == TIDEMARK_OUTCOME_SUPERSEDED;
}

static void clear(struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  /* One that was removed is back, unless it was removed again at once. */
  bool back = r->detached && (tidemark_state(c->cache, entry) & TIDEMARK_STATE_DETACHED) == 0;
  r->removed = r->removed && !back;
  r->changed = back && r->changed < c->step.ordinal ? 0 : r->changed;
  r->detached = r->detached && !back;
  r->called_off = 0;
  r->quiet_until = 0;
  if ((tidemark_state(c->cache, entry) & TIDEMARK_STATE_HAS_DATA) != 0) {
    return; /* in answer to an effect of this step something was put in since */
  }
  r->has_base = false;
  r->base = 0;
  r->base_as_of.seq = -1;
  r->base_asked = 0;
}

static void fold(struct world *w, struct client *c, const tidemark_effect *effect) {
  struct record *r = &c->records[effect->entry];
  uint32_t mutation = mutation_of(c, effect->id);
  check_fold(w, c, effect->entry, mutation);
  if (mutation == MUTATIONS || r->layer_count == 0 || r->layers[0] != mutation) {
    return;
  }
  occurred(w, FAULT_FOLDED);
  r->base = layer_apply(r->has_base ? r->base : 0, &c->mutations[mutation]);
  r->base_commit = MADE_UP;
  layers_remove(c, effect->entry, mutation);
}

/* As the shim does it: with the layers that the cache names, not with the model's. */
static void replay(struct world *w, struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  uint32_t *handles = NULL;
  int count = tidemark_layers(c->cache, entry, &handles);
  r->view = r->has_base ? r->base : 0;
  for (int i = 0; i < count; i++) {
    uint32_t mutation = mutation_of(c, handles[i]);
    if (mutation != MUTATIONS) {
      r->view = layer_apply(r->view, &c->mutations[mutation]);
    }
  }
  trace_add(&w->trace, r->view);
}

static void fetch(struct world *w, struct client *c, const tidemark_effect *effect) {
  struct record *r = &c->records[effect->entry];
  check_fetch(w, c, effect);
  r->fetch = effect->id;
  r->asked = r->started > c->step.ordinal ? r->started : c->step.ordinal;
  r->sent_at = c->time;
  r->tries = effect->flags;
  r->called_off = 0;
  r->quiet_until = 0;
  /* What a page did at once, on hearing of this step, came after the fetch had begun. */
  r->excused = r->excused && c->step.reentered;
  r->changed = r->changed > r->asked ? r->changed : 0;
  r->forgotten = r->forgotten > r->asked ? r->forgotten : 0;
  r->retry_by = INFINITY;
  r->request = request_send(w, c->index, effect->entry, effect->id, r->key);
}

static void drop(struct world *w, struct client *c, uint32_t entry) {
  check_drop(w, c, entry);
  c->records[entry].used = false;
}

static void of_entry(struct world *w, struct client *c, const tidemark_effect *effect) {
  struct record *r = &c->records[effect->entry];
  SAY(w, c->index, "  %s %s(%u) id %u flags %u", effect_name(effect->type), key_text(r->key),
      effect->entry, effect->id, effect->flags);
  switch (effect->type) {
  case TIDEMARK_EFFECT_SETTLE:
    settle(w, c, effect);
    return;
  case TIDEMARK_EFFECT_CLEAR:
    clear(c, effect->entry);
    return;
  case TIDEMARK_EFFECT_FOLD:
    fold(w, c, effect);
    return;
  case TIDEMARK_EFFECT_REPLAY:
    replay(w, c, effect->entry);
    return;
  case TIDEMARK_EFFECT_FETCH:
    fetch(w, c, effect);
    return;
  case TIDEMARK_EFFECT_DROP:
    drop(w, c, effect->entry);
    return;
  default:
    page_notified(w, c, effect->entry);
    return;
  }
}

/* ---- The stream ------------------------------------------------------------------------------ */

static void bring_ticket(struct world *w, uint32_t index, uint32_t id) {
  struct client *c = &w->clients[index];
  if (!client_runs(c)) {
    return;
  }
  bool failed = strikes(w, w->climate.bad_ticket, FAULT_TICKET_FAILED) || !c->online;
  tidemark_event event = {.type = failed ? TIDEMARK_TICKET_FAILED : TIDEMARK_TICKET_READY,
                          .id = id};
  event.value = failed && storm(w, 200) ? 1 : 0;
  client_step(w, c, event);
  client_turn_ends(w, c);
}

static void of_stream(struct world *w, struct client *c, const tidemark_effect *effect) {
  SAY(w, c->index, "  %s id %u flags %u %s", effect_name(effect->type), effect->id, effect->flags,
      effect->type == TIDEMARK_EFFECT_WARN ? tidemark_detail(c->cache) : "");
  channel_effect(c, effect);
  switch (effect->type) {
  case TIDEMARK_EFFECT_TICKET:
    c->socket = effect->id;
    check_reconnect(w, c);
    agenda_add(&w->agenda, w->time + between(&w->random, 1, 50), bring_ticket, c->index,
               effect->id);
    return;
  case TIDEMARK_EFFECT_OPEN:
    c->socket = effect->id;
    check_reconnect(w, c);
    socket_open(w, c->index, effect->id);
    return;
  case TIDEMARK_EFFECT_SEND:
    socket_send(w, c->index, effect->id, effect->flags, told_position(w, c), c->channel.asked);
    return;
  case TIDEMARK_EFFECT_CLOSE:
    socket_close(w, c->index, effect->id);
    return;
  case TIDEMARK_EFFECT_STATUS:
    line_status(c, effect->flags);
    c->status = effect->flags;
    return;
  default:
    return;
  }
}

/* ---- Draining -------------------------------------------------------------------------------- */

static void note(struct world *w, struct client *c, const tidemark_effect *effect) {
  trace_add(&w->trace, (uint64_t)effect->type << 56 | (uint64_t)effect->entry << 40 |
                           (uint64_t)effect->flags << 32 | effect->id);
  if (effect->entry < RECORDS) {
    c->step.effects_seen[effect->entry] |= 1U << effect->type;
  }
}

static void perform(struct world *w, struct client *c, const tidemark_effect *effect) {
  note(w, c, effect);
  if (effect->type > TIDEMARK_EFFECT_DROP) {
    of_stream(w, c, effect);
  } else if (check_handle(w, c, effect)) {
    of_entry(w, c, effect);
  }
}

void client_drain(struct world *w, struct client *c) {
  tidemark_effect effects[BATCH];
  uint32_t batch = w->climate.reenters ? 8 + below(&w->random, BATCH - 7) : BATCH;
  c->draining = true;
  for (;;) {
    size_t count = tidemark_drain(c->cache, effects, batch);
    for (size_t i = 0; i < count; i++) {
      perform(w, c, &effects[i]);
    }
    if (count == 0) {
      break;
    }
  }
  c->draining = false;
}
