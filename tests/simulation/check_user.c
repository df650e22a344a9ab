/* Users: what one saw is not there for the next. */
#include <math.h>

#include "checks.h"

/* ---- 14 ---------------------------------------------------------------------------------------
 */

/* "After a user change no entry of the old one can be read." */
void check_user(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  if (r->has_base && r->user != c->user) {
    violate(w, INVARIANT_USER, "%s (entry %u) shows what user %u saw to user %u", key_text(r->key),
            entry, r->user, c->user);
  }
}

static bool is_as_new(const struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  int64_t state = state_of(c, entry);
  int64_t known = TIDEMARK_STATUS_MASK | TIDEMARK_STATE_HAS_DATA | TIDEMARK_STATE_INVALIDATED |
                  TIDEMARK_STATE_LAYERED;
  return (state & known) == TIDEMARK_STATUS_PENDING && is_idle(state) &&
         state >> TIDEMARK_STATE_FAILURES_SHIFT == 0 && !r->has_base && r->view == 0;
}

/* No timer but those of observers who ask again and again. */
static bool is_at_rest(const struct client *c) {
  for (uint32_t i = 0; i < c->observer_count; i++) {
    if (c->observers[i].options.refetch_interval > 0) {
      return true;
    }
  }
  return isinf(tidemark_next_deadline(c->cache));
}

/* Right after signing out only those are left who look, at nothing. */
void check_signed_out(struct world *w, struct client *c) {
  if (c->step.event->type != TIDEMARK_FORGET || c->step.reentered) {
    return;
  }
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    const struct record *r = &c->records[entry];
    if (r->used && (record_observers(c, entry) == 0 || !is_as_new(c, entry))) {
      violate(w, INVARIANT_USER, "%s (entry %u) is left of a user who has signed out",
              key_text(r->key), entry);
    }
  }
  if (told_position(w, c).seq >= 0 || c->status != TIDEMARK_STREAM_STOPPED) {
    violate(w, INVARIANT_USER, "a user has signed out, the stream's status is %u", c->status);
  } else if (!is_at_rest(c)) {
    violate(w, INVARIANT_USER, "a timer is left of a user who has signed out");
  }
}

/* From there on nothing is fetched before somebody asks. */
void check_asked_for(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  bool asked = r->wanted_by_hand || r->wanted_by_name || r->changed != 0 || has_interval(c, entry);
  /* What was asked for since, and called off by name, comes again by itself. */
  asked = asked || r->called_off > r->forgotten;
  if (r->forgotten != 0 && !asked && !c->step.reentered) {
    violate(w, INVARIANT_USER, "%s (entry %u) is fetched for a user who has signed out",
            key_text(r->key), entry);
  }
}
