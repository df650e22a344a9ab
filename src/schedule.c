#include "schedule.h"

#include <math.h>

#include "hash.h"
#include "planted.h"
#include "prng.h"

enum schedule_verdict schedule_may_start(const struct schedule *s, bool refetch, bool retry,
                                         enum tidemark_network_mode mode) {
  bool needs_network =
      mode == TIDEMARK_NETWORK_ONLINE || (mode == TIDEMARK_NETWORK_OFFLINE_FIRST && retry);
  if (needs_network && !s->online) {
    return SCHEDULE_PAUSE;
  }
  if (retry && !s->visible) {
    return SCHEDULE_PAUSE;
  }
  bool hidden = !s->visible && !PLANTED(HIDDEN_PAGE_REFETCHES);
  if (refetch && (hidden || (s->slots_taken >= s->slots && !PLANTED(CAP_IGNORED)))) {
    return SCHEDULE_HOLD;
  }
  return SCHEDULE_START;
}

double schedule_backoff(uint32_t n) {
  return n >= 5 ? 30000 : (double)(1000U << n);
}

double schedule_retry(uint32_t failures, double limit, double delay, double retry_after) {
  if (!(failures < limit + PLANTED(RETRY_ONE_TOO_MANY))) {
    return INFINITY;
  }
  double wait = isnan(delay) ? schedule_backoff(failures) : delay;
  return retry_after > wait && !PLANTED(RETRY_AFTER_IGNORED) ? retry_after : wait;
}

double schedule_spread(double delay, uint64_t *random) {
  double most = PLANTED(SPREAD_UNBOUNDED) ? 3 * delay : delay / 2;
  return delay + most * prng_unit(random);
}
