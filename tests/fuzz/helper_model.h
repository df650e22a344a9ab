/*
 * A cache with a memory of what it was told and what it asked for, and the promises of cache.h that
 * can be held against that after every event:
 *
 *      - an event that is refused has changed nothing
 *      - effects come in their order, and speak of handles that are alive
 *      - one fetch in flight per entry, started at a flush, ended by one SETTLE
 *      - who waits for a fetch learns how it ended
 *      - what is observed, in flight or under a layer is never dropped
 *      - the bits of a state agree with one another and with the observers there are
 */
#ifndef HELPER_MODEL_H
#define HELPER_MODEL_H

#include "helper_fuzz.h"

enum {
  MODEL_LIMIT = 6,
  MODEL_HANDLES = 24,
  MODEL_OBSERVERS = 8,
  MODEL_MUTATIONS = 12,
  MODEL_MESSAGE_BYTES = 512
};

struct model_entry {
  bool alive;
  bool flying;    /* the caller has been asked to fetch and has not said how it went */
  bool awaited;   /* a FETCH was told that a SETTLE would come */
  uint32_t fetch; /* id of what is in flight or waits to be tried again; 0: none */
};

struct model_observer {
  uint32_t id; /* 0: none */
  uint32_t entry;
  bool enabled;
  double stale_time;
};

struct model {
  tidemark_cache *cache;
  struct fuzz_heap heap;
  double now;
  bool traced; /* print every event: FUZZ_TRACE=1, for a person who looks into a finding */
  bool moved;  /* the clock has, since the last event: its timers are still to run */
  uint8_t drain_capacity;                    /* effects at a time, from 1 on */
  uint32_t socket;                           /* the last one asked for */
  bool socket_closed;                        /* by the cache */
  struct model_entry entries[MODEL_HANDLES]; /* by handle; 0 is not used */
  struct model_observer observers[MODEL_OBSERVERS];
  uint32_t mutations[MODEL_MUTATIONS]; /* whose end was not reported; 0: none */
};

/* `changes_per_second`: before a storm of them is folded; 0: as many as there are by default. */
void model_init(struct model *m, uint32_t changes_per_second);
/* Takes the event at the model's time, drains, and checks all of the above. */
int model_step(struct model *m, tidemark_event event);
/* Ends everything there is and checks that nothing of it remains. */
void model_end_all(struct model *m);
/* Destroys the cache, whatever state it is in. */
void model_destroy(struct model *m);

#endif
