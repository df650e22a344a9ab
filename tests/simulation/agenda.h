/*
 * What is going to happen in a world, and when: a heap ordered by time, and by order of adding
 * within one moment.
 */
#ifndef SIMULATION_AGENDA_H
#define SIMULATION_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

struct world;
typedef void action(struct world *w, uint32_t a, uint32_t b);

struct plan {
  double time; /* ms of the world's own clock, which only goes forward */
  uint64_t order;
  action *act;
  uint32_t a, b;
};

enum { AGENDA_PLANS = 16384 };

struct agenda {
  uint64_t added;
  uint32_t count;
  bool overflow;
  struct plan plans[AGENDA_PLANS];
};

void agenda_clear(struct agenda *agenda);
void agenda_add(struct agenda *agenda, double time, action *act, uint32_t a, uint32_t b);
/* False if nothing is planned up to `end`. */
bool agenda_next(struct agenda *agenda, double end, struct plan *plan);

#endif
