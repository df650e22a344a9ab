#include "cache.h"

#include <math.h>

#include "cache_change.h"
#include "cache_check.h"
#include "cache_environment.h"
#include "cache_fetch.h"
#include "cache_lifetime.h"
#include "cache_mutation.h"
#include "cache_observer.h"
#include "cache_scope.h"
#include "cache_start.h"
#include "cache_stream.h"

/* Beyond, a clock's steps are not a millisecond any more. */
static const double LAST_NOW = 0x1p53;

/* A clock that jumps back makes no time pass; from there on it counts again. */
static void advance(tidemark_cache *cache, double now) {
  cache->time = cache_time_at(cache, now);
  cache->now = PLANTED(CLOCK_JUMP_LOSES_TIMERS) && cache->started ? fmax(cache->now, now) : now;
  cache->started = true;
}

/* Only TICK collects: a handle that one event of a turn gave must be good for the next one. */
static void run_timers(tidemark_cache *cache, bool collects) {
  memory_seal(&cache->memory);
  for (uint32_t owner = wheel_expire(&cache->wheel, cache->time); owner != 0;
       owner = wheel_expire(&cache->wheel, cache->time)) {
    if (owner == TIMER_STREAM) {
      cache_stream_timer(cache);
    } else {
      cache_environment_timer(cache, (enum timer_kind)(owner & ((1U << TIMER_KIND_BITS) - 1)),
                              owner >> TIMER_KIND_BITS, collects);
    }
  }
  memory_unseal(&cache->memory);
}

static bool is_switch(double value) {
  return value == 0 || value == 1;
}

static int dispatch(tidemark_cache *cache, const tidemark_event *event) {
  switch (event->type) {
  case TIDEMARK_BUILD:
    return cache_lifetime_build(cache, event);
  case TIDEMARK_OBSERVE:
    return cache_observer_add(cache, event);
  case TIDEMARK_SET_OBSERVER:
    return cache_observer_set(cache, event);
  case TIDEMARK_UNOBSERVE:
    return cache_observer_remove(cache, event);
  case TIDEMARK_FETCH:
    return cache_fetch_want(cache, event);
  case TIDEMARK_FETCH_SUCCEEDED:
    return cache_fetch_succeeded(cache, event);
  case TIDEMARK_FETCH_FAILED:
    return cache_fetch_failed(cache, event);
  case TIDEMARK_SET_DATA:
    return cache_fetch_set_data(cache, event);
  case TIDEMARK_SET_TAGS:
    return cache_fetch_set_tags(cache, event);
  case TIDEMARK_SET_SCOPES:
    return cache_scope_set_entry(cache, event);

  case TIDEMARK_INVALIDATE:
  case TIDEMARK_REFETCH:
  case TIDEMARK_CANCEL:
  case TIDEMARK_REMOVE:
  case TIDEMARK_RESET:
    return cache_fetch_list(cache, event);

  case TIDEMARK_RULES:
    return cache_change_set_rules(cache, event);
  case TIDEMARK_CHANGE:
    return cache_change_from_text(cache, event);

  case TIDEMARK_MUTATION_BEGIN:
    return cache_mutation_begin(cache, event);
  case TIDEMARK_MUTATION_LAYER:
    return cache_mutation_layer(cache, event);
  case TIDEMARK_MUTATION_ACKNOWLEDGED:
    return cache_mutation_acknowledge(cache, event);
  case TIDEMARK_MUTATION_FAILED:
    return cache_mutation_fail(cache, event);

  case TIDEMARK_FLUSH:
    return cache_start_flush(cache);
  case TIDEMARK_TICK:
    return TIDEMARK_OK;
  case TIDEMARK_ONLINE:
    if (!is_switch(event->value)) {
      return TIDEMARK_ERROR_EVENT;
    }
    stream_online(&cache->stream, event->value != 0, cache->time);
    cache_environment_online(cache, event->value != 0);
    return TIDEMARK_OK;
  case TIDEMARK_VISIBLE:
    if (!is_switch(event->value)) {
      return TIDEMARK_ERROR_EVENT;
    }
    if (event->value != 0) {
      stream_visible(&cache->stream, cache->time);
    }
    cache_environment_visible(cache, event->value != 0);
    return TIDEMARK_OK;

  case TIDEMARK_FORGET:
    cache_lifetime_forget_all(cache);
    return TIDEMARK_OK;

  case TIDEMARK_SCOPES:
    return cache_scope_set_channel(cache, event);
  case TIDEMARK_CONNECT:
  case TIDEMARK_DISCONNECT:
  case TIDEMARK_TICKET_READY:
  case TIDEMARK_TICKET_FAILED:
  case TIDEMARK_SOCKET_OPENED:
  case TIDEMARK_SOCKET_TEXT:
  case TIDEMARK_SOCKET_CLOSED:
    return cache_stream_event(cache, event);

  case TIDEMARK_EVENT_END:
    break;
  }
  return TIDEMARK_ERROR_EVENT;
}

/* A large cache is not looked at as a whole every time. */
static void check(const tidemark_cache *cache) {
#ifdef TIDEMARK_CHECKED
  enum { SMALL = 128, SELDOM = 4096 };
  if (cache->entries.live <= SMALL || cache->ordinal % SELDOM == 0) {
    cache_check(cache);
  }
#else
  (void)cache;
#endif
}

int tidemark_step(tidemark_cache *cache, const tidemark_event *event, double now) {
  if (!(fabs(now) <= LAST_NOW)) {
    return TIDEMARK_ERROR_EVENT;
  }
  detail_clear(&cache->detail);
  cache->warning = 0;
  advance(cache, now);
  cache->ordinal++;
  run_timers(cache, event->type == TIDEMARK_TICK);
  cache->ordinal++; /* what timers marked came before what the event asks for */
  int result = dispatch(cache, event);
  json_arena_reset(&cache->arena); /* no tree outlives its event, nor what a long one weighs */
  if (cache->stream.refused) {
    cache->stream.refused = false;
    cache_warn(cache, TIDEMARK_WARNING_REFUSED, NULL);
  }
  cache_scope_tell(cache);
  wheel_arm(&cache->wheel, cache->stream_timer,
            fmin(cache->stream.deadline, storm_deadline(&cache->storm)));
  check(cache);
  return result;
}
