/* Answers: whether they are the server's, and which of two is the newer one. */
#include <math.h>

#include "checks.h"

/* ---- 1 ----------------------------------------------------------------------------------------
 */

/* Longest wait of an active entry for anything: 30 s of recovery, spread by half, and some. */
static const double LONGEST_WAIT_MS = 46000;

/* A layer waits for the answer that will hold it. */
static bool has_done_layer(const struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  bool done = false;
  for (uint32_t i = 0; i < r->layer_count; i++) {
    const struct mutation *m = &c->mutations[r->layers[i]];
    done |= m->settled != 0 && m->reported;
  }
  return done;
}

/* "Every active entry equals the server within bounded virtual time": while faults go on it need
 * not equal the server, but something must be on its way. */
void check_not_forgotten(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  struct record *r = &c->records[entry];
  bool lacks = has_data(state) ? is_marked(state) || has_done_layer(c, entry) : r->changed != 0;
  if (!is_kept_up(c, entry) || r->excused || !lacks || !is_idle(state)) {
    r->idle_since = NAN;
    return;
  }
  double left = tidemark_next_deadline(c->cache) - c->last_now;
  if (left > LONGEST_WAIT_MS) {
    violate(w, INVARIANT_ACTIVE, "%s (entry %u) is active and stale, and nothing is planned",
            key_text(r->key), entry);
  }
  if (isnan(r->idle_since)) {
    r->idle_since = c->time;
  } else if (c->time - r->idle_since > LONGEST_WAIT_MS) {
    violate(w, INVARIANT_ACTIVE, "%s (entry %u) is active and stale, and nothing fetches it",
            key_text(r->key), entry);
  }
}

/* "Every active entry equals the server within bounded virtual time." */
void check_equals_server(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  bool told = !w->climate.scopes || channel_covers(c, r->key);
  if (!is_kept_up(c, entry) || r->excused || r->doubtful || !told) {
    return;
  }
  int64_t state = state_of(c, entry);
  bool failed = (state & TIDEMARK_STATUS_MASK) == TIDEMARK_STATUS_ERROR;
  if (!r->has_base && failed && r->changed == 0) {
    return; /* its one fetch failed, and nothing has happened since that would ask again */
  }
  uint64_t server = database_value(&w->database, r->key, w->database.last, c->user);
  if (r->base_commit == MADE_UP && !is_marked(state) && r->has_base) {
    return; /* the app put it there, and nothing has touched it since */
  }
  if (!r->has_base || r->view != server) {
    violate(w, INVARIANT_ACTIVE, "%s (entry %u) shows %s, commit %u of %u, %u layers",
            key_text(r->key), entry, r->has_base ? "another value" : "nothing", r->base_commit,
            w->database.last, r->layer_count);
  }
}

/* ---- 2 ----------------------------------------------------------------------------------------
 */

/* "No change is lost": what is taken for fresh holds every change that the client was told of. */
void check_nothing_lost(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  const struct record *r = &c->records[entry];
  if (r->detached || !r->has_base || r->base_commit == MADE_UP || r->doubtful || is_marked(state)) {
    return;
  }
  if (r->base_commit < c->known[r->key]) {
    violate(w, INVARIANT_NOTHING_LOST,
            "%s (entry %u) is taken for fresh as of commit %u, but commit %u is known",
            key_text(r->key), entry, r->base_commit, c->known[r->key]);
  }
}

/* ---- 3 ----------------------------------------------------------------------------------------
 */

static bool is_earlier(struct position a, struct position b) {
  return a.epoch == b.epoch && a.seq < b.seq;
}

/* "An older answer never overwrites a newer one", older by when it was asked for or by what it says
 * it is as of; and one that is neither is shown. */
void check_landing(struct world *w, struct client *c, const tidemark_event *event,
                   enum tidemark_landing landing) {
  const struct record *r = &c->records[event->entry];
  const struct request *answer = c->answer;
  bool flies = r->used && r->fetch == event->id && r->request != NO_REQUEST;
  if (landing == TIDEMARK_LANDING_LATE) {
    if (flies && !answer->aborted) {
      violate(w, INVARIANT_OLDER, "the answer to fetch %u of %s was taken for late", event->id,
              key_text(r->key));
    }
    return;
  }
  bool asked_before = r->has_base && r->asked < r->base_asked;
  bool placed = r->base_as_of.seq >= 0 && r->base_as_of.epoch == c->epoch;
  struct position as_of = told_as_of(c, answer);
  bool behind = r->has_base && placed && as_of.seq >= 0 && is_earlier(as_of, r->base_as_of);
  bool older = asked_before || behind;
  /* Of two positions in different epochs nobody knows which is earlier: either may be shown. */
  bool unknown = placed && as_of.seq >= 0 && as_of.epoch != c->epoch;
  if (!flies || answer->aborted) {
    violate(w, INVARIANT_OLDER, "an answer was taken that nobody waits for (fetch %u)", event->id);
  } else if (older && landing == TIDEMARK_LANDING_SHOWN) {
    violate(w, INVARIANT_OLDER, "%s: an answer of commit %u replaces one of commit %u",
            key_text(r->key), answer->commit, r->base_commit);
  } else if (!older && !unknown && landing == TIDEMARK_LANDING_OLDER) {
    violate(w, INVARIANT_OLDER, "%s: a newer answer was not shown", key_text(r->key));
  }
}

/* ---- 9 ----------------------------------------------------------------------------------------
 */

/* "A failed refetch keeps data and stays stale." */
void check_failure(struct world *w, struct client *c) {
  const struct step *s = &c->step;
  uint32_t entry = s->event->entry;
  if (s->event->type != TIDEMARK_FETCH_FAILED || s->reentered || !c->records[entry].used) {
    return;
  }
  int64_t state = state_of(c, entry);
  bool over = (s->effects_seen[entry] & 1U << TIDEMARK_EFFECT_SETTLE) != 0;
  bool kept = has_data(state) == has_data(s->state_before[entry]);
  bool stale = tidemark_is_stale(c->cache, entry, INFINITY, client_now(w, c)) == 1;
  if (!kept || (over && !stale)) {
    violate(w, INVARIANT_FAILURE, "%s (entry %u) %s after a failed fetch",
            key_text(c->records[entry].key), entry, kept ? "counts as fresh" : "lost its data");
  }
}
