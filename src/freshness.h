/*
 * Freshness by marks: an answer is true as long as no later change touched it.
 *
 *      changes   ──────●───────────────●──────────>  ordinal
 *                   changed
 *      answer              asked ├────┤ landed        fresh: asked > changed
 *
 * "Later" is counted in the cache's own ordinals, one per event. Where both the change and the
 * answer say their position in the server's stream, the positions decide: a lagging replica may
 * answer after a change and still not know it, and an answer under way when the change came may
 * hold it already.
 */
#ifndef TIDEMARK_FRESHNESS_H
#define TIDEMARK_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "position.h"

struct freshness {
  uint64_t changed;   /* ordinal of the last change that touched the entry, 0: none */
  uint64_t unplaced;  /* ordinal of the last one that had no position, 0: none */
  uint64_t asked;     /* ordinal at which the answer shown was asked for, 0: no answer */
  double changed_seq; /* position of the last change that had one */
  double as_of;       /* position the answer shown is at least as new as */
};

/* `seq`: how far the stream had come, or POSITION_UNKNOWN: an answer that is older lacks something.
 */
void freshness_init(struct freshness *f, double seq);
/* A change touched the entry. False: the answer shown is known to hold it. */
bool freshness_mark(struct freshness *f, uint64_t ordinal, double seq);
/* An answer to what was asked at `asked` is here. False: what is shown is newer. */
bool freshness_land(struct freshness *f, uint64_t asked, double as_of);
/* The stream began a new epoch: positions of the old one compare with nothing, and what they proved
 * is proved no more. */
void freshness_new_epoch(struct freshness *f);

/* The answer is known to lack a change. */
bool freshness_is_marked(const struct freshness *f);
/* The answer was asked for late enough, but by its position it does not know the last change. */
bool freshness_is_behind(const struct freshness *f);

#endif
