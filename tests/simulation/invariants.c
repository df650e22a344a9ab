#include "invariants.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "checks.h"

static const char *const SENTENCES[] = {
    [INVARIANT_ACTIVE] = "Every active entry equals the server within bounded virtual time.",
    [INVARIANT_NOTHING_LOST] = "No change is lost: across reconnects, gaps, in-flight fetches, "
                               "first fetches.",
    [INVARIANT_OLDER] = "An older answer never overwrites a newer one.",
    [INVARIANT_VIEW] = "After any settle order, the view is byte-identical to replaying base + "
                       "remaining layers.",
    [INVARIANT_COLLECTION] =
        "GC never frees an entry that is observed, in flight or under a layer.",
    [INVARIANT_ONLY_ACTIVE] = "Only active entries are refetched; at most one fetch in flight and "
                              "one queued per key.",
    [INVARIANT_ONE_A_TURN] = "N changes in a turn make at most one refetch per key; what is asked "
                             "for starts at once.",
    [INVARIANT_OLD_MESSAGE] = "A duplicate or old message changes nothing.",
    [INVARIANT_FAILURE] = "A failed refetch keeps data and stays stale.",
    [INVARIANT_NOTIFY] = "Nobody is notified after unsubscribing; re-entrant verbs are safe.",
    [INVARIANT_EMPTY] = "All unmounted and collected: bytes in use back to the start; no timer "
                        "left.",
    [INVARIANT_USER] = "After a scope or user change no entry of the old one can be read.",
    [INVARIANT_SAME_TRACE] = "The same seed gives the same trace.",
    [INVARIANT_SCHEDULE] = "Fetches that changes cause keep to the cap, wait while the page is "
                           "hidden, and are spread after a reset; tries keep to their backoff.",
    [INVARIANT_LIVE] =
        "A query is live if the channel tells of all it depends on and it lacks nothing "
        "told; whoever looks hears of it; what concerns other scopes leaves it.",
    [INVARIANT_STORM] = "A storm is folded beyond its limit, makes one refetch of a key in its "
                        "spacing, and takes no memory.",
    [INVARIANT_REFUSED] = "Out of memory: the event is refused whole and the state is as before.",
    [INVARIANT_AWAITED] = "Nobody who leaves ends what others wait for.",
    [INVARIANT_BACK] = "Who looks at a removed key sees it again once it is made or told of.",
    [INVARIANT_HANDLE] = "An effect names an entry and a fetch that there is.",
    [INVARIANT_WORLD] = "The simulator's own limits hold.",
};

const char *invariant_sentence(enum invariant invariant) {
  return SENTENCES[invariant];
}

void violate(struct world *w, enum invariant invariant, const char *format, ...) {
  if (w->violation.invariant != 0) {
    return;
  }
  w->violation.invariant = invariant;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(w->violation.detail, sizeof w->violation.detail, format, arguments);
  va_end(arguments);
  SAY(w, NOBODY, "VIOLATION: %s", w->violation.detail);
}

/* ---- Around each step -------------------------------------------------------------------------
 */

void step_begins(struct world *w, struct client *c, const tidemark_event *event) {
  struct step *s = &c->step;
  s->event = event;
  s->ordinal = c->ordinal + 1;
  s->reentered = false;
  s->deadline_before = tidemark_next_deadline(c->cache);
  s->position_before = c->position;
  memset(s->effects_seen, 0, sizeof s->effects_seen);
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    s->state_before[entry] = c->records[entry].used ? state_of(c, entry) : -1;
  }
  if (event->type == TIDEMARK_SOCKET_TEXT || w->careful) {
    tidemark_get_stats(c->cache, &s->stats_before);
  }
}

static void check_record(struct world *w, struct client *c, uint32_t entry) {
  int64_t state = state_of(c, entry);
  if (state < 0) {
    violate(w, INVARIANT_HANDLE, "entry %u is gone without a DROP", entry);
    return;
  }
  check_not_forgotten(w, c, entry, state);
  check_nothing_lost(w, c, entry, state);
  check_view(w, c, entry);
  check_folded(w, c, entry, state);
  check_notified(w, c, entry, state);
  check_started(w, c, entry, state);
  check_collected(w, c, entry);
  forget_spacing(c, entry);
  check_spread(w, c, entry, state);
  check_try_in_time(w, c, entry);
  check_paused_is_kept(w, c, entry, state);
  check_user(w, c, entry);
  check_live(w, c, entry, state);
  check_back(w, c, entry, state);
  check_spared(w, c, entry, state);
}

/* What is idle when its turn is over was not asked for by hand. */
static void forget_wishes(struct client *c) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    struct record *r = &c->records[entry];
    if (r->used && r->fetch == 0 && is_idle(state_of(c, entry))) {
      r->wanted_by_hand = false;
      r->wanted_by_name = false;
    }
  }
}

void step_ends(struct world *w, struct client *c) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    if (c->records[entry].used) {
      check_record(w, c, entry);
    }
  }
  check_old_message(w, c);
  check_failure(w, c);
  check_signed_out(w, c);
  check_memory(w, c);
  check_channel(w, c);
  if (c->step.event->type == TIDEMARK_SOCKET_TEXT && !c->step.reentered) {
    check_folding(w, c);
  }
  if (c->step.event->type == TIDEMARK_FLUSH) {
    forget_wishes(c);
  }
}

void check_calm(struct world *w, struct client *c) {
  if (c->status == TIDEMARK_STREAM_STOPPED && c->line.options.max_attempts > 0) {
    return; /* the app let it give up after so many tries, and it has used them up */
  }
  if (c->status != TIDEMARK_STREAM_LIVE) {
    violate(w, INVARIANT_ACTIVE, "the stream is not live, its status is %u", c->status);
  }
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    if (c->records[entry].used) {
      check_equals_server(w, c, entry);
    }
  }
}
