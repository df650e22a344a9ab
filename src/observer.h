/* Those who look at an entry: a doubly linked list per entry, and what each asked for. */
#ifndef TIDEMARK_OBSERVER_H
#define TIDEMARK_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "entry.h"

struct observer {
  uint32_t next, previous; /* observers of the same entry */
  uint32_t entry;
  uint32_t stale_timer, interval_timer;
  tidemark_observer_options options;
};

/* TIDEMARK_OK, or TIDEMARK_ERROR_EVENT for a number out of range. */
int observer_check(const tidemark_observer_options *options);
bool observer_is_stale(const struct observer *o, const struct entry *e, double time);
/* Whether it fetches when it comes. */
bool observer_fetches_on_mount(const struct observer *o, const struct entry *e, double time);
/* Whether it fetches when the page is seen again or the network is back. */
bool observer_fetches_on(const struct observer *o, const struct entry *e,
                         enum tidemark_refetch_on when, double time);
/* When its answer becomes stale by the clock; INFINITY for never. */
double observer_stale_deadline(const struct observer *o, const struct entry *e);

#endif
