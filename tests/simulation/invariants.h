/*
 * What must hold, each as a function of its own. Most look at one client after one of its steps,
 * when all effects of the step have been carried out; the others at one effect or answer.
 */
#ifndef SIMULATION_INVARIANTS_H
#define SIMULATION_INVARIANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

struct world;

enum invariant {
  INVARIANT_ACTIVE = 1,
  INVARIANT_NOTHING_LOST = 2,
  INVARIANT_OLDER = 3,
  INVARIANT_VIEW = 4,
  INVARIANT_COLLECTION = 5,
  INVARIANT_ONLY_ACTIVE = 6,
  INVARIANT_ONE_A_TURN = 7,
  INVARIANT_OLD_MESSAGE = 8,
  INVARIANT_FAILURE = 9,
  INVARIANT_NOTIFY = 10,
  INVARIANT_EMPTY = 11,
  INVARIANT_USER = 14,
  INVARIANT_SAME_TRACE = 15,
  /* promises of design.md that have no number */
  INVARIANT_SCHEDULE,
  INVARIANT_LIVE,
  INVARIANT_STORM,
  INVARIANT_REFUSED,
  INVARIANT_AWAITED,
  INVARIANT_BACK,
  INVARIANT_HANDLE,
  INVARIANT_WORLD
};

struct violation {
  enum invariant invariant; /* 0: none */
  char detail[200];
};

const char *invariant_sentence(enum invariant invariant);
/* The first one counts; it ends the world. */
__attribute__((format(printf, 3, 4))) void violate(struct world *w, enum invariant invariant,
                                                   const char *format, ...);

/* Around each step. */
void step_begins(struct world *w, struct client *c, const tidemark_event *event);
void step_ends(struct world *w, struct client *c);

/* At an effect, before it is carried out. */
bool check_handle(struct world *w, struct client *c, const tidemark_effect *effect);
void check_settle(struct world *w, struct client *c, const tidemark_effect *effect);
void check_fold(struct world *w, struct client *c, uint32_t entry, uint32_t mutation);
void check_fetch(struct world *w, struct client *c, const tidemark_effect *effect);
void check_reconnect(struct world *w, struct client *c);
void check_drop(struct world *w, struct client *c, uint32_t entry);
/* At a frame that was taken. */
void check_folding(struct world *w, struct client *c);
/* At an answer, before it is shown. */
void check_landing(struct world *w, struct client *c, const tidemark_event *event,
                   enum tidemark_landing landing);
/* At an echo that comes alone, before it is taken note of. */
void check_echo(struct world *w, struct client *c, uint32_t mutation);
/* When there is no room for another entry. */
void check_full(struct world *w, struct client *c);
/* When a step was refused for want of memory. */
void check_refused(struct world *w, struct client *c);
/* When there have been no faults for a while. */
void check_calm(struct world *w, struct client *c);
/* When everybody has left. */
void check_empty(struct world *w, struct client *c);

#endif
