/* Entries' lives, what may speak of them, and what may not change them. */
#include <math.h>

#include "checks.h"

/* ---- 5 ----------------------------------------------------------------------------------------
 */

static bool is_in_use(const struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  int64_t state = state_of(c, entry);
  return record_observers(c, entry) > 0 || r->fetch != 0 || r->layer_count > 0 ||
         (state >= 0 && !is_idle(state));
}

/* Beyond limits.entries the one that nobody has used or asked for for longest is forgotten. */
static bool is_longest_unused(const struct client *c, uint32_t entry) {
  for (uint32_t other = 1; other < RECORDS; other++) {
    const struct record *o = &c->records[other];
    if (other != entry && o->used && !o->removed && !is_in_use(c, other) &&
        o->left_latest < c->records[entry].left_earliest) {
      return false;
    }
  }
  return true;
}

static bool makes_room(const struct world *w, const struct client *c, uint32_t entry) {
  if (c->step.reentered && w->climate.entries < RECORDS) {
    return true; /* what the page did at once may have forgotten others since */
  }
  uint32_t used = 0;
  for (uint32_t other = 1; other < RECORDS; other++) {
    const struct record *o = &c->records[other];
    used += o->used && (!o->removed || o->detached) ? 1 : 0;
  }
  return used > w->climate.entries && (w->climate.reenters || is_longest_unused(c, entry));
}

/* Only if all are in use is there no room. */
void check_full(struct world *w, struct client *c) {
  if (c->draining || c->step.reentered) {
    return; /* what the page did at once may have left one since */
  }
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    const struct record *r = &c->records[entry];
    if (r->used && !r->removed && !is_in_use(c, entry)) {
      violate(w, INVARIANT_COLLECTION, "BUILD finds no room although %s (entry %u) is not in use",
              key_text(r->key), entry);
    }
  }
}

/* "GC never frees an entry that is observed, in flight or under a layer", nor before its gcTime. */
void check_drop(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  uint32_t observers = record_observers(c, entry);
  if (observers > 0 || r->fetch != 0 || r->layer_count > 0) {
    violate(w, INVARIANT_COLLECTION, "%s (entry %u) goes with %u observers, %u layers, fetch %u",
            key_text(r->key), entry, observers, r->layer_count, r->fetch);
  } else if (!r->removed && !makes_room(w, c, entry) &&
             c->time < r->left_earliest + r->gc_time - 0.001) {
    violate(w, INVARIANT_COLLECTION, "%s (entry %u) goes %.0f ms too early", key_text(r->key),
            entry, r->left_earliest + r->gc_time - c->time);
  }
}

/* ---- 8 ----------------------------------------------------------------------------------------
 */

/* "A duplicate or old message changes nothing", neither does one that makes no sense. */
void check_old_message(struct world *w, struct client *c) {
  const struct step *s = &c->step;
  if (!c->frame_is_void || s->event->type != TIDEMARK_SOCKET_TEXT) {
    return;
  }
  bool same = c->position.seq == s->position_before.seq &&
              (c->position.seq < 0 || c->position.epoch == s->position_before.epoch);
  for (uint32_t entry = 1; same && entry < RECORDS; entry++) {
    same = !c->records[entry].used ||
           (s->state_before[entry] == state_of(c, entry) && s->effects_seen[entry] == 0);
  }
  if (!same) {
    violate(w, INVARIANT_OLD_MESSAGE, "a message that is old or means nothing changed something");
  }
}

/* ---- 10 ---------------------------------------------------------------------------------------
 */

/* "Nobody is notified after unsubscribing": without observers only what happened is told. */
void check_notified(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  const struct step *s = &c->step;
  bool told_only = s->effects_seen[entry] == 1U << TIDEMARK_EFFECT_NOTIFY && is_idle(state);
  if (told_only && !s->reentered && record_observers(c, entry) == 0 &&
      s->state_before[entry] == state) {
    violate(w, INVARIANT_NOTIFY, "%s (entry %u) is told of nothing, without observers",
            key_text(c->records[entry].key), entry);
  }
}

/* A removed entry is found by nobody, but by who makes its key and, while somebody looks, by what
 * is told of it. */
void check_back(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  const struct record *r = &c->records[entry];
  const struct step *s = &c->step;
  bool made = s->event->type == TIDEMARK_BUILD && s->result == (int)entry;
  bool told = record_is_active(c, entry) && r->told == c->ordinal;
  if (((state & TIDEMARK_STATE_DETACHED) != 0) != r->detached) {
    violate(w, INVARIANT_BACK, "%s (entry %u) is %sremoved", key_text(r->key), entry,
            r->detached ? "not " : "");
  } else if (r->detached && (made || told) && !s->reentered) {
    violate(w, INVARIANT_BACK, "%s (entry %u) stays removed although it is %s", key_text(r->key),
            entry, made ? "made" : "told of");
  }
}

/* ---- 11 ---------------------------------------------------------------------------------------
 */

/* An entry that nobody needs goes when its gcTime is over. */
void check_collected(struct world *w, struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  bool needed = is_in_use(c, entry);
  if (needed || r->needed) {
    r->left_earliest = c->time;
  }
  if (needed || r->needed || c->step.reentered) {
    r->left_latest = c->time;
  }
  r->needed = needed;
  bool by_layers = record_observers(c, entry) == 0 && r->fetch == 0 && r->layer_count > 0;
  occurred_if(w, by_layers && c->time > r->layered_since + r->gc_time,
              FAULT_LAYER_OUTLIVED_GC_TIME);
  r->layered_since = by_layers ? r->layered_since : c->time;
  double left = tidemark_next_deadline(c->cache) - c->last_now;
  if (c->time > r->left_latest + r->gc_time + 1.5 && left > 1.5) {
    violate(w, INVARIANT_EMPTY, "%s (entry %u) outlived its gcTime by %.0f ms", key_text(r->key),
            entry, c->time - r->left_latest - r->gc_time);
  }
}

/* "All unmounted and collected: bytes in use back to the start; no timer left." */
void check_empty(struct world *w, struct client *c) {
  tidemark_stats stats;
  tidemark_get_stats(c->cache, &stats);
  if (stats.entries > 0 || !isinf(tidemark_next_deadline(c->cache))) {
    violate(w, INVARIANT_EMPTY, "%.0f entries are left, and the next deadline is %f", stats.entries,
            tidemark_next_deadline(c->cache));
  } else if (stats.memory > c->memory_at_start) {
    violate(w, INVARIANT_EMPTY, "%.0f bytes are in use, %.0f were at the start", stats.memory,
            c->memory_at_start);
  }
}

/* ---- Refusals, handles ------------------------------------------------------------------------
 */

/* "Out of memory: the event is refused whole and the state is as before." */
void check_refused(struct world *w, struct client *c) {
  bool same = c->heap.refused;
  c->heap.refused = false;
  for (uint32_t entry = 1; same && entry < RECORDS; entry++) {
    same = !c->records[entry].used || c->step.state_before[entry] == state_of(c, entry);
  }
  tidemark_stats stats;
  tidemark_get_stats(c->cache, &stats);
  const tidemark_stats *before = &c->step.stats_before;
  same = same && stats.entries == before->entries && stats.marks == before->marks &&
         stats.mutations == before->mutations && stats.changes == before->changes &&
         stats.messages == before->messages;
  tidemark_effect effect;
  if (!same || tidemark_drain(c->cache, &effect, 1) > 0) {
    violate(w, INVARIANT_REFUSED, "a refused %s left something behind",
            event_name(c->step.event->type));
  }
}

bool check_handle(struct world *w, struct client *c, const tidemark_effect *effect) {
  bool known = effect->entry > 0 && effect->entry < RECORDS && c->records[effect->entry].used;
  if (!known) {
    violate(w, INVARIANT_HANDLE, "%s names entry %u, which there is not", effect_name(effect->type),
            effect->entry);
  }
  return known;
}

/* "Nobody who leaves ends what others wait for": what they wait for is called off by name, and
 * fails for good only when its tries are used up. */
static void check_awaited(struct world *w, struct client *c, const tidemark_effect *effect) {
  const struct record *r = &c->records[effect->entry];
  bool cancelled = effect->flags == TIDEMARK_OUTCOME_CANCELLED;
  bool early = effect->flags == TIDEMARK_OUTCOME_ERROR && r->tries < r->retry_limit;
  if (r->awaited && (cancelled || early) && !c->step.reentered) {
    violate(w, INVARIANT_AWAITED, "%s (entry %u): fetch %u, which others wait for, is %s",
            key_text(r->key), effect->entry, effect->id, cancelled ? "called off" : "given up");
  }
}

void check_settle(struct world *w, struct client *c, const tidemark_effect *effect) {
  const struct record *r = &c->records[effect->entry];
  check_awaited(w, c, effect);
  if (effect->id != r->fetch && effect->id != 0 && !c->step.reentered) {
    violate(w, INVARIANT_HANDLE, "%s (entry %u): fetch %u is over, but fetch %u was in flight",
            key_text(r->key), effect->entry, effect->id, r->fetch);
  }
}
