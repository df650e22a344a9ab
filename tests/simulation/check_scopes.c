/* How live the channel and each query is, and whom the stream leaves alone. */
#include "checks.h"

static uint32_t stream_bits(int64_t state) {
  return (uint32_t)(state >> TIDEMARK_STATE_STREAM_SHIFT) & 7;
}

void check_channel(struct world *w, struct client *c) {
  enum tidemark_stream_status status = channel_status(c);
  bool same = tidemark_stream_state(c->cache) == status && c->status == status;
  if (!same && !w->climate.reenters) {
    violate(w, INVARIANT_LIVE, "the channel's status is %u, told as %u, not %u",
            tidemark_stream_state(c->cache), c->status, status);
  }
}

/* Whoever looks has heard of the status, in this step or before. */
static void check_heard(struct world *w, struct client *c, uint32_t entry, uint32_t status) {
  struct record *r = &c->records[entry];
  const struct step *s = &c->step;
  bool told = (s->effects_seen[entry] & 1U << TIDEMARK_EFFECT_NOTIFY) != 0 || s->reentered ||
              s->event->type == TIDEMARK_OBSERVE || s->event->type == TIDEMARK_SET_OBSERVER;
  if (told || record_observers(c, entry) == 0) {
    r->heard = status;
  } else if (r->heard != status) {
    violate(w, INVARIANT_LIVE, "nobody hears that the status of %s (entry %u) is %u, not %u",
            key_text(r->key), entry, status, r->heard);
  }
}

void check_live(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  bool lacks = !has_data(state) || is_marked(state) || c->folding.commit > 0;
  enum tidemark_stream_status status = channel_entry_status(c, entry, lacks);
  /* Its timer goes off within a millisecond of the end. */
  bool ends = c->folding.commit > 0 && c->time >= c->folding.end;
  if (stream_bits(state) != status && !ends && !w->climate.reenters) {
    violate(w, INVARIANT_LIVE, "the status of %s (entry %u) is %u, not %u",
            key_text(c->records[entry].key), entry, stream_bits(state), status);
  }
  check_heard(w, c, entry, stream_bits(state));
}

/* "What only concerns other scopes" changes nothing about an entry that says which are its own. */
void check_spared(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  const struct record *r = &c->records[entry];
  const struct step *s = &c->step;
  bool reset = s->event->type == TIDEMARK_SOCKET_TEXT && !s->reentered &&
               c->frame->kind == FRAME_RESET && s->position_before.epoch == c->position.epoch;
  if (!reset || c->channel.gap || r->scopes == 0 || (r->scopes & c->frame->scopes) != 0) {
    return;
  }
  occurred(w, FAULT_ENTRY_SPARED);
  if (s->state_before[entry] != state || s->effects_seen[entry] != 0) {
    violate(w, INVARIANT_LIVE, "%s (entry %u) is marked by a reset of other scopes",
            key_text(r->key), entry);
  }
}
