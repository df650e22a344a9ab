#include "entry.h"

#include <math.h>

#include "planted.h"

const struct activity ENTRY_AT_REST = {0};

void entry_init(struct entry *e, double seq) {
  freshness_init(&e->freshness, seq);
}

/* ---- Wanting ------------------------------------------------------------------------------- */

static uint32_t settle(struct entry *e, enum tidemark_outcome outcome) {
  if (e->activity != NULL) {
    e->asked_before = e->asked_before || e->activity->fetch != 0;
    /* Two ends of one step are told as one: of the fetch that there was. */
    bool told = e->activity->fetch == 0 && (e->effects & ENTRY_SETTLE) != 0;
    e->activity->ended = told ? e->activity->ended : e->activity->fetch;
    e->activity->fetch = 0;
    e->activity->cause = 0;
  }
  e->outcome = (uint8_t)outcome & 7;
  return ENTRY_SETTLE | ENTRY_NOTIFY;
}

static bool is_under_way(const struct entry *e) {
  return entry_fetch(e) != 0;
}

bool entry_is_overtaken(const struct entry *e) {
  return e->phase == ENTRY_FLYING && e->freshness.changed >= e->activity->fetch_asked;
}

uint32_t entry_want(struct entry *e, bool refetch, bool restart) {
  uint32_t bits = 0;
  e->put_off = false;
  if (is_under_way(e)) {
    if (!restart) {
      e->refetch = e->refetch && refetch;
      e->no_retry = false;
      return entry_is_overtaken(e) ? entry_want_after(e, refetch) : 0;
    }
    bits = settle(e, TIDEMARK_OUTCOME_SUPERSEDED);
    e->again = false;
  }
  bool waiting = e->phase == ENTRY_WANTED || e->phase == ENTRY_PAUSED;
  e->refetch = refetch && (!waiting || e->refetch);
  e->no_retry = false;
  if (!waiting || bits != 0) {
    e->phase = ENTRY_WANTED;
  }
  return waiting ? bits : bits | ENTRY_NOTIFY;
}

uint32_t entry_want_after(struct entry *e, bool refetch) {
  if (e->phase != ENTRY_FLYING) {
    /* A retry will ask after now: it counts as the fetch that is wanted. */
    return is_under_way(e) ? 0 : entry_want(e, refetch, false);
  }
  e->again_refetch = refetch && (!e->again || e->again_refetch);
  e->again = !PLANTED(TRAILING_REFETCH_LOST);
  return 0;
}

uint32_t entry_want_later(struct entry *e, double wake) {
  e->put_off = false;
  if (e->phase == ENTRY_FLYING) {
    return entry_want_after(e, true);
  }
  wake = fmax(wake, e->activity->not_before);
  if (e->phase == ENTRY_IDLE || (e->phase == ENTRY_LATER && wake < e->activity->wake)) {
    e->phase = ENTRY_LATER;
    e->refetch = true;
    e->activity->wake = wake;
  }
  return 0;
}

/* ---- Doing --------------------------------------------------------------------------------- */

uint32_t entry_start(struct entry *e, uint32_t fetch, uint64_t ordinal) {
  struct activity *a = e->activity;
  if (!is_under_way(e)) {
    a->fetch = fetch;
    a->status_before = e->status;
    a->failures_before = (uint8_t)(e->failures > UINT8_MAX ? UINT8_MAX : e->failures);
    e->failures = 0;
    if (!e->has_data) {
      e->status = TIDEMARK_STATUS_PENDING;
    }
  }
  e->phase = ENTRY_FLYING;
  a->fetch_asked = ordinal;
  return ENTRY_FETCH | ENTRY_NOTIFY;
}

uint32_t entry_pause(struct entry *e) {
  e->phase = ENTRY_PAUSED;
  return ENTRY_NOTIFY;
}

uint32_t entry_resume(struct entry *e) {
  if (e->phase != ENTRY_PAUSED) {
    return 0;
  }
  e->phase = ENTRY_WANTED;
  return ENTRY_NOTIFY;
}

static void finish(struct entry *e) {
  e->phase = ENTRY_IDLE;
  if (e->activity != NULL) {
    e->activity->cause = 0;
  }
  e->refetch = false;
  e->awaited = false;
  e->no_retry = false;
  e->put_off = false;
  e->returning = false;
  e->again = false;
}

/* The fetch is over: idle, or on to the one that was wanted meanwhile. */
static void go_on(struct entry *e, double time) {
  bool again = e->again && entry_is_active(e);
  finish(e);
  /* A change that came meanwhile may be in the answer already: its position says so. */
  bool needed = !e->again_refetch || !e->has_data || freshness_is_marked(&e->freshness);
  if (again && needed) {
    struct activity *a = e->activity;
    bool early = e->again_refetch && time < a->not_before;
    e->phase = early ? ENTRY_LATER : ENTRY_WANTED;
    a->wake = early ? a->not_before : a->wake;
    e->refetch = e->again_refetch;
  }
}

uint32_t entry_land(struct entry *e, double as_of, double time, enum tidemark_landing *landing) {
  uint32_t bits = settle(e, TIDEMARK_OUTCOME_SUCCESS);
  bool shown = freshness_land(&e->freshness, e->activity->fetch_asked, as_of);
  *landing = shown ? TIDEMARK_LANDING_SHOWN : TIDEMARK_LANDING_OLDER;
  if (shown) {
    e->has_data = true;
    e->updated = time;
    bits |= ENTRY_REPLAY | ENTRY_LANDED;
  }
  e->status = TIDEMARK_STATUS_SUCCESS;
  e->failures = 0;
  go_on(e, time);
  return bits;
}

uint32_t entry_fail(struct entry *e, double retry_in, double time) {
  if (e->failures < UINT16_MAX) {
    e->failures++;
  }
  if (!isinf(retry_in) && !e->no_retry) {
    e->phase = ENTRY_RETRYING;
    e->activity->wake = time + retry_in;
    e->again = false; /* the next try asks later than whatever wanted it */
    return ENTRY_NOTIFY;
  }
  uint32_t bits = settle(e, TIDEMARK_OUTCOME_ERROR);
  e->status = TIDEMARK_STATUS_ERROR;
  if (PLANTED(FAILED_REFETCH_FRESH)) {
    e->freshness.asked = e->activity->fetch_asked;
  }
  go_on(e, time);
  return bits;
}

uint32_t entry_wake(struct entry *e) {
  e->phase = ENTRY_WANTED;
  return ENTRY_NOTIFY;
}

static uint32_t cancel_as_error(struct entry *e) {
  e->status = TIDEMARK_STATUS_ERROR;
  e->failures += e->failures < UINT16_MAX ? 1 : 0;
  uint32_t bits = settle(e, TIDEMARK_OUTCOME_CANCELLED_ERROR);
  finish(e);
  return bits;
}

uint32_t entry_cancel(struct entry *e, bool revert) {
  if (e->phase == ENTRY_IDLE) {
    return 0;
  }
  if (!revert && e->phase != ENTRY_LATER) {
    return cancel_as_error(e);
  }
  uint32_t bits = ENTRY_NOTIFY;
  if (is_under_way(e)) {
    bits |= settle(e, TIDEMARK_OUTCOME_CANCELLED);
    e->status = e->activity->status_before;
    e->failures = e->activity->failures_before;
  } else if (e->awaited) {
    /* Never started, so it has no id: whoever waits for it learns all the same. */
    bits |= settle(e, TIDEMARK_OUTCOME_CANCELLED);
  }
  finish(e);
  return bits;
}

void entry_put_off(struct entry *e, double wake) {
  bool held = e->phase == ENTRY_WANTED && e->refetch && !e->awaited && !is_under_way(e);
  if (e->put_off && (e->phase == ENTRY_LATER || held)) {
    e->phase = ENTRY_LATER;
    e->activity->wake = wake;
  }
}

void entry_await(struct entry *e) {
  if (e->phase != ENTRY_IDLE && e->phase != ENTRY_LATER) {
    e->awaited = true;
    e->no_retry = false;
  }
}

/* ---- Answers without a fetch --------------------------------------------------------------- */

uint32_t entry_set_data(struct entry *e, double updated, uint64_t ordinal, bool keep_changes) {
  if (!keep_changes) {
    e->freshness.asked = ordinal;
    /* The caller's answer holds what it was given, not a position of the stream. */
    e->freshness.as_of = POSITION_UNKNOWN;
  } else if (e->freshness.asked == 0 && e->freshness.changed == 0) {
    e->freshness.asked = 1; /* older than any fetch */
  }
  e->has_data = true;
  e->updated = updated;
  e->status = TIDEMARK_STATUS_SUCCESS;
  if (is_under_way(e)) {
    e->activity->status_before = TIDEMARK_STATUS_SUCCESS;
  }
  return ENTRY_REPLAY | ENTRY_NOTIFY;
}

uint32_t entry_reset(struct entry *e, double seq) {
  uint32_t bits = e->awaited ? entry_want(e, false, true) : entry_cancel(e, true);
  freshness_init(&e->freshness, seq);
  e->has_data = false;
  e->status = TIDEMARK_STATUS_PENDING;
  e->failures = 0;
  if (e->activity != NULL) {
    e->activity->lag = 0;
  }
  return bits | ENTRY_CLEAR | ENTRY_REPLAY | ENTRY_NOTIFY;
}

/* ---- Questions ----------------------------------------------------------------------------- */

bool entry_is_stale(const struct entry *e, double stale_time, double time) {
  if (!e->has_data) {
    return true;
  }
  if (stale_time == TIDEMARK_STATIC) {
    return false;
  }
  bool marked = freshness_is_marked(&e->freshness) && !PLANTED(MARK_FORGOTTEN_ON_MOUNT);
  return e->status == TIDEMARK_STATUS_ERROR || marked || time >= e->updated + stale_time;
}

bool entry_is_unused(const struct entry *e) {
  const struct activity *a = entry_activity(e);
  return (a->observers == 0 || PLANTED(OBSERVED_COLLECTED)) &&
         (a->layers == 0 || PLANTED(LAYERED_COLLECTED)) &&
         (e->phase == ENTRY_IDLE || PLANTED(FLYING_COLLECTED));
}

bool entry_is_at_rest(const struct entry *e) {
  const struct activity *a = entry_activity(e);
  return a->observers == 0 && a->layers == 0 && a->fetch == 0 && e->phase == ENTRY_IDLE &&
         (e->effects & ENTRY_SETTLE) == 0;
}

double entry_deadline(const struct entry *e) {
  bool waits = e->phase == ENTRY_LATER || e->phase == ENTRY_RETRYING || e->has_slot;
  return waits ? e->activity->wake : INFINITY;
}

static uint32_t fetch_status(const struct entry *e) {
  switch (e->phase) {
  case ENTRY_WANTED:
  case ENTRY_FLYING:
  case ENTRY_RETRYING:
    return TIDEMARK_FETCH_STATUS_FETCHING;
  case ENTRY_PAUSED:
    return TIDEMARK_FETCH_STATUS_PAUSED;
  default:
    return TIDEMARK_FETCH_STATUS_IDLE;
  }
}

uint32_t entry_state(const struct entry *e) {
  bool starts_anew = e->phase == ENTRY_WANTED && !is_under_way(e);
  uint32_t status = starts_anew && !e->has_data ? (uint32_t)TIDEMARK_STATUS_PENDING : e->status;
  uint32_t failures = starts_anew ? 0 : e->failures;
  uint32_t state = status | fetch_status(e) | failures << TIDEMARK_STATE_FAILURES_SHIFT;
  state |= e->has_data ? TIDEMARK_STATE_HAS_DATA : 0U;
  state |= e->has_data && freshness_is_marked(&e->freshness) ? TIDEMARK_STATE_INVALIDATED : 0U;
  state |= entry_is_observed(e) ? TIDEMARK_STATE_OBSERVED : 0U;
  state |= entry_is_active(e) ? TIDEMARK_STATE_ACTIVE : 0U;
  state |= entry_activity(e)->layers > 0 ? TIDEMARK_STATE_LAYERED : 0U;
  state |= e->removed ? TIDEMARK_STATE_DETACHED : 0U;
  return state;
}
