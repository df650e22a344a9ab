/* What kind of world a seed makes. Each fault is there in some worlds only: one that is everywhere
 * hides what the others do. Chances are per thousand. */
#ifndef SIMULATION_CLIMATE_H
#define SIMULATION_CLIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "random.h"

struct climate {
  /* the server */
  bool plain;  /* it knows no positions */
  double ping; /* ms between its pings; 0: none */
  uint32_t window, recovery_limit;
  bool counts_anew; /* a new epoch starts at 1 */
  bool tags;        /* members are told of by tags, not by a resource */
  bool echoes;      /* changes carry the name of their mutation */
  uint32_t as_of;   /* answers say their position */
  uint32_t strange; /* of an epoch that the hub never had */
  uint32_t replica; /* answers come from a lagging replica */
  uint32_t fold;    /* a change is told as "anything in this scope" */
  bool scopes;      /* it tells of what it is asked for */
  uint32_t forbid;  /* a subscription is refused one of them */
  bool fold_placed; /* which says up to which position */
  uint32_t flood;   /* changes that come at once, some time; 0: never */
  /* the network */
  uint32_t lose, repeat, garble, cut_at_resume, restart_at_resume, half_open, refuse, bad_ticket;
  uint32_t slow, hang, fail;
  /* clients */
  uint32_t concurrent_refetches;
  uint32_t entries, changes_per_second; /* limits */
  double reset_window, refetch_spacing;
  bool busy; /* frames wait for the page, and are taken together */
  uint32_t max_attempts;
  bool jumps, hides, unplugs, throttles, mutates, reenters, signs_out;
  double storm_ms;
};

struct climate climate_of(struct random *random);

#endif
