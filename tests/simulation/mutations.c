/* Optimistic mutations: shown at once, done by the server or not, and told back in any order. */
#include "page.h"
#include "subscribers.h"
#include "world.h"

/* ---- Coming back ----------------------------------------------------------------------------- */

static bool is_pending(const struct client *c, uint32_t mutation) {
  return client_runs(c) && !c->mutations[mutation].reported;
}

/* The same answer a second time finds nobody who waits for it. */
static void repeat(struct world *w, struct client *c, tidemark_event event) {
  occurred(w, FAULT_ACKNOWLEDGED_TWICE);
  if (client_step(w, c, event) != TIDEMARK_ERROR_HANDLE) {
    violate(w, INVARIANT_HANDLE, "a mutation was settled twice");
  }
}

static void count_order(struct world *w, const struct client *c, uint32_t mutation,
                        enum tidemark_event_type type) {
  const struct mutation *m = &c->mutations[mutation];
  bool overtakes = false;
  for (uint32_t older = 0; older < mutation; older++) {
    overtakes |= !c->mutations[older].reported;
  }
  occurred_if(w, overtakes, FAULT_SETTLED_OUT_OF_ORDER);
  bool rolls_back = type == TIDEMARK_MUTATION_FAILED && m->settled == 0;
  for (uint32_t entry = 1; rolls_back && entry < RECORDS; entry++) {
    const struct record *r = &c->records[entry];
    bool below = r->used && r->layer_count > 1 && r->layers[r->layer_count - 1] != mutation;
    occurred_if(w, below && layers_has(c, entry, mutation), FAULT_ROLLED_BACK_FROM_BELOW);
  }
  occurred_if(w, m->settled != 0, FAULT_ECHO_FIRST);
}

static void settle(struct world *w, struct client *c, uint32_t mutation,
                   enum tidemark_event_type type) {
  tidemark_event event = {.type = type, .mutation = c->mutations[mutation].handle};
  count_order(w, c, mutation, type);
  client_step(w, c, event);
  if (!w->climate.reenters && chance(&w->random, 100)) {
    repeat(w, c, event);
  }
  client_turn_ends(w, c);
}

static void acknowledged(struct world *w, uint32_t client, uint32_t mutation) {
  struct client *c = &w->clients[client];
  if (is_pending(c, mutation)) {
    settle(w, c, mutation, TIDEMARK_MUTATION_ACKNOWLEDGED);
  }
}

static void failed(struct world *w, uint32_t client, uint32_t mutation) {
  struct client *c = &w->clients[client];
  if (is_pending(c, mutation)) {
    settle(w, c, mutation, TIDEMARK_MUTATION_FAILED);
  }
}

/* The server does it, unless it refuses; its answer may get lost although it has been done. */
static void reach_server(struct world *w, uint32_t client, uint32_t mutation) {
  struct mutation *m = &w->clients[client].mutations[mutation];
  bool refused = chance(&w->random, 300) || database_is_full(&w->database);
  bool lost = storm(w, 100);
  occurred_if(w, refused, FAULT_MUTATION_REFUSED);
  occurred_if(w, lost && !refused, FAULT_ACKNOWLEDGEMENT_LOST);
  if (!refused) {
    uint8_t author = w->climate.echoes ? (uint8_t)client : NOBODY;
    database_write_task(&w->database, &w->random, m->task, author, m->serial);
    m->commit = w->database.last;
    SAY(w, NOBODY, "commit %u: mutation %u of %s is done", w->database.last, m->serial,
        client == 0 ? "A" : "B");
    hub_notify(w, w->database.last);
  }
  double back = w->time + (chance(&w->random, 800) ? between(&w->random, 1, 60)
                                                   : between(&w->random, 100, 5000));
  agenda_add(&w->agenda, back, refused || lost ? failed : acknowledged, client, mutation);
}

/* ---- Going out ------------------------------------------------------------------------------- */

static void lay(struct world *w, struct client *c, uint32_t mutation, uint32_t key) {
  uint32_t entry = page_build(w, c, key);
  if (entry != 0 && c->records[entry].layer_count < LAYERS) {
    client_step(w, c,
                (tidemark_event){.type = TIDEMARK_MUTATION_LAYER,
                                 .entry = entry,
                                 .mutation = c->mutations[mutation].handle});
  }
}

/* Somebody works on: one more key shows the change that is under way. */
static void lay_late(struct world *w, uint32_t client, uint32_t mutation) {
  struct client *c = &w->clients[client];
  if (is_pending(c, mutation)) {
    occurred(w, FAULT_LAYER_ADDED_LATE);
    lay(w, c, mutation, KEY_LIST + below(&w->random, PROJECTS));
    client_turn_ends(w, c);
  }
}

static void mutate(struct world *w, struct client *c, uint32_t task) {
  uint32_t serial = ++c->serials;
  client_step(w, c, (tidemark_event){.type = TIDEMARK_MUTATION_BEGIN, .id = serial});
  uint32_t mutation = c->mutation_count - 1;
  c->mutations[mutation].task = task;
  lay(w, c, mutation, KEY_DETAIL + task);
  if (chance(&w->random, 600)) {
    lay(w, c, mutation, KEY_LIST + below(&w->random, PROJECTS));
  }
  if (chance(&w->random, 300)) {
    lay(w, c, mutation, KEY_SPRINT);
  }
  if (chance(&w->random, 100)) {
    agenda_add(&w->agenda, w->time + between(&w->random, 1, 400), lay_late, c->index, mutation);
  }
  agenda_add(&w->agenda, w->time + between(&w->random, 1, 400), reach_server, c->index, mutation);
}

/* Several in a row lie on top of each other. */
void page_mutate(struct world *w, struct client *c) {
  uint32_t task = below(&w->random, TASKS);
  uint32_t count = chance(&w->random, 800) ? 1 : 2 + below(&w->random, 3);
  for (; w->climate.mutates && count > 0 && c->mutation_count < MUTATIONS; count--) {
    mutate(w, c, task);
  }
}
