#include "subscribers.h"

#include "frames.h"
#include "world.h"

/* ---- Coming ---------------------------------------------------------------------------------- */

static void ping(struct world *w, uint32_t socket, uint32_t unused) {
  (void)unused;
  struct socket *s = &w->sockets.all[socket];
  if (!s->open_at_hub || !s->signed_in) {
    return;
  }
  if (s->subscribed && s->waiting == 0) {
    socket_deliver(w, socket, frame_ping(w, s->cursor));
  }
  agenda_add(&w->agenda, w->time + w->climate.ping, ping, socket, 0);
}

void subscriber_arrived(struct world *w, uint32_t socket) {
  struct socket *s = &w->sockets.all[socket];
  s->subscribed = w->hub.plain;
  s->scopes = ALL_SCOPES;
}

void subscriber_signed_in(struct world *w, uint32_t socket) {
  struct socket *s = &w->sockets.all[socket];
  if (storm(w, w->climate.bad_ticket)) {
    bool for_good = chance(&w->random, 200);
    occurred(w, for_good ? FAULT_SIGN_IN_FORBIDDEN : FAULT_SIGN_IN_EXPIRED);
    socket_cut(w, socket, for_good ? 4403 : 4401, false);
    return;
  }
  s->signed_in = true;
  occurred_if(w, w->hub.knows, FAULT_CAME_WHILE_SOURCE_LOST);
  socket_deliver(w, socket, frame_hello(w));
  if (w->climate.ping > 0) {
    agenda_add(&w->agenda, w->time + w->climate.ping, ping, socket, 0);
  }
}

/* Whether the socket is told of the change. */
static bool hears(const struct socket *s, const struct change *change) {
  return (change_scope(change) & s->scopes) != 0;
}

/* ---- Subscribing ----------------------------------------------------------------------------- */

static void tell(struct world *w, uint32_t socket, uint32_t entry) {
  struct socket *s = &w->sockets.all[socket];
  const struct log_entry *e = &w->hub.entries[entry];
  if (e->folded) {
    uint32_t scopes = w->climate.scopes ? change_scope(&e->change) : ALL_SCOPES;
    if (!w->climate.fold_placed) {
      socket_deliver(w, socket, frame_reset(w, false, scopes));
      return;
    }
    struct frame frame = frame_scope_changed(w, entry, s->cursor, scopes);
    s->cursor = e->seq;
    socket_deliver(w, socket, frame);
    return;
  }
  struct frame frame = frame_change(w, entry, s->cursor);
  s->cursor = e->seq;
  socket_deliver(w, socket, frame);
}

static void count_why(struct world *w, struct position resume) {
  if (resume.seq < 0) {
    return;
  }
  bool old_epoch = resume.epoch != w->hub.epoch_count - 1;
  bool overflow = !old_epoch && hub_seq(&w->hub) - resume.seq > w->hub.window;
  occurred_if(w, old_epoch, FAULT_RESUMED_IN_OLD_EPOCH);
  occurred_if(w, overflow, FAULT_WINDOW_OVERFLOWED);
}

/* What a user may see is looked up each time. */
static void grant(struct world *w, uint32_t socket, uint32_t asked) {
  struct socket *s = &w->sockets.all[socket];
  uint32_t forbidden = storm(w, w->climate.forbid) ? 1U << below(&w->random, SCOPES) : 0;
  s->scopes = w->climate.scopes ? asked & ~forbidden : ALL_SCOPES;
  if ((asked & forbidden) != 0) {
    occurred(w, FAULT_SCOPE_FORBIDDEN);
    socket_deliver(w, socket, frame_forbidden(w, forbidden));
  }
}

/* Rights have been looked up. */
static void answer(struct world *w, uint32_t socket, uint32_t packed) {
  struct socket *s = &w->sockets.all[socket];
  struct position resume = subscription_resume(packed);
  s->waiting--;
  if (!s->open_at_hub) {
    return;
  }
  s->subscribed = true;
  grant(w, socket, subscription_scopes(packed));
  if (!hub_can_resume(&w->hub, resume)) {
    count_why(w, resume);
    s->cursor = hub_seq(&w->hub);
    socket_deliver(w, socket, frame_not_recovered(w));
    return;
  }
  s->cursor = resume.seq;
  socket_deliver(w, socket, frame_recovered(w, &s->cursor, w->climate.recovery_limit, s->scopes));
  /* What did not fit into the list follows as ordinary frames. */
  for (double seq = s->cursor + 1; seq <= hub_seq(&w->hub); seq++) {
    struct position next = {.epoch = w->hub.epoch_count - 1, .seq = seq};
    const struct log_entry *entry = hub_entry(&w->hub, next);
    if (hears(s, &entry->change)) {
      tell(w, socket, (uint32_t)(entry - w->hub.entries));
    }
  }
}

void subscriber_asked(struct world *w, uint32_t socket, uint32_t packed) {
  struct socket *s = &w->sockets.all[socket];
  if (strikes(w, w->climate.cut_at_resume, FAULT_CUT_WHILE_RESUMING)) {
    socket_cut(w, socket, 1006, storm(w, w->climate.half_open));
    return;
  }
  s->waiting++;
  if (storm(w, w->climate.restart_at_resume)) {
    world_deafens_hub(w, between(&w->random, 0, 30), true);
  }
  double at = w->time + between(&w->random, 0, 30);
  s->answer_at = at > s->answer_at ? at : s->answer_at; /* in the order in which they came */
  agenda_add(&w->agenda, s->answer_at, answer, socket, packed);
}

/* ---- Telling --------------------------------------------------------------------------------- */

void subscribers_tell(struct world *w, uint32_t entry) {
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    const struct socket *s = &w->sockets.all[i];
    bool told = hears(s, &w->hub.entries[entry].change);
    if (s->open_at_hub && s->subscribed && s->waiting == 0 && told) {
      tell(w, i, entry);
    }
  }
}

void subscribers_start_over(struct world *w) {
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    struct socket *s = &w->sockets.all[i];
    if (s->open_at_hub && s->subscribed && s->waiting == 0) {
      s->cursor = hub_seq(&w->hub);
      socket_deliver(w, i, w->hub.plain ? frame_reconnect(w) : frame_reset(w, true, ALL_SCOPES));
    }
  }
}

void subscribers_tell_source(struct world *w) {
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    const struct socket *s = &w->sockets.all[i];
    if (s->open_at_hub && s->signed_in) {
      socket_deliver(w, i, frame_ping(w, s->cursor));
    }
  }
}

void subscribers_say_goodbye(struct world *w, double after, double spread) {
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    const struct socket *s = &w->sockets.all[i];
    if (s->open_at_hub && s->signed_in) {
      socket_deliver(w, i, frame_goodbye(w, after, spread));
    }
  }
}

/* The hub learns of a commit. */
static void hear(struct world *w, uint32_t commit, uint32_t unused) {
  (void)unused;
  const struct commit *c = &w->database.commits[commit];
  for (uint32_t i = 0; i < c->messages; i++) {
    struct log_entry *entry = hub_append(&w->hub, &c->changes[i % c->change_count], commit);
    if (entry == NULL) {
      continue;
    }
    entry->folded = strikes(w, w->climate.fold, FAULT_CHANGE_FOLDED);
    subscribers_tell(w, (uint32_t)(entry - w->hub.entries));
  }
}

void hub_notify(struct world *w, uint32_t commit) {
  double at = w->time + between(&w->random, 0, 20);
  w->hub.heard_at = at > w->hub.heard_at ? at : w->hub.heard_at;
  agenda_add(&w->agenda, w->hub.heard_at, hear, commit, 0);
}
