/*
 * The cache's own parts, for the files that wire them:
 *      cache.c           creation, time, the switch
 *      cache_entry.c     entries: made, forgotten, and what follows from anything that happens
 *      cache_observer.c  who looks
 *      cache_query.c     fetches, answers, lists of entries
 *      cache_unused.c    entries that nobody needs, until they are collected
 *      cache_world.c     starting fetches, timers, network and visibility
 *      cache_change.c    changes and rules: what they mark
 *      cache_mutation.c  layers of optimistic mutations
 *      cache_stream.c    frames of the stream
 *      cache_scope.c     which part of the stream an entry depends on, and whether it is live
 *      cache_drain.c     effects
 *      cache_question.c  questions
 * The modules below them do not know each other; the arrows between them are all here.
 */
#ifndef TIDEMARK_CACHE_INTERNAL_H
#define TIDEMARK_CACHE_INTERNAL_H

#include "detail.h"
#include "entry.h"
#include "index.h"
#include "json.h"
#include "mutation.h"
#include "observer.h"
#include "planted.h"
#include "rule.h"
#include "schedule.h"
#include "scope.h"
#include "storm.h"
#include "stream.h"
#include "tag.h"
#include "timer.h"

enum { CLIENT_ID_BYTES = 96 };

/* A first-in first-out list of entries, linked through members of theirs. */
struct entry_queue {
  uint32_t head, tail;
};

/* Unused entries of one gc time. */
struct unused_queue {
  uint32_t timer;             /* goes off when the head is to be collected */
  uint32_t users;             /* entries of that gc time, unused or not */
  struct entry_queue entries; /* the longest unused first */
  double gc_time;             /* ms or INFINITY */
};

struct tidemark_cache {
  struct memory memory;
  tidemark_limits limits;
  char client_id[CLIENT_ID_BYTES + 1];
  uint64_t random;
  uint64_t ordinal; /* events so far: what "later" means */
  double now;       /* the caller's clock at the last step */
  double time;      /* ms since the first step, not counting jumps backwards */
  bool started;
  uint32_t last_fetch;

  struct index index;
  struct tags tags;
  struct pool entries;
  struct pool activities;
  struct pool unused; /* struct unused_queue */
  struct pool observers;
  struct wheel wheel;
  struct schedule schedule;
  struct mutations mutations;
  struct rules rules;
  struct stream stream;
  struct storm storm;
  struct scopes scopes;
  uint32_t told_status; /* the channel's and the stream's, as the observers know them */
  bool status_moved;    /* something else that entries' statuses depend on has changed since */
  uint32_t stream_timer;
  uint32_t shown_status; /* the stream's status as last drained */
  struct json_arena arena;

  struct entry_queue dirty;  /* with effects to drain */
  struct entry_queue wanted; /* with fetches to start */
  uint32_t dropped;          /* drained, and released at the next drain; linked by next_dirty */

  uint8_t *key;        /* limits.key_bytes: a canonical key in hand */
  uint8_t *expanded;   /* limits.key_bytes: a rule's key before it is canonical */
  uint32_t *selection; /* room for every entry or layer there is: a match never needs memory */
  uint32_t selection_capacity;

  tidemark_stats stats; /* counters; what can be derived is filled in on asking */
  struct detail detail;
  uint32_t warning; /* enum tidemark_warning to drain, 0: none */
};

/* What owns a timer: the kind in the low bits, the id above. */
enum timer_kind { TIMER_ENTRY = 0, TIMER_STALE, TIMER_INTERVAL, TIMER_UNUSED, TIMER_STREAM };
enum { TIMER_KIND_BITS = 3 };
static inline uint32_t timer_owner(enum timer_kind kind, uint32_t id) {
  return id << TIMER_KIND_BITS | (uint32_t)kind;
}

static inline struct entry *entry_at(const tidemark_cache *cache, uint32_t id) {
  return pool_at_sized(&cache->entries, id, sizeof(struct entry));
}
static inline struct observer *observer_at(const tidemark_cache *cache, uint32_t id) {
  return pool_at(&cache->observers, id);
}
/* For handles from outside: NULL for none, also once the entry is only waiting for its DROP. */
static inline struct entry *entry_get(const tidemark_cache *cache, uint32_t id) {
  struct entry *e = pool_get(&cache->entries, id);
  return e == NULL || (e->effects & ENTRY_DROP) != 0 ? NULL : e;
}
struct observer *observer_get(const tidemark_cache *cache, uint32_t id);
/* For walking an entry's list: NULL behind its end. */
static inline struct observer *observer_next(const tidemark_cache *cache, uint32_t id) {
  return id == 0 ? NULL : observer_at(cache, id);
}

/* ---- cache.c ------------------------------------------------------------------------------- */
int cache_reserve_selection(tidemark_cache *cache, uint32_t needed);
/* Back to as little as a new cache has. */
void cache_trim_selection(tidemark_cache *cache);
/* ms of the wheel's clock at the caller's `now`. */
double cache_time_at(const tidemark_cache *cache, double now);
/* Canonicalises a key from outside into cache->key. */
int cache_take_key(tidemark_cache *cache, const uint8_t *key, size_t length);
/* Text from outside as a tree, which lives until the next parse. */
int cache_parse(tidemark_cache *cache, const char *text, size_t length, const json_value **root);
/* Keeps what `detail` says until a WARN is drained; the first one of a step counts. */
void cache_warn(tidemark_cache *cache, enum tidemark_warning warning, const char *quoted);

/* ---- cache_entry.c ------------------------------------------------------------------------- */
/* After anything happened to an entry: keeps the effects, queues, counts and sets its timer. */
void query_act(tidemark_cache *cache, uint32_t id, uint32_t bits);
/* To the end of a list, or out of it. */
void list_append(tidemark_cache *cache, struct entry_queue *queue, uint32_t id,
                 enum entry_list list);
void list_remove(tidemark_cache *cache, struct entry_queue *queue, uint32_t id);
/* Room for that many more activities. 0 or TIDEMARK_ERROR_MEMORY. */
int query_reserve_activities(tidemark_cache *cache, uint32_t count);
/* Its fetch in flight takes no place under the cap any more. */
void query_count_no_more(tidemark_cache *cache, uint32_t id);
/* Gives an entry at rest an activity: room must have been reserved. */
struct activity *query_activate(tidemark_cache *cache, uint32_t id);
/* Takes it again if the entry is at rest. */
void query_rest(tidemark_cache *cache, uint32_t id);
/* Somebody needed it just now: if nobody does, its gc time begins anew. */
void query_need(tidemark_cache *cache, uint32_t id);
int query_build(tidemark_cache *cache, const tidemark_event *event);
/* Takes an entry out of the index. It goes at once, or when nobody needs it any more. */
void query_drop(tidemark_cache *cache, uint32_t id);
void query_remove(tidemark_cache *cache, uint32_t id);
void query_reset(tidemark_cache *cache, uint32_t id);
/* FORGET. */
void query_forget_all(tidemark_cache *cache);

/* ---- cache_unused.c ------------------------------------------------------------------------ */
/* Room for another gc time, but for its timer. */
int unused_reserve(tidemark_cache *cache);
/* Asks for a gc time: the entry keeps the largest. Room must have been reserved. The entry leaves
 * its list; query_act puts it back. */
void unused_set_gc_time(tidemark_cache *cache, uint32_t id, double gc_time);
/* The entry is about to be no more. */
void unused_forget(tidemark_cache *cache, uint32_t id);
/* Nobody needs the entry from here on. */
void unused_append(tidemark_cache *cache, uint32_t id);
void unused_remove(tidemark_cache *cache, uint32_t id);
/* The longest unused entry of all, or 0. */
uint32_t unused_longest(const tidemark_cache *cache);
void unused_timer(tidemark_cache *cache, uint32_t id, bool collects);

/* ---- cache_observer.c ---------------------------------------------------------------------- */
int query_observe(tidemark_cache *cache, const tidemark_event *event);
int query_set_observer(tidemark_cache *cache, const tidemark_event *event);
int query_unobserve(tidemark_cache *cache, const tidemark_event *event);
/* The entry has another answer: its observers' answers become stale at another time. */
void query_arm_stale_timers(tidemark_cache *cache, uint32_t entry);
void query_observer_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id);

/* ---- cache_query.c ------------------------------------------------------------------------- */
int query_fetch(tidemark_cache *cache, const tidemark_event *event);
int query_land(tidemark_cache *cache, const tidemark_event *event);
int query_fail(tidemark_cache *cache, const tidemark_event *event);
int query_set_data(tidemark_cache *cache, const tidemark_event *event);
int query_set_tags(tidemark_cache *cache, const tidemark_event *event);
int query_list(tidemark_cache *cache, const tidemark_event *event);
/* An active entry that is marked has a fetch wanted, under way or planned: where none may be, one
 * is planned in `wait` ms, spread. */
void query_keep_up(tidemark_cache *cache, uint32_t id, double wait);
/* Whether invalidating it with that refetch type fetches it. */
bool query_refetches(const tidemark_cache *cache, uint32_t id, enum tidemark_refetch_type type);

/* ---- cache_world.c ------------------------------------------------------------------------- */
/* Wanted fetches start, as far as the schedule lets them. 0 or TIDEMARK_ERROR_MEMORY. */
int query_flush(tidemark_cache *cache);
/* Who looks or asks by name waits for no FLUSH: starts or pauses the fetch that is wanted. Takes an
 * activity if there is none. */
void query_start_asked(tidemark_cache *cache, uint32_t id);
/* Unused entries are collected only if `collects`: their timer is due again 1 ms later otherwise.
 */
void query_timer(tidemark_cache *cache, enum timer_kind kind, uint32_t id, bool collects);
void query_online(tidemark_cache *cache, bool online);
void query_visible(tidemark_cache *cache, bool visible);

/* ---- cache_change.c ------------------------------------------------------------------------ */
struct mark {
  double seq; /* position of the change, or POSITION_UNKNOWN */
  enum tidemark_refetch_type refetch_type;
  bool trail;   /* what is in flight may land first */
  bool refetch; /* the fetch counts for the cap and waits while nobody sees the page */
};
void change_mark(tidemark_cache *cache, uint32_t id, const struct mark *mark);
/* The same for a change that was known at ordinal `since` already: an entry marked or asked for
 * later than that needs no second mark. Only an answer that by its position cannot know the change
 * yet is asked for again. */
void change_mark_once(tidemark_cache *cache, uint32_t id, const struct mark *mark, uint64_t since);
/* An entry has been found to lack something; `state_before` is tidemark_state() of before that. An
 * active one is refetched somewhere within the reset window. */
void change_refetch_in_window(tidemark_cache *cache, uint32_t id, uint32_t state_before);
/* Anything may have changed up to that position: marks all, refetches active ones staggered. */
void change_mark_all(tidemark_cache *cache, double seq);
/* The same for those whom cache->scopes finds concerned. */
void change_mark_concerned(tidemark_cache *cache, double seq);
int change_set_rules(tidemark_cache *cache, const tidemark_event *event);
/* A CHANGE event: one change or an array of them. */
int change_from_text(tidemark_cache *cache, const tidemark_event *event);
/* Returns entries touched, or TIDEMARK_ERROR_CHANGE. */
int change_apply(tidemark_cache *cache, const json_value *change, double seq, bool from_stream);

/* ---- cache_mutation.c ---------------------------------------------------------------------- */
int mutation_begin(tidemark_cache *cache, const tidemark_event *event);
int mutation_layer(tidemark_cache *cache, const tidemark_event *event);
int mutation_acknowledge(tidemark_cache *cache, const tidemark_event *event);
int mutation_fail(tidemark_cache *cache, const tidemark_event *event);
/* An answer asked for at `asked`, as of `as_of`, is the new base: what it holds needs no layer any
 * more. */
void mutation_landed(tidemark_cache *cache, uint32_t entry, uint64_t asked, double as_of);
/* Nobody will ask again for now: settled layers at the bottom become part of the base. */
void mutation_fold(tidemark_cache *cache, uint32_t entry);
void mutation_drop_layers(tidemark_cache *cache, uint32_t entry);
/* A change carries that mutation's name. Returns the ordinal since when entries that were marked
 * need no second mark, or 0 if this is no echo of an acknowledged mutation of one's own. */
uint64_t mutation_echo(tidemark_cache *cache, const char *name, double seq, bool is_echo);

/* ---- cache_stream.c ------------------------------------------------------------------------ */
/* To be called after whatever may have taken an epoch, before positions are compared again. */
void cache_forget_old_epoch(tidemark_cache *cache);
int stream_event(tidemark_cache *cache, const tidemark_event *event);
/* The stream's timer went off: the connection is due for something, or a storm is over. */
void stream_timer(tidemark_cache *cache);

/* ---- cache_scope.c ------------------------------------------------------------------------- */
/* SCOPES: the channel's. */
int scope_set_channel(tidemark_cache *cache, const tidemark_event *event);
/* SET_SCOPES: an entry's. */
int scope_set_entry(tidemark_cache *cache, const tidemark_event *event);
/* The scopes of a reset may have changed up to that position. */
void scope_reset(tidemark_cache *cache, const json_value *names, double seq);
void scope_refuse(tidemark_cache *cache, const json_value *names);
/* The server is being asked for the channel's scopes. */
void scope_asked(tidemark_cache *cache);
/* Once the last subscription is answered: what was added to it starts with a mark, as nobody knows
 * what it told before, and is live from here on. */
void scope_mark_added(tidemark_cache *cache, double seq);
void scope_answered(tidemark_cache *cache);
/* The channel's status; LIVE only if all of its scopes are. */
enum tidemark_stream_status scope_channel_status(const tidemark_cache *cache);
/* Whether what an entry shows is live. */
enum tidemark_stream_status scope_entry_status(const tidemark_cache *cache, const struct entry *e);
/* Observers hear of a status that has changed. */
void scope_tell(tidemark_cache *cache);

#endif
