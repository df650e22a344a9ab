#include "cache_fetch.h"

#include <math.h>

#include "cache_entry.h"
#include "cache_lifetime.h"
#include "cache_mark.h"
#include "cache_mutation.h"
#include "cache_start.h"
#include "key.h"

/* ms between tries to refetch what a change marked, once the ordinary retries are used up. So long
 * is waited, too, once the caller has put an answer of its own in the place of the one it called
 * off: until then its own write should be done. */
static const double RECOVERY_MS = 30000;

/* ---- Fetching ------------------------------------------------------------------------------ */

int cache_fetch_want(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  double stale_time = event->fetch.stale_time;
  if (event->fetch.network_mode > TIDEMARK_NETWORK_OFFLINE_FIRST ||
      !(stale_time >= 0 || stale_time == TIDEMARK_STATIC)) {
    return TIDEMARK_ERROR_EVENT;
  }
  cache_entry_return(cache, event->entry);
  if (!event->fetch.restart && !entry_is_stale(e, stale_time, cache->time)) {
    cache->stats.hits++;
    return TIDEMARK_FETCHING_FRESH;
  }
  if (cache_entry_reserve(cache, 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  cache->stats.misses += event->fetch.restart ? 0 : 1;
  e->network_mode = event->fetch.network_mode & 3;
  /* Who asks now must not get an answer that is known to be old. */
  bool restart = event->fetch.restart != 0 || entry_is_overtaken(e);
  uint32_t bits = entry_want(e, event->fetch.refetch != 0, restart);
  entry_await(e);
  cache_entry_commit(cache, event->entry, bits);
  if (event->fetch.refetch == 0 || PLANTED(REFETCH_STARTS_AT_ONCE)) {
    cache_start_asked(cache, event->entry);
  }
  return TIDEMARK_FETCHING_WANTED;
}

/* The entry in which that fetch is in flight, or NULL: the answer comes too late. */
static struct entry *flying_entry(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  bool flying = e != NULL && e->phase == ENTRY_FLYING &&
                (entry_fetch(e) == event->id || PLANTED(SUPERSEDED_ANSWER_TAKEN));
  return flying ? e : NULL;
}

int cache_fetch_succeeded(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = flying_entry(cache, event);
  if (e == NULL) {
    return TIDEMARK_LANDING_LATE;
  }
  double as_of = POSITION_UNKNOWN;
  if (event->success.as_of != NULL) {
    bool strange = false;
    as_of = stream_parse_as_of(&cache->stream, (const char *)event->success.as_of,
                               event->success.as_of_length, &strange);
    if (strange) {
      cache_warn(cache, TIDEMARK_WARNING_EPOCH, NULL);
    }
    cache_mark_forget_old_epoch(cache);
  }
  uint64_t asked = e->activity->fetch_asked;
  uint16_t lag = e->activity->lag;
  enum tidemark_landing landing = TIDEMARK_LANDING_LATE;
  uint32_t bits = entry_land(e, as_of, cache->time, &landing);
  cache_entry_commit(cache, event->entry, bits);
  if ((bits & ENTRY_LANDED) != 0) {
    cache_mutation_landed(cache, event->entry, asked, as_of);
    cache_entry_arm_stale_timers(cache, event->entry);
  }
  bool lacks_a_change = freshness_is_behind(&e->freshness) ||
                        (landing == TIDEMARK_LANDING_OLDER && freshness_is_marked(&e->freshness));
  if (lacks_a_change && cache_entry_refetches(cache, event->entry, TIDEMARK_REFETCH_ACTIVE) &&
      !PLANTED(LAGGING_ANSWER_LEFT)) {
    e->activity->lag = lag < UINT16_MAX ? lag + 1 : lag;
    cache_entry_plan(cache, event->entry, schedule_backoff(lag));
  } else if (e->activity != NULL) {
    e->activity->lag = 0;
  }
  cache_mutation_fold(cache, event->entry);
  return (int)landing;
}

int cache_fetch_failed(tidemark_cache *cache, const tidemark_event *event) {
  if (!(event->failure.retry_limit >= 0) || event->failure.retry_delay < 0) {
    return TIDEMARK_ERROR_EVENT;
  }
  struct entry *e = flying_entry(cache, event);
  if (e == NULL) {
    return TIDEMARK_LANDING_LATE;
  }
  double retry_in = schedule_retry(e->failures, event->failure.retry_limit,
                                   event->failure.retry_delay, event->failure.retry_after);
  if (e->refetch && !isinf(retry_in)) {
    retry_in = schedule_spread(retry_in, &cache->random);
  }
  cache_entry_commit(cache, event->entry, entry_fail(e, retry_in, cache->time));
  if (e->phase == ENTRY_RETRYING) {
    cache->stats.retries++;
    return TIDEMARK_OK;
  }
  cache->stats.fetch_errors++;
  /* A change is not lost because the server was away longer than the retries lasted. */
  if (e->phase == ENTRY_IDLE && !PLANTED(RECOVERY_FORGOTTEN)) {
    cache_entry_keep_up(cache, event->entry, RECOVERY_MS);
  }
  cache_mutation_fold(cache, event->entry);
  return TIDEMARK_OK;
}

static bool is_stale_for_any(const tidemark_cache *cache, const struct entry *e) {
  for (const struct observer *o = observer_next(cache, entry_activity(e)->first_observer);
       o != NULL; o = observer_next(cache, o->next)) {
    if (observer_is_stale(o, e, cache->time)) {
      return true;
    }
  }
  return false;
}

int cache_fetch_set_data(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (!(event->data.age >= 0)) {
    return TIDEMARK_ERROR_EVENT;
  }
  cache_entry_return(cache, event->entry);
  bool keep_changes = event->data.keep_changes != 0;
  uint32_t bits = entry_set_data(e, cache->time - event->data.age, cache->ordinal, keep_changes);
  if (e->put_off && !entry_is_active(e) && !e->awaited && entry_fetch(e) == 0) {
    bits |= entry_cancel(e, true); /* left while it waited for the network: nobody is to see it */
  } else if (e->put_off && !PLANTED(PUT_OFF_TOO_SHORTLY)) {
    entry_put_off(e, cache->time + schedule_spread(RECOVERY_MS, &cache->random));
  }
  if (e->returning && e->phase == ENTRY_WANTED && !e->awaited && !is_stale_for_any(cache, e)) {
    bits |= entry_cancel(e, true);
  }
  cache_entry_commit(cache, event->entry, bits);
  cache_entry_touch(cache, event->entry);
  if (!keep_changes) {
    cache_mutation_landed(cache, event->entry, cache->ordinal, POSITION_UNKNOWN);
  }
  cache_entry_arm_stale_timers(cache, event->entry);
  cache_mutation_fold(cache, event->entry); /* a fetch that is called off asks for no answer */
  return TIDEMARK_OK;
}

int cache_fetch_set_tags(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  int result = cache_take_key(cache, event->key.bytes, event->key.length);
  for (size_t at = 0; result == TIDEMARK_OK && at < event->key.length;
       at += key_part_size(cache->key + at)) {
    result = cache->key[at] == TIDEMARK_KEY_ARRAY ? TIDEMARK_OK : TIDEMARK_ERROR_KEY;
  }
  if (result < 0) {
    return result;
  }
  return tags_set(&cache->tags, event->entry, &e->first_tag, cache->key, event->key.length);
}

/* ---- Lists of entries ---------------------------------------------------------------------- */

/* Whoever asked for it by a list waits until it is over, unless it is paused. */
static void promise(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->phase != ENTRY_PAUSED) {
    entry_await(e);
  }
}

static void refetch(tidemark_cache *cache, uint32_t id, bool restart) {
  struct entry *e = entry_at(cache, id);
  if (cache_entry_refetches(cache, id, TIDEMARK_REFETCH_ALL)) {
    cache_entry_commit(cache, id, entry_want(e, false, restart));
    promise(cache, id);
  }
}

static void invalidate(tidemark_cache *cache, uint32_t id, const struct mark *mark) {
  cache_mark_entry(cache, id, mark);
  if (cache_entry_refetches(cache, id, mark->refetch_type)) {
    promise(cache, id);
  }
}

/* The caller may be about to write, and wants no older answer over what it puts in meanwhile. What
 * a change wanted is asked for once it has had time for that. */
static void cancel(tidemark_cache *cache, uint32_t id, bool revert) {
  struct entry *e = entry_at(cache, id);
  bool wanted = e->phase != ENTRY_IDLE && !PLANTED(CANCEL_ENDS_CHANGE) &&
                (e->put_off || freshness_is_marked(&e->freshness));
  cache_entry_commit(cache, id, entry_cancel(e, revert));
  if (wanted && cache_entry_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    cache_entry_plan(cache, id, schedule_backoff(0));
    e->put_off = true;
  }
  cache_mutation_fold(cache, id);
}

int cache_fetch_list(tidemark_cache *cache, const tidemark_event *event) {
  if (event->list.refetch_type > TIDEMARK_REFETCH_NONE) {
    return TIDEMARK_ERROR_EVENT;
  }
  for (size_t i = 0; i < event->list.count; i++) {
    if (entry_get(cache, event->list.entries[i]) == NULL) {
      return TIDEMARK_ERROR_HANDLE;
    }
  }
  struct mark mark = {.seq = POSITION_UNKNOWN,
                      .refetch_type = (enum tidemark_refetch_type)event->list.refetch_type,
                      .trail = event->list.trail != 0};
  for (size_t i = 0; i < event->list.count; i++) {
    uint32_t id = event->list.entries[i];
    if (event->type == TIDEMARK_INVALIDATE) {
      invalidate(cache, id, &mark);
      continue;
    }
    if (entry_get(cache, id) == NULL) {
      continue; /* named twice, and gone since */
    }
    switch (event->type) {
    case TIDEMARK_REFETCH:
      refetch(cache, id, event->list.trail == 0);
      break;
    case TIDEMARK_CANCEL:
      cancel(cache, id, event->list.no_revert == 0);
      break;
    case TIDEMARK_REMOVE:
      cache_lifetime_remove(cache, id);
      break;
    default:
      cache_lifetime_reset(cache, id);
      promise(cache, id);
      break;
    }
  }
  return (int)event->list.count;
}
