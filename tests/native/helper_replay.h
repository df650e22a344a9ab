/* Events as they were taken by one cache, to be taken again by another. */
#ifndef HELPER_REPLAY_H
#define HELPER_REPLAY_H

#include "helper_world.h"

struct recorded {
  tidemark_event event; /* points into payload, not into the past */
  double now;
  void *payload;
};

struct recording {
  struct recorded *events;
  size_t count, capacity;
};

/* What the scenario does, event by event. To be freed. */
struct recording record_scenario(void (*scenario)(struct world *w));
void free_recording(struct recording *recording);
/* One event of a recording in another world. */
int replay(struct world *w, const struct recorded *recorded);

#endif
