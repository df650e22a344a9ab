/* Which wanted fetch may start now, and how long the others wait. */
#ifndef TIDEMARK_SCHEDULE_H
#define TIDEMARK_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "tidemark.h"

struct schedule {
  bool online, visible;
  uint32_t slots_taken; /* by refetches in flight that changes caused */
  uint32_t slots;       /* limits.concurrent_refetches */
  double reset_window;  /* ms */
  double spacing;       /* ms between refetches of one entry that changes caused */
};

enum schedule_verdict {
  SCHEDULE_START,
  SCHEDULE_HOLD, /* nobody waits for it: it stays wanted until there is room or somebody looks */
  SCHEDULE_PAUSE /* it is wanted, but cannot be had */
};

/* `refetch`: a change caused it; `retry`: a try of it has failed. */
enum schedule_verdict schedule_may_start(const struct schedule *s, bool refetch, bool retry,
                                         enum tidemark_network_mode mode);

/* ms before try n + 1 after n + 1 failures: min(1000 * 2^n, 30000). */
double schedule_backoff(uint32_t n);
/* ms to wait before another try after `failures` of them; INFINITY for no more. */
double schedule_retry(uint32_t failures, double limit, double delay, double retry_after);
/* Up to half as long again: clients that one change or failure woke do not come back as one. */
double schedule_spread(double delay, uint64_t *random);

#endif
