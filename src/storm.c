#include "storm.h"

#include <math.h>

static const double WINDOW_MS = 1000;

enum storm_verdict storm_take(struct storm *s, double time) {
  if (time >= s->end) {
    s->end = time + WINDOW_MS;
    s->count = 0;
  }
  if (s->count < s->limit) {
    s->count++;
    return STORM_APPLY;
  }
  if (s->count == s->limit) {
    s->count++;
    return STORM_BEGINS;
  }
  s->folded = true;
  return STORM_FOLD;
}

double storm_deadline(const struct storm *s) {
  return s->folded ? s->end : INFINITY;
}

bool storm_ends(struct storm *s, double time) {
  bool ends = time >= storm_deadline(s);
  s->folded = s->folded && !ends;
  return ends;
}
