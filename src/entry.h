/*
 * One entry: what is known about the answer under one key, and how far a fetch of it has come.
 *
 *               want             start            land, fail
 *      IDLE ──────────> WANTED ─────────> FLYING ────────────> IDLE
 *       │  ^              │ ^               │ failed, tries left
 *       │  │ wake  offline│ │ online        v
 *       └> LATER          v │            RETRYING ──wake──> WANTED (the same fetch)
 *                        PAUSED
 *
 * Every function here is (state, event, time) -> state and returns ENTRY_* bits: what an observer
 * or the scheduler must learn of. Nothing here knows timers, lists or keys.
 *
 * Most entries of a large cache rest: nobody looks, nothing is fetched. What they need stands in
 * struct entry; what only the others need, in a struct activity that exists as long as it is
 * needed.
 */
#ifndef TIDEMARK_ENTRY_H
#define TIDEMARK_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "freshness.h"
#include "tidemark.h"

enum entry_phase {
  ENTRY_IDLE = 0,
  ENTRY_WANTED,   /* starts when it is asked for by name, or at a flush that has room for it */
  ENTRY_LATER,    /* wanted at `wake` */
  ENTRY_FLYING,   /* the caller is asking the server */
  ENTRY_RETRYING, /* the last try failed; the next one at `wake` */
  ENTRY_PAUSED    /* wanted, but the network or the page is away */
};

/* What happened, for the wiring. The low ones are effects and are kept until drained. */
enum entry_bits {
  ENTRY_SETTLE = 1 << TIDEMARK_EFFECT_SETTLE,
  ENTRY_CLEAR = 1 << TIDEMARK_EFFECT_CLEAR,
  ENTRY_FOLD = 1 << TIDEMARK_EFFECT_FOLD,
  ENTRY_REPLAY = 1 << TIDEMARK_EFFECT_REPLAY,
  ENTRY_FETCH = 1 << TIDEMARK_EFFECT_FETCH,
  ENTRY_NOTIFY = 1 << TIDEMARK_EFFECT_NOTIFY,
  ENTRY_DROP = 1 << TIDEMARK_EFFECT_DROP,
  ENTRY_EFFECTS = ENTRY_SETTLE | ENTRY_CLEAR | ENTRY_FOLD | ENTRY_REPLAY | ENTRY_FETCH |
                  ENTRY_NOTIFY | ENTRY_DROP,
  ENTRY_LANDED = 1 << 16, /* a fetch that was asked at fetch_asked has been shown */
};

/* What goes on around an entry. One at rest, which is what most are, has none. */
struct activity {
  uint32_t id;    /* its own, in the pool */
  uint32_t timer; /* goes off at `wake` */
  uint32_t first_observer;
  uint32_t observers, enabled; /* how many, and how many of those are enabled */
  uint32_t first_layer;
  uint32_t layers;
  uint32_t fetch;        /* id of the fetch wanted again, in flight or retrying; 0: none */
  uint32_t ended;        /* id that SETTLE reports */
  uint32_t cause;        /* the observer that asked for the fetch; 0: none did */
  uint16_t lag;          /* answers in a row that were behind the last change */
  uint8_t status_before; /* when the fetch started, for a cancel that restores */
  uint8_t failures_before;
  double wake;          /* ms, for LATER and RETRYING; for FLYING, until when it holds a slot */
  double not_before;    /* ms: no refetch that only changes want starts earlier */
  uint64_t fetch_asked; /* ordinal at which the try in flight was asked */
};

/* In which of the wiring's lists an entry stands: one at most. */
enum entry_list { ENTRY_IN_NONE = 0, ENTRY_IN_WANTED, ENTRY_IN_UNUSED };

/* What marking looks at comes first, and so costs one line of the processor's cache. */
struct entry {
  uint32_t node;       /* place in the index; 0: about to be dropped */
  uint16_t failures;   /* of this fetch */
  uint8_t effects;     /* ENTRY_EFFECTS bits not yet drained */
  uint8_t status;      /* TIDEMARK_STATUS_* */
  uint8_t phase;       /* enum entry_phase */
  uint8_t outcome : 3; /* enum tidemark_outcome that SETTLE reports */
  uint8_t network_mode : 2;
  bool has_data : 1;
  uint8_t list : 2;      /* enum entry_list */
  bool asked_before : 1; /* a fetch has ended here: an unobserved entry can be fetched again */
  bool again : 1;        /* one more fetch when the one in flight has ended */
  bool again_refetch : 1;
  bool refetch : 1;          /* what is wanted or in flight was caused by a change: takes a slot */
  bool has_slot : 1;         /* in flight, and holds one of the refetch slots */
  bool awaited : 1;          /* somebody besides the observers was told to wait for the fetch */
  bool no_retry : 1;         /* everybody who wanted the fetch has left */
  bool removed : 1;          /* found by nobody until its key is made or told of again */
  bool returning : 1;        /* its observers want a fetch unless somebody puts an answer in */
  bool put_off : 1;          /* a change wanted the fetch, and the caller called it off */
  bool dirty : 1;            /* in the queue of entries with effects */
  struct activity *activity; /* NULL: at rest */
  struct freshness freshness;
  double updated; /* ms, of the wheel's clock: when the answer was true; may be negative */
  double unused;  /* ms: since when nobody has needed it, if nobody does */
  uint32_t first_tag;
  uint32_t scopes;         /* set of those it depends on; 0: whatever the channel tells */
  uint32_t queue;          /* of the unused entries with its gc time */
  uint32_t next, previous; /* in `list` */
  uint32_t next_dirty;
};

/* Most of a large cache is these: ARCHITECTURE, "What an entry weighs". */
_Static_assert((ENTRY_EFFECTS & ~UINT8_MAX) == 0, "effects have outgrown their byte");
_Static_assert(sizeof(void *) != 4 || sizeof(struct entry) == 96, "an entry has grown");

extern const struct activity ENTRY_AT_REST;

/* For reading, whether there is one or not. */
static inline const struct activity *entry_activity(const struct entry *e) {
  return e->activity == NULL ? &ENTRY_AT_REST : e->activity;
}
static inline bool entry_is_observed(const struct entry *e) {
  return entry_activity(e)->observers > 0;
}
static inline bool entry_is_active(const struct entry *e) {
  return entry_activity(e)->enabled > 0;
}
/* A fetch has started and is not over; its id. */
static inline uint32_t entry_fetch(const struct entry *e) {
  return entry_activity(e)->fetch;
}

/* `seq`: the stream's position. What it told of before, an answer to come must hold. */
void entry_init(struct entry *e, double seq);

/* ---- Wanting ------------------------------------------------------------------------------- */
/* A fetch somebody waits for: joins what is under way, or, with restart, supersedes it. */
uint32_t entry_want(struct entry *e, bool refetch, bool restart);
/* One more fetch once what is in flight has ended; at once if nothing is. */
uint32_t entry_want_after(struct entry *e, bool refetch);
/* A fetch of an active entry at `wake`, but not before `not_before`, unless one is wanted earlier
 * anyway. */
uint32_t entry_want_later(struct entry *e, double wake);

/* ---- Doing --------------------------------------------------------------------------------- */
/* The scheduler lets it start, and gave it an activity; `fetch` is the id for a new fetch, not used
 * for a retry. */
uint32_t entry_start(struct entry *e, uint32_t fetch, uint64_t ordinal);
/* The scheduler found the network or the page away. */
uint32_t entry_pause(struct entry *e);
uint32_t entry_resume(struct entry *e);
/* The answer is here. *landing says what becomes of it. */
uint32_t entry_land(struct entry *e, double as_of, double time, enum tidemark_landing *landing);
/* The try failed; `retry_in` is how long to wait for the next, INFINITY for none. */
uint32_t entry_fail(struct entry *e, double retry_in, double time);
/* Its timer went off (LATER, RETRYING). */
uint32_t entry_wake(struct entry *e);
/* What is wanted or under way is called off; the entry is as before, or, without `revert`, it
 * failed. */
uint32_t entry_cancel(struct entry *e, bool revert);
/* The caller wrote over what it called off: what is put off and has not begun comes at `wake`. */
void entry_put_off(struct entry *e, double wake);
/* Somebody besides the observers is told to wait for what is wanted or under way, if anything is:
 * it goes on when the observers leave. */
void entry_await(struct entry *e);

/* ---- Answers without a fetch --------------------------------------------------------------- */
uint32_t entry_set_data(struct entry *e, double updated, uint64_t ordinal, bool keep_changes);
/* A fetch that is awaited goes on: it is asked for anew. */
uint32_t entry_reset(struct entry *e, double seq);

/* ---- Questions ----------------------------------------------------------------------------- */
bool entry_is_stale(const struct entry *e, double stale_time, double time);
/* A change came after what is in flight was asked: its answer will be marked when it lands. */
bool entry_is_overtaken(const struct entry *e);
/* Nobody needs it: it may be collected its gc time later. */
bool entry_is_unused(const struct entry *e);
/* Nothing goes on around it, and nothing that did is still to be told. */
bool entry_is_at_rest(const struct entry *e);
/* When its timer must go off; INFINITY for never. */
double entry_deadline(const struct entry *e);
/* enum tidemark_entry_state */
uint32_t entry_state(const struct entry *e);

#endif
