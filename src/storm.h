/*
 * Storms: so many changes at once that to look at each would cost more than to ask again.
 *
 *      changes    ●●●●●●│○○○○○○○○○○○○○○│     │●●         ● applied one by one
 *                 limit ^ mark all     ^ mark all      ○ folded
 *                 └───── a second ─────┘
 *
 * Of each second, changes beyond the limit are folded into "anything may have changed": said once
 * when the first of them comes, and once more at the end for those that followed.
 */
#ifndef TIDEMARK_STORM_H
#define TIDEMARK_STORM_H

#include <stdbool.h>
#include <stdint.h>

enum storm_verdict {
  STORM_APPLY,
  STORM_BEGINS, /* the first one folded: mark all now */
  STORM_FOLD    /* the next mark of all stands for it */
};

struct storm {
  uint32_t limit; /* changes a second */
  uint32_t count; /* in this second */
  double end;     /* ms: of this second */
  bool folded;    /* since all were marked */
  bool unplaced;  /* the caller's: one of those has no position */
};

/* What becomes of a change that comes at `time`. */
enum storm_verdict storm_take(struct storm *s, double time);
/* When all are to be marked again; INFINITY for not at all. */
double storm_deadline(const struct storm *s);
/* True if that is now; it is said once. */
bool storm_ends(struct storm *s, double time);

#endif
