/*
 * One browser tab: a cache, and what its shim would hold beside it: values, layers' updates,
 * observers, requests, the one timer. A value is a number; a mutation's update mixes its serial
 * into it, so that no two orders of layers look alike.
 *
 * What the client itself knows ("model" below) is worked out from events alone, never from the
 * cache, and is what the invariants compare the cache with.
 */
#ifndef SIMULATION_CLIENT_H
#define SIMULATION_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"
#include "requests.h"
#include "sockets.h"
#include "tidemark.h"

struct world;

/* RECORDS is at most 64: sets of them are bits. */
enum { RECORDS = 48, OBSERVERS = 8, MUTATIONS = 48, LAYERS = 12, BATCH = 32, INBOX = 1024 };
/* base_commit of a value that the app made up. */
#define MADE_UP    UINT32_MAX
#define NO_REQUEST UINT32_MAX

struct observer {
  uint32_t handle, entry;
  tidemark_observer_options options;
};

struct mutation {
  uint32_t serial, handle;
  uint64_t settled;     /* model: ordinal of acknowledgement or echo, 0: pending */
  struct position echo; /* model: where the stream told of it; seq -1: it has not, or not where */
  bool echoed;          /* model: the stream has told of it */
  bool began, reported; /* reported: acknowledged or failed, the handle is void */
  uint64_t marked;      /* model: entries (bits) that it marked when it was done */
  uint32_t task;
  uint32_t commit; /* that did it at the server; 0: none has */
};

/* What is known about one entry. */
struct record {
  bool used;
  bool detached; /* removed while observed */
  bool removed;  /* its DROP may come at any time */
  uint8_t key;
  /* the answer shown */
  bool has_base;
  uint64_t base, view;
  uint32_t base_commit;
  uint64_t base_asked;        /* ordinal */
  bool doubtful;              /* it lags, by a position that this client cannot read */
  struct position base_as_of; /* seq -1: it did not say, or of an epoch that is over */
  /* the fetch */
  uint32_t fetch; /* in flight or retrying, 0: none */
  double sent_at; /* when the request was, of the client's clock */
  uint32_t request;
  uint64_t asked;      /* ordinal at which the try in flight was asked */
  uint64_t started;    /* ordinal of the last re-entered event that started a try, 0: none */
  bool wanted_by_name; /* somebody asked for it though nobody may observe it */
  bool awaited;        /* somebody besides the observers waits for it */
  uint64_t named;      /* ordinal at which it was last asked for by name */
  bool wanted_by_hand; /* something else than a change wanted it */
  bool by_change;      /* nothing but changes wanted the one in flight */
  uint8_t network_mode;
  uint32_t fetched_in_turn;
  double retry_from, retry_by; /* model time within which the next try comes */
  double retry_limit;
  uint32_t tries; /* of the fetch that failed before the one in flight */
  /* layers, lowest first: indices of mutations */
  uint32_t layer_count;
  uint8_t layers[LAYERS];
  /* collection */
  double gc_time;
  bool needed;                       /* after the last step */
  double layered_since;              /* model time since when a layer alone keeps it */
  double left_earliest, left_latest; /* model time at which it was last needed, at least or most */
  /* why it may stay as it is although it is not what the server has */
  bool excused;          /* the app cancelled its fetch, or mounted it asking for none */
  uint64_t changed;      /* ordinal of the last change told since it was last asked for; 0: none */
  uint64_t told;         /* ordinal of the last change of it that came as one; 0: none */
  uint64_t called_off;   /* ordinal at which its fetch was last cancelled by name */
  double quiet_until;    /* model time until when nothing but a new change refetches it */
  double idle_since;     /* model time since when it is active, marked and idle; NaN: it is not */
  uint64_t forgotten;    /* ordinal at which its user signed out; 0: it was asked for since */
  uint32_t user;         /* whose the answer shown is */
  uint32_t scopes;       /* that it declares; none: it depends on whatever the channel tells */
  uint32_t heard;        /* stream status, as whoever looks last heard of it */
  double spaced_until;   /* model time: no refetch that only changes want starts earlier */
  double spaced_at_most; /* but for its spacing it starts by then */
  double reset_at; /* model time of the reset that alone makes it refetch; NaN: there is none */
};

/* Model: how often in a row its connection was lost. */
struct line {
  tidemark_stream_options options;
  uint32_t attempts;
  bool sure;            /* `attempts` is known */
  double live_since;    /* model time */
  double lost_at;       /* model time since when it waits for the next try; NaN: it does not */
  bool open;            /* it has been live since it began */
  double after, spread; /* ms; what the hub of this connection asked for on going away */
};

/* In the order of how much is known; of what is not asked for, ABSENT. */
enum scope_state { SCOPE_ABSENT, SCOPE_ADDED, SCOPE_LIVE };

/* Model: how live the channel is, from events and effects alone. */
struct channel {
  enum tidemark_stream_status status; /* scopes aside; GAP counts as LIVE */
  bool gap;
  bool deaf; /* the hub says that it hears of nothing */
  bool epoch_told;
  bool subscribing;    /* a subscription is about to be sent */
  uint32_t unanswered; /* subscriptions of this connection */
  uint32_t asked;      /* scopes */
  enum scope_state scopes[SCOPES];
};

/* Model: the changes of this second, of which those beyond the limit are folded. */
struct folding {
  double end; /* model time */
  uint32_t count;
  uint32_t commit;          /* the last one folded that is not marked yet, 0: none */
  uint32_t applied, folded; /* by the step in hand */
  bool ended;               /* in it, what was folded was marked */
};

/* The step in hand. */
struct step {
  const tidemark_event *event;
  int result;
  uint64_t ordinal;
  double deadline_before; /* of the first timer, on the clock of the step before */
  bool reentered; /* more than one event is in it: frames that were taken together, or what an
                     effect was answered with at once */
  int64_t state_before[RECORDS];
  tidemark_stats stats_before;
  struct position position_before;
  uint32_t effects_seen[RECORDS]; /* bits by type */
  uint32_t fetches_seen;
};

struct client {
  uint32_t index;
  tidemark_cache *cache;
  struct heap heap;
  double offset; /* of its clock from the world's */
  bool online, visible, wants_stream, throttled;
  /* model */
  double time; /* that has passed for it: jumps backwards count as none */
  double last_now;
  uint64_t ordinal; /* steps so far */
  struct position position;
  uint32_t heard_epochs; /* bits: those that sockets told of */
  uint32_t epoch;        /* the stream's, as the cache has it; EPOCHS: it knows none */
  uint32_t user;         /* how many have signed out before */
  uint32_t known[KEYS];  /* last commit it has been told of that touched the key */
  struct line line;
  struct folding folding;
  struct channel channel;
  /* shim */
  uint32_t socket; /* the one in hand */
  uint32_t status; /* enum tidemark_stream_status, as last told */
  double timer_due;
  uint32_t timer_generation;
  bool draining, flush_planned, in_flush;
  uint32_t observer_count, mutation_count, serials;
  struct record records[RECORDS];
  struct observer observers[OBSERVERS];
  struct mutation mutations[MUTATIONS];
  struct step step;
  uint32_t scoping;       /* what the SCOPES or SET_SCOPES in hand names */
  uint32_t building;      /* the key of the BUILD in hand */
  struct change changing; /* what the CHANGE in hand says */
  uint32_t list[RECORDS]; /* the entries of the list in hand */
  uint32_t inbox_count;
  uint32_t inbox[INBOX];        /* frames that wait for the page */
  const struct frame *frame;    /* being taken */
  bool frame_is_void;           /* it must change nothing */
  const struct request *answer; /* being taken */
  double memory_at_start;
};

void client_start(struct world *w, uint32_t index);
void client_end(struct world *w, struct client *c);

static inline bool client_runs(const struct client *c) {
  return c->cache != NULL;
}
double client_now(const struct world *w, const struct client *c);

/* One step and, unless it answers an effect of another one, its effects. */
int client_step(struct world *w, struct client *c, tidemark_event event);
/* Everything that was asked of the cache in this turn has been; its fetches may start. */
void client_turn_ends(struct world *w, struct client *c);

/* ---- What reaches it from outside: each is a turn of its own ----------------------------------
 */
void client_answered(struct world *w, uint32_t client, struct request *request);
void client_socket_opened(struct world *w, uint32_t client, uint32_t id);
void client_socket_closed(struct world *w, uint32_t client, uint32_t id, uint32_t code);
/* What has come is taken before it hears of the end. */
void client_empty_inbox(struct world *w, uint32_t client);
void client_socket_text(struct world *w, uint32_t client, uint32_t frame);

/* ---- effects.c --------------------------------------------------------------------------------
 */
void client_drain(struct world *w, struct client *c);

/* ---- model.c ----------------------------------------------------------------------------------
 */
/* What the client knows after a step that was taken. */
void model_step(struct world *w, struct client *c, const tidemark_event *event, int result);
/* The mutation is known to be done. */
void model_settled(struct client *c, uint32_t mutation);
/* Whether an enabled observer looks at it. */
bool record_is_active(const struct client *c, uint32_t entry);
bool record_is_static(const struct client *c, uint32_t entry);
uint32_t record_observers(const struct client *c, uint32_t entry);

/* ---- told.c -----------------------------------------------------------------------------------
 */
struct position told_position(const struct world *w, const struct client *c);
/* Positions of different epochs compare with nothing. */
void told_look_at_epoch(const struct world *w, struct client *c);
/* One that may not be resumed from is given up when the socket falls silent. */
void told_look_at_position(struct client *c, const tidemark_event *event);
void told_by_itself(const struct world *w, struct client *c, const struct change *change);
/* Where the answer says it is, for this client; seq -1 if it says nothing. */
struct position told_as_of(const struct client *c, const struct request *answer);
/* What was folded is marked at the end of its second. */
void told_end_storm(struct world *w, struct client *c, double time);
void told_opened(struct world *w, struct client *c, uint32_t socket);
/* The frame in hand. */
void told_text(struct world *w, struct client *c);

/* ---- channel.c --------------------------------------------------------------------------------
 */
void channel_step(const struct world *w, struct client *c, const tidemark_event *event);
void channel_effect(struct client *c, const tidemark_effect *effect);
/* Before the frame in hand is taken note of. */
void channel_text(const struct world *w, struct client *c);
/* The scopes that the `subscribed` in hand begins to tell of. */
uint32_t channel_added(const struct client *c);
void channel_answered(struct client *c);
enum tidemark_stream_status channel_status(const struct client *c);
enum tidemark_stream_status channel_entry_status(const struct client *c, uint32_t entry,
                                                 bool lacks);
/* Whether the stream tells of all that the key depends on. */
bool channel_covers(const struct client *c, uint32_t key);

/* ---- folding.c --------------------------------------------------------------------------------
 */
enum folding_verdict { FOLDING_APPLIED, FOLDING_BEGUN, FOLDING_FOLDED };
/* What becomes of a change of that commit. */
enum folding_verdict folding_take(struct folding *f, uint32_t limit, double time, uint32_t commit);
/* The commit up to which everything is marked now that the second is over; 0: nothing was. */
uint32_t folding_end(struct folding *f, double time);

/* ---- line.c -----------------------------------------------------------------------------------
 */
void line_step(struct client *c, const tidemark_event *event);
/* A subscription was answered, or a plain server's socket opened. */
void line_opened(struct client *c);
/* The stream is about to have another status. */
void line_status(struct client *c, uint32_t status);

/* ---- layers.c ---------------------------------------------------------------------------------
 */
uint64_t layer_apply(uint64_t value, const struct mutation *m);
/* Base with the layers replayed that the model says are left. */
uint64_t layers_replay(const struct client *c, const struct record *r);
void layers_add(struct client *c, uint32_t entry, uint32_t mutation);
bool layers_has(const struct client *c, uint32_t entry, uint32_t mutation);
void layers_remove(struct client *c, uint32_t entry, uint32_t mutation);
void layers_remove_everywhere(struct client *c, uint32_t mutation);
/* An answer asked for at `asked` is shown: what was done before is in it, unless its position
 * (seq -1: it says none) proves otherwise. */
void layers_landed(struct client *c, uint32_t entry, uint64_t asked, struct position as_of);
/* The same for the answers that are shown already when a mutation is known to be done. */
void layers_settled(struct client *c, uint32_t mutation);
/* Remembers what lies under its layers, marked now that it is done. */
void layers_marked(struct client *c, uint32_t mutation);
/* The entry is another one, or as new. */
void layers_forget_marks(struct client *c, uint32_t entry);
/* The index of the mutation that has that handle; MUTATIONS for none. */
uint32_t mutation_of(const struct client *c, uint32_t handle);

#endif
