/* Fetches: who wanted them, how many there are, and when they start. */
#include <math.h>

#include "checks.h"

static const double OVERDUE_MS = 30000;

/* ---- 6 and 7 ----------------------------------------------------------------------------------
 */

/* "Only active entries are refetched": others only if somebody asked for them by name. A fetch that
 * has begun may go on trying while somebody could look again. */
static void check_cause(struct world *w, struct client *c, const tidemark_effect *effect) {
  uint32_t entry = effect->entry;
  const struct record *r = &c->records[entry];
  bool goes_on = effect->flags > 0 && record_observers(c, entry) > 0;
  if (!record_is_active(c, entry) && !goes_on && !r->wanted_by_name && !c->step.reentered) {
    violate(w, INVARIANT_ONLY_ACTIVE, "%s (entry %u) is fetched although nobody looks",
            key_text(r->key), entry);
  }
}

/* "At most one in flight per key." */
static void check_alone(struct world *w, struct client *c, const tidemark_effect *effect) {
  const struct record *r = &c->records[effect->entry];
  bool another = r->fetch != 0 && r->fetch != effect->id;
  if (another || r->request != NO_REQUEST) {
    violate(w, INVARIANT_ONLY_ACTIVE, "%s (entry %u): fetch %u while fetch %u is in flight",
            key_text(r->key), effect->entry, effect->id, r->fetch);
  }
}

/* Somebody asks for that entry, by more than a change. */
static bool asks_for(const tidemark_event *event, uint32_t entry) {
  bool comes = event->type == TIDEMARK_OBSERVE || event->type == TIDEMARK_SET_OBSERVER;
  bool asks = comes || (event->type == TIDEMARK_FETCH && !event->fetch.refetch);
  return asks && event->entry == entry;
}

/* "N changes in a turn make at most one refetch per key": only what was asked for starts before the
 * turn ends. What re-entered verbs ask for is drained with the step around them. */
static void check_turn(struct world *w, struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  if (asks_for(c->step.event, entry) || c->step.reentered) {
    return;
  }
  r->fetched_in_turn++;
  if (c->step.event->type != TIDEMARK_FLUSH || r->fetched_in_turn > 1) {
    violate(w, INVARIANT_ONE_A_TURN, "%s (entry %u) is fetched within a turn, or twice in one",
            key_text(r->key), entry);
  }
}

/* Who asks for what was idle waits for no end of a turn. What a timer of the same step wants does.
 */
void check_started(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  bool timers = c->last_now >= c->step.deadline_before;
  int64_t before = timers ? -1 : c->step.state_before[entry];
  bool begins = before >= 0 && is_idle(before) && is_being_fetched(state);
  if (begins && asks_for(c->step.event, entry) && !c->step.reentered &&
      c->records[entry].fetch == 0) {
    violate(w, INVARIANT_ONE_A_TURN, "%s (entry %u) was asked for and is not fetched at once",
            key_text(c->records[entry].key), entry);
  }
}

/* ---- The schedule -----------------------------------------------------------------------------
 */

bool has_interval(const struct client *c, uint32_t entry) {
  for (uint32_t i = 0; i < c->observer_count; i++) {
    const struct observer *o = &c->observers[i];
    if (o->entry == entry && o->options.refetch_interval > 0) {
      return true;
    }
  }
  return false;
}

static bool is_by_change_alone(const struct client *c, uint32_t entry) {
  return !c->records[entry].wanted_by_hand && !has_interval(c, entry);
}

/* At most concurrentRefetches of the fetches that changes caused are in flight, but for those that
 * hang. */
static void check_cap(struct world *w, struct client *c, const tidemark_effect *effect) {
  uint32_t entry = effect->entry;
  struct record *r = &c->records[entry];
  uint32_t flying = 0;
  r->by_change = is_by_change_alone(c, entry) && (effect->flags == 0 || r->by_change);
  for (uint32_t other = 1; other < RECORDS; other++) {
    const struct record *o = &c->records[other];
    bool waits = o->used && o->request != NO_REQUEST && c->time < o->sent_at + OVERDUE_MS - 1;
    bool flies = other == entry || waits;
    flying += flies && o->by_change ? 1 : 0;
  }
  if (flying > w->climate.concurrent_refetches) {
    violate(w, INVARIANT_SCHEDULE, "%u fetches by changes in flight, %u allowed", flying,
            w->climate.concurrent_refetches);
  }
}

/* Nobody sees a hidden page, so no change makes it fetch, and no try follows a failed one. */
static void check_visible(struct world *w, struct client *c, const tidemark_effect *effect) {
  bool idle = is_by_change_alone(c, effect->entry) || effect->flags > 0;
  if (idle && !c->visible && !c->step.reentered) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is fetched while the page is hidden",
            key_text(c->records[effect->entry].key), effect->entry);
  }
}

static void check_network(struct world *w, struct client *c, const tidemark_effect *effect) {
  const struct record *r = &c->records[effect->entry];
  bool may = r->network_mode == TIDEMARK_NETWORK_ALWAYS ||
             (r->network_mode == TIDEMARK_NETWORK_OFFLINE_FIRST && effect->flags == 0);
  if (!c->online && !may && !c->step.reentered) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is fetched while offline", key_text(r->key),
            effect->entry);
  }
}

/* A try waits min(1000·2ⁿ, 30000) ms or what Retry-After says, and at most half as long again;
 * there are no more than were allowed. */
static void check_backoff(struct world *w, struct client *c, const tidemark_effect *effect) {
  const struct record *r = &c->records[effect->entry];
  if (effect->flags > 0 && effect->flags > r->retry_limit) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is tried again after %u failures",
            key_text(r->key), effect->entry, effect->flags);
  } else if (effect->flags > 0 && c->time < r->retry_from - 0.001) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is tried again %.0f ms too early",
            key_text(r->key), effect->entry, r->retry_from - c->time);
  }
}

/* After a flush with nothing in its way a try is not later than half as long again. */
void check_try_in_time(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  bool free =
      c->visible && c->online && c->step.event->type == TIDEMARK_FLUSH && !c->step.reentered;
  for (uint32_t other = 1; free && other < RECORDS; other++) {
    free = !c->records[other].used || c->records[other].request == NO_REQUEST;
  }
  if (free && r->fetch != 0 && c->time > r->retry_by) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) should have been tried again %.0f ms ago",
            key_text(r->key), entry, c->time - r->retry_by);
  }
}

/* What waits for the network and has not begun goes on waiting when nobody looks any more. */
void check_paused_is_kept(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  const struct step *s = &c->step;
  const struct record *r = &c->records[entry];
  bool leaves = s->event->type == TIDEMARK_UNOBSERVE || s->event->type == TIDEMARK_SET_OBSERVER;
  bool ended =
      (s->effects_seen[entry] & 1U << TIDEMARK_EFFECT_SETTLE) != 0; /* one that had begun */
  bool kept = leaves && !s->reentered && !ended && !r->removed;
  if (kept && is_paused(s->state_before[entry]) && !is_paused(state)) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) waited for the network, and is called off",
            key_text(r->key), entry);
  }
}

/* Timers go off when they should. */
static bool is_punctual(const struct world *w) {
  return !w->climate.jumps && !w->climate.throttles;
}

static bool is_reset(const struct client *c) {
  return c->step.event->type == TIDEMARK_SOCKET_TEXT && frame_says_anything_changed(c->frame);
}

/* Nothing has begun to refetch it yet. */
static void check_waits(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  double latest = fmax(r->reset_at + w->climate.reset_window, r->spaced_at_most);
  if (c->time > latest + 2) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is not refetched within %.0f ms after a reset",
            key_text(r->key), entry, w->climate.reset_window);
  }
}

static void count_wait(struct world *w, struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  bool free = r->spaced_at_most <= r->reset_at;
  if (free && c->step.event->type == TIDEMARK_TICK && is_by_change_alone(c, entry)) {
    tally_wait(&w->tally, WAIT_AFTER_RESET, c->time - r->reset_at, w->climate.reset_window);
  }
  r->reset_at = NAN;
}

/* "After a reset active entries are refetched over a jittered window, never at once." How evenly
 * shows over many worlds. */
void check_spread(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  struct record *r = &c->records[entry];
  int64_t before = c->step.state_before[entry];
  bool reset = is_reset(c) && !c->step.reentered && before >= 0;
  if (reset && is_idle(before) && !is_idle(state)) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is refetched at once after a reset",
            key_text(r->key), entry);
  }
  bool alone = reset && is_idle(before) && has_data(before) && !is_marked(before);
  if (!is_kept_up(c, entry) || r->excused || !is_punctual(w)) {
    r->reset_at = NAN;
  } else if (reset) {
    r->reset_at = alone && is_marked(state) ? c->time : NAN;
  } else if (!isnan(r->reset_at) && is_idle(state)) {
    check_waits(w, c, entry);
  } else if (!isnan(r->reset_at)) {
    count_wait(w, c, entry);
  }
}

/* What was written by hand in the place of an answer that was called off is not overwritten before
 * the write can be done, unless something new happens. */
static void check_quiet(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  bool asked_for = r->wanted_by_name || !is_by_change_alone(c, entry);
  bool anew = r->changed > r->called_off || asked_for || c->step.reentered;
  if (c->time < r->quiet_until - 1 && !anew) {
    violate(w, INVARIANT_SCHEDULE, "%s (entry %u) is refetched %.0f ms too early over a write",
            key_text(r->key), entry, r->quiet_until - c->time);
  }
}

/* ---- All of them ------------------------------------------------------------------------------
 */

void check_fetch(struct world *w, struct client *c, const tidemark_effect *effect) {
  check_cause(w, c, effect);
  check_alone(w, c, effect);
  check_turn(w, c, effect->entry);
  check_cap(w, c, effect);
  check_spacing(w, c, effect);
  check_visible(w, c, effect);
  check_network(w, c, effect);
  check_backoff(w, c, effect);
  check_quiet(w, c, effect->entry);
  check_asked_for(w, c, effect->entry);
}
