/*
 * Optimistic mutations: each lays one layer over every entry it touches.
 *
 *      entry 7:   base ─ layer(m1) ─ layer(m3)          view = base with m1's and m3's updates
 *      entry 9:   base ─ layer(m3)
 *      m3:        layer(7) ─ layer(9)
 *
 * Here lives their order and their life, not what they do: the updates are functions of the
 * caller's. A layer of a failed mutation goes at once. One of a mutation that was done stays until
 * an answer lands that holds it, so that the old value never shows again in between.
 */
#ifndef TIDEMARK_MUTATIONS_H
#define TIDEMARK_MUTATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

struct mutation {
  uint32_t first_layer; /* newest first */
  uint32_t serial;
  double seq;         /* position of its echo in the stream's epoch; -1: none */
  uint64_t settled;   /* ordinal of the acknowledgement or the echo; 0: pending */
  uint32_t next_done; /* in the list of those whose handle is about to be void */
  bool reported;      /* the caller has acknowledged it: its handle is void, its layers live on */
};

struct layer {
  uint32_t entry;
  uint32_t mutation;
  uint32_t above;            /* next layer of the same entry */
  uint32_t next_of_mutation; /* next layer of the same mutation */
  bool folding;              /* its update is about to become part of the base */
};

/* Own mutations that were acknowledged not long ago, so that their echo is known when it comes. */
enum { MUTATION_RECENT = 64 };

struct recent_mutation {
  uint32_t serial;
  bool echoed; /* once: a second echo is of a server that did it twice */
  uint64_t settled;
};

struct mutations {
  struct memory *memory;
  struct pool mutations;
  struct pool layers;
  uint32_t done; /* handles to give back at the next drain, linked by next_done */
  struct recent_mutation recent[MUTATION_RECENT];
  uint32_t next_recent;
};

void mutations_init(struct mutations *m, struct memory *memory);
void mutations_destroy(struct mutations *m);
/* Gives memory back if there is no mutation. */
void mutations_trim(struct mutations *m);

/* A new mutation's handle, or 0 if out of memory. */
uint32_t mutations_begin(struct mutations *m, uint32_t serial);
/* A layer on top of those of the entry, whose list starts at *first_layer. 0 or an error. */
int mutations_add_layer(struct mutations *m, uint32_t mutation, uint32_t entry,
                        uint32_t *first_layer);
bool mutations_has_layer(const struct mutations *m, uint32_t mutation, uint32_t entry);
/* It was done at the server by `ordinal`, as its echo or the acknowledgement says; the first report
 * counts. */
void mutations_settle(struct mutations *m, uint32_t mutation, uint64_t ordinal, bool by_echo);
/* A change is said to be its. Returns the ordinal at which the mutation was settled; 0 if it is
 * pending or unknown, or if this is its second echo. What the application says is none. */
uint64_t mutations_settled(struct mutations *m, uint32_t serial, bool is_echo);
/* The mutation of that serial that is pending or has layers left, or 0. */
uint32_t mutations_find(const struct mutations *m, uint32_t serial);
/* The stream began a new epoch: positions of echoes compare with nothing. */
void mutations_new_epoch(struct mutations *m);
/* The caller is done with the handle; the mutation goes when its last layer does. */
void mutations_report(struct mutations *m, uint32_t mutation);
/* Handles of mutations that are over may be given out again from here on. */
void mutations_release_done(struct mutations *m);

/* Takes a layer off its entry's list and its mutation's, and frees it. */
void mutations_remove_layer(struct mutations *m, uint32_t layer, uint32_t *first_layer);

static inline struct mutation *mutation_at(const struct mutations *m, uint32_t id) {
  return pool_at(&m->mutations, id);
}
static inline struct layer *layer_at(const struct mutations *m, uint32_t id) {
  return pool_at(&m->layers, id);
}

#endif
