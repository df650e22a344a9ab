/* The single checks, for invariants.c, which calls them after each step, and what they look at. */
#ifndef SIMULATION_CHECKS_H
#define SIMULATION_CHECKS_H

#include "world.h"

/* ---- check_answers.c: 1, 2, 3 and 9 -----------------------------------------------------------
 */
void check_not_forgotten(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_equals_server(struct world *w, struct client *c, uint32_t entry);
void check_nothing_lost(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_failure(struct world *w, struct client *c);
/* ---- check_layers.c: 4 ------------------------------------------------------------------------
 */
void check_view(struct world *w, struct client *c, uint32_t entry);
void check_folded(struct world *w, struct client *c, uint32_t entry, int64_t state);
/* ---- check_life.c: 5, 8, 10 and 11; handles and refusals --------------------------------------
 */
void check_old_message(struct world *w, struct client *c);
void check_notified(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_collected(struct world *w, struct client *c, uint32_t entry);
/* ---- check_fetches.c: 6 and 7; the schedule ---------------------------------------------------
 */
void check_paused_is_kept(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_try_in_time(struct world *w, struct client *c, uint32_t entry);
void check_started(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_spread(struct world *w, struct client *c, uint32_t entry, int64_t state);

void check_back(struct world *w, struct client *c, uint32_t entry, int64_t state);

/* ---- check_scopes.c ---------------------------------------------------------------------------
 */
void check_live(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_spared(struct world *w, struct client *c, uint32_t entry, int64_t state);
void check_channel(struct world *w, struct client *c);
/* ---- check_storm.c ----------------------------------------------------------------------------
 */
void check_memory(struct world *w, struct client *c);
/* An entry that nobody needs is not spaced any more. */
void forget_spacing(struct client *c, uint32_t entry);
void check_spacing(struct world *w, struct client *c, const tidemark_effect *effect);
/* ---- check_user.c: 14 -------------------------------------------------------------------------
 */
void check_user(struct world *w, struct client *c, uint32_t entry);
void check_signed_out(struct world *w, struct client *c);
void check_asked_for(struct world *w, struct client *c, uint32_t entry);

/* ---- What they look at ------------------------------------------------------------------------
 */

static inline bool is_paused(int64_t state) {
  return state >= 0 && (state & TIDEMARK_FETCH_STATUS_MASK) == TIDEMARK_FETCH_STATUS_PAUSED;
}
static inline bool is_idle(int64_t state) {
  return (state & TIDEMARK_FETCH_STATUS_MASK) == TIDEMARK_FETCH_STATUS_IDLE;
}

static inline bool is_being_fetched(int64_t state) {
  return (state & TIDEMARK_FETCH_STATUS_MASK) == TIDEMARK_FETCH_STATUS_FETCHING;
}

static inline bool is_marked(int64_t state) {
  return (state & TIDEMARK_STATE_INVALIDATED) != 0;
}

static inline bool has_data(int64_t state) {
  return (state & TIDEMARK_STATE_HAS_DATA) != 0;
}

static inline int64_t state_of(const struct client *c, uint32_t entry) {
  return tidemark_state(c->cache, entry);
}

/* An observer asks for it again and again. */
bool has_interval(const struct client *c, uint32_t entry);

/* Whether changes refetch it: somebody looks, and has not said that it never changes. */
static inline bool is_kept_up(const struct client *c, uint32_t entry) {
  return record_is_active(c, entry) && !record_is_static(c, entry) && !c->records[entry].detached;
}

#endif
