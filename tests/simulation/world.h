/*
 * One world: a server, a network, and one or two clients, for a few virtual minutes.
 *
 *      seed ──> climate (which faults there are) ──> storm ──> calm ──> everybody leaves
 *
 * After each step of a client the invariants of invariants.c are held against it; the first
 * violation ends the world. The same seed makes the same world, everywhere.
 */
#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H

#include "agenda.h"
#include "client.h"
#include "climate.h"
#include "database.h"
#include "hub.h"
#include "invariants.h"
#include "random.h"
#include "requests.h"
#include "sockets.h"
#include "tally.h"
#include "trace.h"

enum { CLIENTS = 2 };
enum phase { STORM, CALM, LEAVING };

struct world {
  uint64_t seed;
  struct random random;
  double time; /* ms */
  enum phase phase;
  bool careful; /* a TICK before each step, so that what is refused has nothing else in it */
  uint64_t steps;
  uint64_t allocations; /* that the steps of the first client asked for */
  uint64_t refuse;      /* which of them to refuse, counted from 1; 0: none */
  uint32_t client_count;
  struct violation violation;
  struct climate climate;
  struct trace trace;
  struct client clients[CLIENTS];
  struct hub hub;
  struct database database;
  struct sockets sockets;
  struct requests requests;
  struct agenda agenda;
  struct tally tally; /* of all worlds played here */
};

struct wish {
  uint64_t seed;
  bool careful;
  uint64_t refuse; /* as above */
  char *text;      /* NULL, or room for a readable trace */
  uint32_t text_capacity;
};

void world_run(struct world *w, const struct wish *wish);

/* Nothing reaches the hub any more; after `ms` it hears again, in a new epoch, and with `restarts`
 * on new sockets only. */
void world_deafens_hub(struct world *w, double ms, bool restarts);

/* A fault happens now: with that chance, and only while there is a storm. */
static inline bool storm(struct world *w, uint32_t per_thousand) {
  return w->phase == STORM && per_thousand > 0 && chance(&w->random, per_thousand);
}

static inline void occurred(struct world *w, enum fault fault) {
  w->tally.faults[fault]++;
}

static inline void occurred_if(struct world *w, bool happened, enum fault fault) {
  w->tally.faults[fault] += happened ? 1 : 0;
}

/* storm(), and counted. */
static inline bool strikes(struct world *w, uint32_t per_thousand, enum fault fault) {
  bool happens = storm(w, per_thousand);
  w->tally.faults[fault] += happens ? 1 : 0;
  return happens;
}

#endif
