/* What a client knows from the stream: how far it has come, and what it was told until there. */
#include <math.h>
#include <string.h>

#include "client.h"
#include "frames.h"
#include "world.h"

static const struct position NOWHERE = {.epoch = EPOCHS, .seq = -1};

struct position told_position(const struct world *w, const struct client *c) {
  const char *epoch = NULL;
  size_t length = 0;
  double seq = tidemark_stream_position(c->cache, &epoch, &length);
  uint32_t known = length == 0 ? EPOCHS : epoch_of(w, epoch, length);
  return (struct position){.epoch = known, .seq = known == EPOCHS ? -1 : seq};
}

void told_look_at_epoch(const struct world *w, struct client *c) {
  struct position position = told_position(w, c);
  if (position.epoch == c->epoch) {
    return;
  }
  c->epoch = position.epoch;
  c->position = position.seq < 0 ? position : c->position;
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    c->records[entry].base_as_of = NOWHERE;
  }
  for (uint32_t i = 0; i < c->mutation_count; i++) {
    c->mutations[i].echo = NOWHERE; /* also if the stream comes back to that epoch */
  }
}

struct position told_as_of(const struct client *c, const struct request *answer) {
  bool known =
      answer->as_of.epoch == c->epoch || (c->heard_epochs & 1U << answer->as_of.epoch) != 0;
  return answer->says_as_of && known ? answer->as_of : NOWHERE;
}

void told_look_at_position(struct client *c, const tidemark_event *event) {
  const char *epoch = NULL;
  size_t length = 0;
  double seq = tidemark_stream_position(c->cache, &epoch, &length);
  c->position.seq = event->type != TIDEMARK_SOCKET_TEXT && seq < 0 ? -1 : c->position.seq;
}

/* A rule that says "refetch" means at once, as if by hand. */
static void refetched_by_rule(const struct world *w, struct client *c,
                              const struct change *change) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    bool member = r->key >= KEY_MEMBERS && r->key < KEY_PROJECTS;
    r->wanted_by_hand |= r->used && member && !w->climate.tags && change_touches(change, r->key);
  }
}

/* By the app itself. */
void told_by_itself(const struct world *w, struct client *c, const struct change *change) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    bool touched = r->used && change_touches(change, r->key);
    r->told = touched ? c->ordinal : r->told;
    r->forgotten = touched ? 0 : r->forgotten;
    r->called_off = touched ? 0 : r->called_off;
    r->quiet_until = touched ? 0 : r->quiet_until;
  }
  refetched_by_rule(w, c, change);
}

static void know(struct client *c, const struct change *change, uint32_t commit) {
  for (uint32_t key = 0; key < KEYS; key++) {
    if (change_touches(change, key)) {
      c->known[key] = c->known[key] > commit ? c->known[key] : commit;
    }
  }
}

static void told(const struct world *w, struct client *c, const struct change *change,
                 uint32_t commit) {
  know(c, change, commit);
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    r->changed = r->used && change_touches(change, r->key) ? c->ordinal : r->changed;
  }
  refetched_by_rule(w, c, change);
}

/* An echo that is faster than the answer says that the mutation is done. */
static void echoed(struct world *w, struct client *c, const struct change *change,
                   struct position place) {
  for (uint32_t i = 0; i < c->mutation_count; i++) {
    struct mutation *m = &c->mutations[i];
    if (change->author == c->index && m->serial == change->serial) {
      occurred_if(w, m->reported, FAULT_ECHO_LAST);
      check_echo(w, c, i);
      m->echoed = true;
      m->echo = place;
      model_settled(c, i);
    }
  }
}

static void told_all(struct world *w, struct client *c, uint32_t commit) {
  for (uint32_t key = 0; key < KEYS; key++) {
    uint32_t touched = database_touched(&w->database, key, commit);
    c->known[key] = c->known[key] > touched ? c->known[key] : touched;
  }
}

static void anything_changed_in(struct client *c, uint32_t scopes) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    r->changed = r->scopes == 0 || (r->scopes & scopes) != 0 ? c->ordinal : r->changed;
  }
}

static void anything_changed(struct client *c) {
  anything_changed_in(c, ALL_SCOPES);
}

/* Nobody knows what they told before: it is asked for again, as far as it depends on them. */
static void told_of_scopes(struct world *w, struct client *c, uint32_t scopes) {
  uint32_t commit = hub_commit_at(&w->hub, c->position);
  for (uint32_t key = 0; key < KEYS; key++) {
    uint32_t touched =
        (key_scopes(key) & scopes) != 0 ? database_touched(&w->database, key, commit) : 0;
    c->known[key] = c->known[key] > touched ? c->known[key] : touched;
  }
  anything_changed_in(c, scopes);
}

void told_end_storm(struct world *w, struct client *c, double time) {
  uint32_t commit = folding_end(&c->folding, time);
  if (commit > 0) {
    occurred(w, FAULT_STORM_ENDED);
    c->folding.ended = true;
    told_all(w, c, commit);
    anything_changed(c);
  }
}

static void told_as_one(struct client *c, const struct change *change) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    r->told = r->used && change_touches(change, r->key) ? c->ordinal : r->told;
  }
}

/* A change that was sent as one: looked at by itself, or in a storm as one of anything. */
static void take_change(struct world *w, struct client *c, const struct log_entry *entry,
                        struct position place) {
  told_end_storm(w, c, c->time);
  switch (folding_take(&c->folding, w->climate.changes_per_second, c->time, entry->commit)) {
  case FOLDING_APPLIED:
    told(w, c, &entry->change, entry->commit);
    told_as_one(c, &entry->change);
    echoed(w, c, &entry->change, place);
    return;
  case FOLDING_BEGUN:
    told_all(w, c, entry->commit);
    anything_changed(c);
    break;
  case FOLDING_FOLDED:
    break;
  }
  occurred(w, FAULT_STORM_FOLDED);
}

/* From one position to another of the same epoch; `each`: change by change. Of what lies between, a
 * frame tells what is in its scopes; one that nothing could be resumed from, all. */
static void advance(struct world *w, struct client *c, struct position to, bool each) {
  bool all = c->frame->kind == FRAME_SUBSCRIBED && !each;
  uint32_t scopes = all ? ALL_SCOPES : c->frame->scopes;
  for (double seq = c->position.seq + 1; seq <= to.seq; seq++) {
    struct position place = {.epoch = to.epoch, .seq = seq};
    const struct log_entry *entry = hub_entry(&w->hub, place);
    if ((change_scope(&entry->change) & scopes) == 0) {
      continue;
    }
    bool sent = each && !entry->folded;
    if (sent && (seq == to.seq || c->frame->recovered)) {
      take_change(w, c, entry, place);
    } else if (each && entry->folded) {
      know(c, &entry->change, entry->commit); /* the reset in its place tells of it */
    } else {
      told(w, c, &entry->change, entry->commit);
    }
  }
}

static void begin_epoch(struct world *w, struct client *c, struct position to) {
  told_all(w, c, w->hub.epochs[to.epoch].start);
  c->position = (struct position){.epoch = to.epoch, .seq = w->hub.epochs[to.epoch].base};
  advance(w, c, to, false);
  anything_changed(c);
}

/* What has its place is taken there, or asked for again. */
static bool is_taken(const struct world *w, const struct client *c) {
  struct position to = told_position(w, c);
  bool there = to.epoch == c->frame->epoch && to.seq == c->frame->seq;
  return !c->frame_is_void && (!c->frame->placed || there);
}

static void forget_quiet(struct client *c) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    c->records[entry].quiet_until = 0;
  }
}

void told_text(struct world *w, struct client *c) {
  if (c->frame->kind == FRAME_GOODBYE && !c->frame_is_void) {
    occurred(w, FAULT_GOODBYE_HEARD);
    c->line.after = c->frame->after;
    c->line.spread = c->frame->spread;
  }
  if (frame_says_anything_changed(c->frame) && is_taken(w, c)) {
    bool some = c->frame->kind == FRAME_RESET;
    anything_changed_in(c, some ? c->frame->scopes : ALL_SCOPES);
  }
  channel_text(w, c);
  if (w->hub.plain) {
    if (c->frame->kind == FRAME_CHANGE && !c->frame_is_void) {
      take_change(w, c, &w->hub.entries[c->frame->entry], NOWHERE);
    }
    return;
  }
  told_look_at_epoch(w, c);
  c->heard_epochs |= c->channel.epoch_told && !c->frame_is_void ? 1U << c->epoch : 0;
  struct position to = told_position(w, c);
  if (to.seq >= 0 && (c->position.seq < 0 || to.epoch != c->position.epoch)) {
    begin_epoch(w, c, to);
  } else if (to.seq > c->position.seq) {
    advance(w, c, to, c->frame->kind == FRAME_CHANGE || c->frame->recovered);
  }
  c->position = to;
  if (w->climate.reenters && c->frame->kind == FRAME_SUBSCRIBED) {
    forget_quiet(c); /* it may have added a scope */
  }
  bool knows = !w->climate.reenters && !c->frame_is_void && to.seq >= 0;
  if (knows && c->frame->kind == FRAME_SUBSCRIBED) {
    uint32_t added = channel_added(c);
    occurred_if(w, added != 0, FAULT_SCOPE_ADDED);
    if (added != 0) {
      told_of_scopes(w, c, added);
    }
    channel_answered(c);
  }
}

void told_opened(struct world *w, struct client *c, uint32_t socket) {
  if (w->hub.plain && socket == c->socket) {
    /* What was committed since it reached the hub is yet to be told. */
    told_all(w, c, w->database.last);
    anything_changed(c);
  }
}
