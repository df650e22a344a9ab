#include "observer.h"

#include <math.h>

static bool is_duration(double value) {
  return value >= 0; /* false for NaN; INFINITY is one */
}

int observer_check(const tidemark_observer_options *options) {
  bool stale_time = is_duration(options->stale_time) || options->stale_time == TIDEMARK_STATIC;
  bool interval = is_duration(options->refetch_interval) && !isinf(options->refetch_interval);
  bool modes = options->refetch_on_mount <= TIDEMARK_REFETCH_ALWAYS &&
               options->refetch_on_window_focus <= TIDEMARK_REFETCH_ALWAYS &&
               options->refetch_on_reconnect <= TIDEMARK_REFETCH_ALWAYS &&
               options->network_mode <= TIDEMARK_NETWORK_OFFLINE_FIRST;
  return stale_time && interval && modes && is_duration(options->gc_time) ? TIDEMARK_OK
                                                                          : TIDEMARK_ERROR_EVENT;
}

bool observer_is_stale(const struct observer *o, const struct entry *e, double time) {
  return o->options.enabled && entry_is_stale(e, o->options.stale_time, time);
}

bool observer_fetches_on(const struct observer *o, const struct entry *e,
                         enum tidemark_refetch_on when, double time) {
  if (!o->options.enabled || o->options.stale_time == TIDEMARK_STATIC) {
    return false;
  }
  return when == TIDEMARK_REFETCH_ALWAYS ||
         (when == TIDEMARK_REFETCH_IF_STALE && observer_is_stale(o, e, time));
}

bool observer_fetches_on_mount(const struct observer *o, const struct entry *e, double time) {
  if (!e->has_data) {
    bool failed = e->status == TIDEMARK_STATUS_ERROR;
    return o->options.enabled && (!failed || o->options.retry_on_mount);
  }
  return observer_fetches_on(o, e, (enum tidemark_refetch_on)o->options.refetch_on_mount, time);
}

double observer_stale_deadline(const struct observer *o, const struct entry *e) {
  if (!o->options.enabled || !e->has_data || o->options.stale_time == TIDEMARK_STATIC) {
    return INFINITY;
  }
  return e->updated + o->options.stale_time;
}
