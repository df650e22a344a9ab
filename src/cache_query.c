#include <math.h>

#include "cache_internal.h"
#include "key.h"

/* ms between tries to refetch what a change marked, once the ordinary retries are used up. */
static const double RECOVERY_MS = 30000;

struct entry *entry_get(const tidemark_cache *cache, uint32_t id) {
  struct entry *e = pool_get(&cache->entries, id);
  return e == NULL || (e->effects & ENTRY_DROP) != 0 ? NULL : e;
}

struct observer *observer_get(const tidemark_cache *cache, uint32_t id) {
  return pool_get(&cache->observers, id);
}

static struct observer *next_observer(const tidemark_cache *cache, uint32_t id) {
  return id == 0 ? NULL : observer_at(cache, id);
}

/* ---- After anything happened ---------------------------------------------------------------- */

static void push_dirty(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->dirty) {
    return;
  }
  e->dirty = true;
  e->next_dirty = 0;
  if (cache->dirty.head == 0) {
    cache->dirty.head = id;
  } else {
    entry_at(cache, cache->dirty.tail)->next_dirty = id;
  }
  cache->dirty.tail = id;
}

static void push_wanted(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->queued) {
    return;
  }
  e->queued = true;
  e->next_wanted = 0;
  if (cache->wanted.head == 0) {
    cache->wanted.head = id;
  } else {
    entry_at(cache, cache->wanted.tail)->next_wanted = id;
  }
  cache->wanted.tail = id;
}

static void unlist_unused(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  uint32_t next = e->next_unused;
  uint32_t previous = e->previous_unused;
  *(previous == 0 ? &cache->unused.head : &entry_at(cache, previous)->next_unused) = next;
  *(next == 0 ? &cache->unused.tail : &entry_at(cache, next)->previous_unused) = previous;
  e->listed = false;
}

static void list_unused(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  e->listed = true;
  e->next_unused = 0;
  e->previous_unused = cache->unused.tail;
  if (cache->unused.tail == 0) {
    cache->unused.head = id;
  } else {
    entry_at(cache, cache->unused.tail)->next_unused = id;
  }
  cache->unused.tail = id;
}

/* Who is asked for moves to the end of the list. */
static void refresh_unused(tidemark_cache *cache, uint32_t id) {
  if (entry_at(cache, id)->listed) {
    unlist_unused(cache, id);
    list_unused(cache, id);
  }
}

void query_act(tidemark_cache *cache, uint32_t id, uint32_t bits) {
  struct entry *e = entry_at(cache, id);
  if ((bits & ENTRY_EFFECTS) != 0) {
    e->effects |= bits & ENTRY_EFFECTS;
    push_dirty(cache, id);
  }
  if (e->counted && e->phase != ENTRY_FLYING) {
    e->counted = false;
    cache->schedule.refetching--;
  }
  if (e->phase == ENTRY_WANTED) {
    push_wanted(cache, id);
  }
  bool unused = entry_is_unused(e) && e->node != 0;
  if (unused != e->listed) {
    (unused ? list_unused : unlist_unused)(cache, id);
  }
  wheel_arm(&cache->wheel, e->timer, entry_deadline(e));
}

/* ---- Entries: made and forgotten --------------------------------------------------------------
 */

/* A slot that is given back must be in no queue: it may soon be another entry. */
static void remove_wanted(tidemark_cache *cache, uint32_t id) {
  uint32_t previous = 0;
  for (uint32_t at = cache->wanted.head; at != id; at = entry_at(cache, at)->next_wanted) {
    previous = at;
  }
  uint32_t next = entry_at(cache, id)->next_wanted;
  *(previous == 0 ? &cache->wanted.head : &entry_at(cache, previous)->next_wanted) = next;
  if (cache->wanted.tail == id) {
    cache->wanted.tail = previous;
  }
  entry_at(cache, id)->queued = false;
}

static void drop(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->queued) {
    remove_wanted(cache, id);
  }
  if (e->node != 0) {
    index_remove(&cache->index, e->node);
    e->node = 0;
  }
  tags_clear(&cache->tags, &e->first_tag);
  query_act(cache, id, ENTRY_DROP);
  wheel_arm(&cache->wheel, e->timer, INFINITY);
}

static int make_entry(tidemark_cache *cache, size_t length, double gc_time) {
  bool full = cache->index.exact.count >= cache->limits.entries;
  uint32_t longest_unused = cache->unused.head;
  if (full && longest_unused == 0) {
    return TIDEMARK_ERROR_FULL;
  }
  if (pool_reserve(&cache->entries, &cache->memory, 1) < 0 || wheel_reserve(&cache->wheel, 1) < 0 ||
      cache_reserve_selection(cache, cache->entries.live + 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t id = pool_take(&cache->entries);
  struct entry *e = entry_at(cache, id);
  int result = index_insert(&cache->index, cache->key, length, id, &e->node);
  if (result < 0) {
    pool_release(&cache->entries, id);
    return result;
  }
  if (full) {
    drop(cache, longest_unused);
  }
  entry_init(e, gc_time, cache->time, cache->stream.seq);
  e->timer = wheel_add(&cache->wheel, id << 2 | TIMER_ENTRY);
  query_act(cache, id, 0);
  return (int)id;
}

int query_build(tidemark_cache *cache, const tidemark_event *event) {
  if (!(event->key.gc_time >= 0)) {
    return TIDEMARK_ERROR_EVENT;
  }
  int result = cache_take_key(cache, event->key.bytes, event->key.length);
  if (result < 0) {
    return result;
  }
  uint32_t id = index_find(&cache->index, cache->key, event->key.length);
  if (id == 0) {
    return make_entry(cache, event->key.length, event->key.gc_time);
  }
  struct entry *e = entry_at(cache, id);
  e->gc_time = fmax(e->gc_time, event->key.gc_time);
  query_act(cache, id, 0);
  refresh_unused(cache, id);
  return (int)id;
}

void query_remove(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  mutation_drop_layers(cache, id);
  query_act(cache, id, entry_cancel(e, true, cache->time));
  if (e->observers == 0) {
    drop(cache, id);
  } else if (e->node != 0) {
    index_remove(&cache->index, e->node);
    tags_clear(&cache->tags, &e->first_tag);
    e->node = 0;
  }
}

void query_reset(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  query_act(cache, id, entry_reset(e, cache->time, cache->stream.seq));
  if (query_refetches(cache, id, TIDEMARK_REFETCH_ACTIVE)) {
    query_act(cache, id, entry_want(e, false, false));
  }
}

/* ---- Observers --------------------------------------------------------------------------------
 */

static void arm_stale_timer(tidemark_cache *cache, const struct observer *o) {
  double deadline = observer_stale_deadline(o, entry_at(cache, o->entry));
  wheel_arm(&cache->wheel, o->stale_timer, deadline > cache->time ? deadline : INFINITY);
}

static void arm_interval(tidemark_cache *cache, const struct observer *o) {
  double interval = o->options.refetch_interval;
  bool runs = o->options.enabled && interval > 0;
  wheel_arm(&cache->wheel, o->interval_timer, runs ? cache->time + fmax(interval, 1) : INFINITY);
}

static void arm_stale_timers(tidemark_cache *cache, uint32_t entry) {
  for (struct observer *o = next_observer(cache, entry_at(cache, entry)->first_observer); o != NULL;
       o = next_observer(cache, o->next)) {
    arm_stale_timer(cache, o);
  }
}

static void attach(tidemark_cache *cache, uint32_t id, uint32_t entry) {
  struct observer *o = observer_at(cache, id);
  struct entry *e = entry_at(cache, entry);
  o->entry = entry;
  o->previous = 0;
  o->next = e->first_observer;
  if (o->next != 0) {
    observer_at(cache, o->next)->previous = id;
  }
  e->first_observer = id;
  e->observers++;
  e->enabled += o->options.enabled ? 1 : 0;
  e->gc_time = fmax(e->gc_time, o->options.gc_time);
  e->network_mode = o->options.network_mode;
}

/* No observer is enabled any more: what only they wanted and nobody has started is not asked for.
 */
static void disable(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->fetch == 0 && !e->awaited) {
    query_act(cache, id, entry_cancel(e, true, cache->time));
  }
  mutation_fold(cache, id);
}

/* Nobody observes the entry any more. */
static void abandon(tidemark_cache *cache, uint32_t id, bool signal_taken) {
  struct entry *e = entry_at(cache, id);
  bool started = e->fetch != 0;
  uint32_t bits = 0;
  if (started && (signal_taken || e->phase != ENTRY_FLYING)) {
    bits = entry_cancel(e, true, cache->time);
  }
  e->no_retry = e->fetch != 0;
  e->unused = cache->time;
  query_act(cache, id, bits);
  disable(cache, id);
  if (e->node == 0 && entry_is_unused(e)) {
    drop(cache, id);
  }
}

static void detach(tidemark_cache *cache, uint32_t id, bool signal_taken) {
  struct observer *o = observer_at(cache, id);
  struct entry *e = entry_at(cache, o->entry);
  if (o->previous != 0) {
    observer_at(cache, o->previous)->next = o->next;
  } else {
    e->first_observer = o->next;
  }
  if (o->next != 0) {
    observer_at(cache, o->next)->previous = o->previous;
  }
  e->observers--;
  e->enabled -= o->options.enabled ? 1 : 0;
  if (e->observers == 0) {
    abandon(cache, o->entry, signal_taken);
  } else if (e->enabled == 0) {
    disable(cache, o->entry);
  }
}

int query_observe(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (observer_check(&event->observer_options) < 0) {
    return TIDEMARK_ERROR_EVENT;
  }
  if (pool_reserve(&cache->observers, &cache->memory, 1) < 0 ||
      wheel_reserve(&cache->wheel, 2) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t id = pool_take(&cache->observers);
  struct observer *o = observer_at(cache, id);
  o->options = event->observer_options;
  o->stale_timer = wheel_add(&cache->wheel, id << 2 | TIMER_STALE);
  o->interval_timer = wheel_add(&cache->wheel, id << 2 | TIMER_INTERVAL);
  attach(cache, id, event->entry);
  bool fetches = observer_fetches_on_mount(o, e, cache->time);
  if (o->options.enabled) {
    *(fetches ? &cache->stats.misses : &cache->stats.hits) += 1;
  }
  query_act(cache, event->entry, fetches ? entry_want(e, false, false) : 0);
  arm_stale_timer(cache, o);
  arm_interval(cache, o);
  return (int)id;
}

int query_set_observer(tidemark_cache *cache, const tidemark_event *event) {
  struct observer *o = observer_get(cache, event->observer);
  struct entry *e = entry_get(cache, event->entry);
  if (o == NULL || e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (observer_check(&event->observer_options) < 0) {
    return TIDEMARK_ERROR_EVENT;
  }
  tidemark_observer_options before = o->options;
  bool moves = o->entry != event->entry;
  if (moves) {
    detach(cache, event->observer, false);
    o->options = event->observer_options;
    attach(cache, event->observer, event->entry);
  } else {
    o->options = event->observer_options;
    e->enabled = e->enabled + (o->options.enabled ? 1 : 0) - (before.enabled ? 1 : 0);
    e->gc_time = fmax(e->gc_time, o->options.gc_time);
    e->network_mode = o->options.network_mode;
  }
  bool comes = moves || (o->options.enabled && !before.enabled);
  bool fetches = comes && observer_is_stale(o, e, cache->time);
  query_act(cache, event->entry, fetches ? entry_want(e, false, false) : 0);
  if (e->enabled == 0) {
    disable(cache, event->entry);
  }
  arm_stale_timer(cache, o);
  if (moves || before.refetch_interval != o->options.refetch_interval ||
      before.enabled != o->options.enabled) {
    arm_interval(cache, o);
  }
  return TIDEMARK_OK;
}

int query_unobserve(tidemark_cache *cache, const tidemark_event *event) {
  struct observer *o = observer_get(cache, event->observer);
  if (o == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  wheel_remove(&cache->wheel, o->stale_timer);
  wheel_remove(&cache->wheel, o->interval_timer);
  detach(cache, event->observer, event->unobserve.signal_taken != 0);
  pool_release(&cache->observers, event->observer);
  return TIDEMARK_OK;
}

/* ---- Fetching ---------------------------------------------------------------------------------
 */

static bool is_static(const tidemark_cache *cache, const struct entry *e) {
  for (struct observer *o = next_observer(cache, e->first_observer); o != NULL;
       o = next_observer(cache, o->next)) {
    if (o->options.stale_time == TIDEMARK_STATIC) {
      return true;
    }
  }
  return false;
}

bool query_refetches(const tidemark_cache *cache, uint32_t id, enum tidemark_refetch_type type) {
  const struct entry *e = entry_at(cache, id);
  bool active = e->enabled > 0;
  bool disabled = e->observers > 0 ? !active : !e->asked_before;
  bool wanted = type == TIDEMARK_REFETCH_ALL || (type == TIDEMARK_REFETCH_ACTIVE && active) ||
                (type == TIDEMARK_REFETCH_INACTIVE && !active);
  return wanted && !disabled && !is_static(cache, e);
}

int query_fetch(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  double stale_time = event->fetch.stale_time;
  if (event->fetch.network_mode > TIDEMARK_NETWORK_OFFLINE_FIRST ||
      !(stale_time >= 0 || stale_time == TIDEMARK_STATIC)) {
    return TIDEMARK_ERROR_EVENT;
  }
  if (!event->fetch.restart && !entry_is_stale(e, stale_time, cache->time)) {
    cache->stats.hits++;
    return TIDEMARK_FETCHING_FRESH;
  }
  cache->stats.misses += event->fetch.restart ? 0 : 1;
  e->network_mode = event->fetch.network_mode;
  /* Who asks now must not get an answer that is known to be old. */
  bool restart = event->fetch.restart != 0 || entry_is_overtaken(e);
  uint32_t bits = entry_want(e, event->fetch.refetch != 0, restart);
  e->awaited = true;
  query_act(cache, event->entry, bits);
  return TIDEMARK_FETCHING_WANTED;
}

/* The entry in which that fetch is in flight, or NULL: the answer comes too late. */
static struct entry *flying_entry(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  bool flying = e != NULL && e->phase == ENTRY_FLYING && e->fetch == event->id;
  return flying ? e : NULL;
}

/* A detached entry has only its observers to live for, and has lost them: it goes with its fetch.
 */
static void after_fetch(tidemark_cache *cache, uint32_t id) {
  const struct entry *e = entry_at(cache, id);
  mutation_fold(cache, id);
  if (e->node == 0 && entry_is_unused(e)) {
    drop(cache, id);
  }
}

int query_land(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = flying_entry(cache, event);
  if (e == NULL) {
    return TIDEMARK_LANDING_LATE;
  }
  double as_of = POSITION_UNKNOWN;
  if (event->success.as_of != NULL) {
    as_of = stream_parse_as_of(&cache->stream, (const char *)event->success.as_of,
                               event->success.as_of_length);
  }
  enum tidemark_landing landing = TIDEMARK_LANDING_LATE;
  uint32_t bits = entry_land(e, as_of, cache->time, &landing);
  query_act(cache, event->entry, bits);
  if ((bits & ENTRY_LANDED) != 0) {
    mutation_landed(cache, event->entry, e->fetch_asked);
    arm_stale_timers(cache, event->entry);
  }
  bool lacks_a_change = freshness_is_behind(&e->freshness) ||
                        (landing == TIDEMARK_LANDING_OLDER && freshness_is_marked(&e->freshness));
  if (lacks_a_change && query_refetches(cache, event->entry, TIDEMARK_REFETCH_ACTIVE)) {
    double wait = schedule_spread(schedule_backoff(e->lag), &cache->random);
    e->lag = e->lag < UINT16_MAX ? (uint16_t)(e->lag + 1) : e->lag;
    query_act(cache, event->entry, entry_want_later(e, cache->time + wait));
  } else {
    e->lag = 0;
  }
  after_fetch(cache, event->entry);
  return (int)landing;
}

int query_fail(tidemark_cache *cache, const tidemark_event *event) {
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
  query_act(cache, event->entry, entry_fail(e, retry_in, cache->time));
  if (e->phase == ENTRY_RETRYING) {
    cache->stats.retries++;
    return TIDEMARK_OK;
  }
  cache->stats.fetch_errors++;
  /* A change is not lost because the server was away longer than the retries lasted. */
  if (e->phase == ENTRY_IDLE && freshness_is_marked(&e->freshness) && e->freshness.changed > 0 &&
      query_refetches(cache, event->entry, TIDEMARK_REFETCH_ACTIVE)) {
    double wake = cache->time + schedule_spread(RECOVERY_MS, &cache->random);
    query_act(cache, event->entry, entry_want_later(e, wake));
  }
  after_fetch(cache, event->entry);
  return TIDEMARK_OK;
}

int query_set_data(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (!(event->data.age >= 0)) {
    return TIDEMARK_ERROR_EVENT;
  }
  bool keep_changes = event->data.keep_changes != 0;
  uint32_t bits = entry_set_data(e, cache->time - event->data.age, cache->ordinal, keep_changes);
  e->unused = cache->time;
  query_act(cache, event->entry, bits);
  if (!keep_changes) {
    mutation_landed(cache, event->entry, cache->ordinal);
  }
  arm_stale_timers(cache, event->entry);
  return TIDEMARK_OK;
}

int query_set_tags(tidemark_cache *cache, const tidemark_event *event) {
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

/* ---- Lists of entries -------------------------------------------------------------------------
 */

static void refetch(tidemark_cache *cache, uint32_t id, bool trail) {
  struct entry *e = entry_at(cache, id);
  if (query_refetches(cache, id, TIDEMARK_REFETCH_ALL)) {
    query_act(cache, id, trail ? entry_want_after(e, false) : entry_want(e, false, true));
  }
}

int query_list(tidemark_cache *cache, const tidemark_event *event) {
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
    if (entry_get(cache, id) == NULL) {
      continue; /* named twice, and gone since */
    }
    switch (event->type) {
    case TIDEMARK_INVALIDATE:
      change_mark(cache, id, &mark);
      break;
    case TIDEMARK_REFETCH:
      refetch(cache, id, event->list.trail != 0);
      break;
    case TIDEMARK_CANCEL:
      query_act(cache, id, entry_cancel(entry_at(cache, id), !event->list.no_revert, cache->time));
      after_fetch(cache, id);
      break;
    case TIDEMARK_REMOVE:
      query_remove(cache, id);
      break;
    default:
      query_reset(cache, id);
      break;
    }
  }
  return (int)event->list.count;
}

/* ---- The world --------------------------------------------------------------------------------
 */

static void start(tidemark_cache *cache, uint32_t id) {
  struct entry *e = entry_at(cache, id);
  if (e->fetch == 0) {
    cache->last_fetch = cache->last_fetch == INT32_MAX ? 1 : cache->last_fetch + 1;
    cache->stats.refetches += e->refetch ? 1 : 0;
  }
  cache->stats.fetches++;
  uint32_t bits = entry_start(e, cache->last_fetch, cache->ordinal);
  if (e->refetch) {
    e->counted = true;
    cache->schedule.refetching++;
  }
  query_act(cache, id, bits);
}

/* Takes the list of wanted entries anew, without those that are wanted no more. */
static void keep_wanted(tidemark_cache *cache) {
  uint32_t id = cache->wanted.head;
  cache->wanted = (struct entry_queue){0};
  while (id != 0) {
    struct entry *e = entry_at(cache, id);
    uint32_t next = e->next_wanted;
    e->queued = false;
    if (e->phase == ENTRY_WANTED) {
      push_wanted(cache, id);
    }
    id = next;
  }
}

static enum schedule_verdict verdict(const tidemark_cache *cache, const struct entry *e) {
  return schedule_may_start(&cache->schedule, e->refetch, e->fetch != 0,
                            (enum tidemark_network_mode)e->network_mode);
}

/* Of the refetches that may start, the one with most observers; the oldest of these. 0 for none. */
static uint32_t next_refetch(const tidemark_cache *cache) {
  uint32_t best = 0;
  for (uint32_t id = cache->wanted.head; id != 0; id = entry_at(cache, id)->next_wanted) {
    const struct entry *e = entry_at(cache, id);
    bool may_start = e->phase == ENTRY_WANTED && verdict(cache, e) == SCHEDULE_START;
    if (may_start && (best == 0 || e->observers > entry_at(cache, best)->observers)) {
      best = id;
    }
  }
  return best;
}

void query_flush(tidemark_cache *cache) {
  for (uint32_t id = cache->wanted.head; id != 0; id = entry_at(cache, id)->next_wanted) {
    struct entry *e = entry_at(cache, id);
    if (e->phase != ENTRY_WANTED) {
      continue;
    }
    enum schedule_verdict may = verdict(cache, e);
    if (may == SCHEDULE_PAUSE) {
      query_act(cache, id, entry_pause(e));
    } else if (may == SCHEDULE_START && !e->refetch) {
      start(cache, id);
    }
  }
  for (uint32_t id = next_refetch(cache); id != 0; id = next_refetch(cache)) {
    start(cache, id);
  }
  keep_wanted(cache);
}

static void entry_timer(tidemark_cache *cache, uint32_t id, bool collects) {
  struct entry *e = entry_at(cache, id);
  if (e->phase == ENTRY_LATER || e->phase == ENTRY_RETRYING) {
    query_act(cache, id, entry_wake(e));
  } else if (collects) {
    drop(cache, id);
  } else {
    wheel_arm(&cache->wheel, e->timer, cache->time + 1);
  }
}

void query_timer(tidemark_cache *cache, enum timer_owner kind, uint32_t id, bool collects) {
  if (kind == TIMER_ENTRY) {
    entry_timer(cache, id, collects);
    return;
  }
  struct observer *o = observer_at(cache, id);
  if (kind == TIMER_STALE) {
    query_act(cache, o->entry, ENTRY_NOTIFY);
    return;
  }
  if (cache->schedule.visible || o->options.interval_in_background) {
    query_act(cache, o->entry, entry_want(entry_at(cache, o->entry), false, false));
  }
  arm_interval(cache, o);
}

/* What was paused goes on, and observers fetch as they asked to when `back` comes back. */
static void come_back(tidemark_cache *cache, bool network) {
  /* With a stream, what changed meanwhile is going to be known: only that is refetched. */
  bool by_marks = network && cache->stream.phase != STREAM_IDLE;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    struct entry *e = entry_get(cache, id);
    if (e == NULL) {
      continue;
    }
    uint32_t bits = entry_resume(e);
    for (struct observer *o = next_observer(cache, e->first_observer); o != NULL;
         o = next_observer(cache, o->next)) {
      uint8_t when = network ? o->options.refetch_on_reconnect : o->options.refetch_on_focus;
      bool marked = !e->has_data || freshness_is_marked(&e->freshness);
      if (by_marks && when == TIDEMARK_REFETCH_IF_STALE && !marked) {
        continue;
      }
      if (observer_fetches_on(o, e, (enum tidemark_refetch_on)when, cache->time)) {
        bits |= entry_want(e, false, false);
      }
    }
    if (bits != 0) {
      query_act(cache, id, bits);
    }
  }
}

void query_online(tidemark_cache *cache, bool online) {
  bool back = online && !cache->schedule.online;
  cache->schedule.online = online;
  if (back) {
    come_back(cache, true);
  }
}

void query_visible(tidemark_cache *cache, bool visible) {
  bool back = visible && !cache->schedule.visible;
  cache->schedule.visible = visible;
  if (back) {
    come_back(cache, false);
  }
}
