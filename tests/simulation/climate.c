#include "climate.h"

static uint32_t sometimes(struct random *random, uint32_t per_thousand) {
  return chance(random, 500) ? per_thousand : 0;
}

static bool maybe(struct random *random) {
  return chance(random, 500);
}

static void choose_server(struct climate *c, struct random *random) {
  c->plain = chance(random, 200);
  c->ping = chance(random, 900) ? (maybe(random) ? 5000 : 25000) : 0;
  c->window = maybe(random) ? 64 : 2 + below(random, 6);
  c->recovery_limit = maybe(random) ? 64 : 1 + below(random, 3);
  c->counts_anew = maybe(random);
  c->tags = maybe(random);
  c->echoes = maybe(random);
  c->as_of = maybe(random) ? 1000 : sometimes(random, 500);
  c->strange = c->as_of > 0 ? sometimes(random, 100) : 0;
  c->replica = sometimes(random, 200);
  c->fold = sometimes(random, 50);
  /* Where replicas lag, a reset that does not say how far it reaches proves too little. */
  c->fold_placed = maybe(random) || c->replica > 0;
  c->scopes = !c->plain && chance(random, 600);
  c->forbid = c->scopes ? sometimes(random, 200) : 0;
  if (c->plain) {
    c->ping = 0;
    c->as_of = 0;
    c->strange = 0;
    c->replica = 0;
    c->fold = 0;
  }
}

/* Thousands are rare: they take as long as many other worlds. */
static uint32_t some_flood(struct random *random) {
  uint32_t kind = below(random, 100);
  return kind < 2 ? 3000 : kind < 12 ? 50 + below(random, 150) : 0;
}

static void choose_network(struct climate *c, struct random *random) {
  c->lose = c->ping > 0 ? sometimes(random, 60) : 0;
  c->repeat = sometimes(random, 100);
  c->garble = sometimes(random, 100);
  c->cut_at_resume = sometimes(random, 150);
  c->restart_at_resume = sometimes(random, 50);
  c->half_open = sometimes(random, 300);
  c->refuse = sometimes(random, 200);
  c->bad_ticket = sometimes(random, 100);
  c->slow = sometimes(random, 100);
  c->hang = sometimes(random, 40);
  c->fail = sometimes(random, 200);
}

struct climate climate_of(struct random *random) {
  struct climate c = {0};
  choose_server(&c, random);
  choose_network(&c, random);
  c.concurrent_refetches = maybe(random) ? 8 : 1 + below(random, 3);
  c.entries = chance(random, 800) ? 1000 : 5 + below(random, 4);
  c.reset_window = maybe(random) ? 2000 : 500;
  c.refetch_spacing = maybe(random) ? 250 : 20 + below(random, 2000);
  c.changes_per_second = maybe(random) ? 1000 : 1 + below(random, 6);
  c.flood = some_flood(random);
  c.busy = maybe(random);
  c.max_attempts = chance(random, 800) ? 0 : 5;
  c.jumps = chance(random, 300);
  c.hides = maybe(random);
  c.unplugs = maybe(random);
  c.throttles = chance(random, 300);
  c.mutates = chance(random, 600);
  c.reenters = chance(random, 200);
  c.scopes = c.scopes && !c.reenters; /* who acts in between does not know how live it is */
  c.signs_out = chance(random, 300);
  c.storm_ms = between(random, 20, 60) * 1000;
  return c;
}
