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

static void count_order(struct world *w, const struct client *c, uint32_t mutation) {
  const struct mutation *m = &c->mutations[mutation];
  bool overtakes = false;
  for (uint32_t older = 0; older < mutation; older++) {
    overtakes |= !c->mutations[older].reported;
  }
  w->tally.faults[FAULT_SETTLED_OUT_OF_ORDER] += overtakes ? 1 : 0;
  w->tally.faults[FAULT_ECHO_FIRST] += m->settled != 0 ? 1 : 0;
}

static void settle(struct world *w, struct client *c, uint32_t mutation,
                   enum tidemark_event_type type) {
  tidemark_event event = {.type = type, .mutation = c->mutations[mutation].handle};
  count_order(w, c, mutation);
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
  w->tally.faults[FAULT_MUTATION_REFUSED] += refused ? 1 : 0;
  w->tally.faults[FAULT_ACKNOWLEDGEMENT_LOST] += lost && !refused ? 1 : 0;
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

void page_mutate(struct world *w, struct client *c) {
  if (!w->climate.mutates || c->mutation_count == MUTATIONS) {
    return;
  }
  uint32_t serial = ++c->serials;
  client_step(w, c, (tidemark_event){.type = TIDEMARK_MUTATION_BEGIN, .id = serial});
  uint32_t mutation = c->mutation_count - 1;
  uint32_t task = below(&w->random, TASKS);
  c->mutations[mutation].task = task;
  lay(w, c, mutation, KEY_DETAIL + task);
  if (chance(&w->random, 600)) {
    lay(w, c, mutation, KEY_LIST + below(&w->random, PROJECTS));
  }
  if (chance(&w->random, 300)) {
    lay(w, c, mutation, KEY_SPRINT);
  }
  agenda_add(&w->agenda, w->time + between(&w->random, 1, 400), reach_server, c->index, mutation);
}
