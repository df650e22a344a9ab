/*
 * The cache's own state, shared by the files that wire the modules together. Each of them has one
 * subject and a header of its own, and calls downwards only:
 *
 *      cache_step         the one verb: time, the switch over events
 *      cache_stream       frames of the stream
 *      cache_fetch        fetches, answers, lists of entries
 *      cache_change       changes and rules
 *      cache_lifetime     entries made, reset, forgotten
 *      cache_environment  timers, network and visibility
 *      cache_observer     observers
 *      cache_start        which fetch starts now
 *      cache_drain        effects
 *      cache_inspect      questions
 *      cache_scope        which part of the stream an entry depends on, and whether it is live
 *      cache_mutation     layers of optimistic mutations
 *      cache_mark         what a change does to an entry
 *      cache_entry        what follows from anything that happens to an entry
 *      cache_gc           unused entries, until they are collected
 *      cache              creation, and what all of these share
 *
 * The modules below (entry, index, stream, …) do not know each other: the arrows between them are
 * drawn here. Functions of cache_x.c start with cache_x_.
 */
#ifndef TIDEMARK_CACHE_H
#define TIDEMARK_CACHE_H

#include "detail.h"
#include "entry.h"
#include "index.h"
#include "json.h"
#include "mutations.h"
#include "observer.h"
#include "planted.h"
#include "rules.h"
#include "schedule.h"
#include "scopes.h"
#include "storm.h"
#include "stream.h"
#include "tags.h"
#include "tidemark.h"
#include "wheel.h"

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
  uint32_t removed; /* entries that are, and live on for their observers */
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

static inline struct observer *observer_get(const tidemark_cache *cache, uint32_t id) {
  return pool_get(&cache->observers, id);
}
/* For walking an entry's list: NULL behind its end. */
static inline struct observer *observer_next(const tidemark_cache *cache, uint32_t id) {
  return id == 0 ? NULL : observer_at(cache, id);
}

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
/* To the end of a list, or out of it. */
void cache_queue_append(tidemark_cache *cache, struct entry_queue *queue, uint32_t id,
                        enum entry_list list);
void cache_queue_remove(tidemark_cache *cache, struct entry_queue *queue, uint32_t id);

#endif
