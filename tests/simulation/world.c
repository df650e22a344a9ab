#include "world.h"

#include <math.h>

#include "page.h"
#include "subscribers.h"

/* Longest that anything takes to come right once faults stop: a silent socket, a backoff, a
 * Retry-After spread by half, a recovery. */
static const double CALM_MS = 240000;

/* ---- The server's day ------------------------------------------------------------------------ */

static void write_rows(struct world *w, uint32_t a, uint32_t b) {
  (void)a;
  (void)b;
  if (w->phase != STORM) {
    return;
  }
  uint32_t writes = chance(&w->random, 900) ? 1 : 1 + below(&w->random, 6);
  for (; writes > 0 && !database_is_full(&w->database); writes--) {
    if (chance(&w->random, 750)) {
      database_write_task(&w->database, &w->random, below(&w->random, TASKS), NOBODY, 0);
    } else {
      database_write_members(&w->database, 1 + below(&w->random, PROJECTS));
    }
    SAY(w, NOBODY, "commit %u", w->database.last);
    hub_notify(w, w->database.last);
  }
  agenda_add(&w->agenda, w->time + between(&w->random, 50, 3000), write_rows, 0, 0);
}

/* Some batch job writes everything over and over. */
static void flood(struct world *w, uint32_t messages, uint32_t unused) {
  (void)unused;
  if (w->phase != STORM || database_is_full(&w->database)) {
    return;
  }
  uint32_t now = messages < CHANGES ? messages : 1 + below(&w->random, messages);
  database_write_all(&w->database, now);
  SAY(w, NOBODY, "commit %u, in %u messages", w->database.last, now);
  occurred(w, now >= 1000 ? FAULT_FLOOD_OF_THOUSANDS : FAULT_FLOOD);
  hub_notify(w, w->database.last);
  if (messages > now) {
    agenda_add(&w->agenda, w->time + between(&w->random, 0, 400), flood, messages - now, 0);
  }
}

static bool somebody_resumes(const struct world *w) {
  bool resumes = false;
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    const struct socket *s = &w->sockets.all[i];
    resumes |= s->open_at_hub && s->waiting > 0;
  }
  return resumes;
}

/* It finds out, and its clients hear of it. */
static void find_out(struct world *w, uint32_t a, uint32_t b) {
  (void)a;
  (void)b;
  if (w->hub.deaf && !w->hub.knows) {
    SAY(w, NOBODY, "the hub knows that it is deaf");
    occurred(w, FAULT_SOURCE_LOST);
    w->hub.knows = true;
    subscribers_tell_source(w);
  }
}

static void hear_again(struct world *w, uint32_t restarts, uint32_t unused) {
  (void)unused;
  if (!w->hub.deaf) {
    return;
  }
  bool knew = w->hub.knows;
  hub_begin_epoch(&w->hub, w->database.last);
  SAY(w, NOBODY, "the hub hears again: epoch %u", w->hub.epoch_count - 1);
  occurred(w, restarts != 0 ? FAULT_SERVER_RESTARTED : FAULT_EPOCH_WITHOUT_RESTART);
  if (restarts != 0) {
    occurred_if(w, somebody_resumes(w), FAULT_RESTARTED_WHILE_RESUMING);
    sockets_cut_all(w, 1001);
  } else {
    subscribers_start_over(w);
    if (knew) {
      occurred(w, FAULT_SOURCE_FOUND);
      subscribers_tell_source(w); /* only now: what was missed is marked */
    }
  }
}

void world_deafens_hub(struct world *w, double ms, bool restarts) {
  if (!w->hub.deaf && w->hub.epoch_count < EPOCHS) {
    SAY(w, NOBODY, "the hub goes deaf");
    w->hub.deaf = true;
    if (!w->hub.plain) {
      agenda_add(&w->agenda, w->time + ms * between(&w->random, 0, 2) / 2, find_out, 0, 0);
    }
    agenda_add(&w->agenda, w->time + ms, hear_again, restarts, 0);
  }
}

/* A hub that shuts down asks its clients to come back spread over time. Its log may live elsewhere,
 * or end with it. */
static void shut_down(struct world *w) {
  double after = 500 * between(&w->random, 0, 8);
  double spread = 1000 * between(&w->random, 0, 10);
  SAY(w, NOBODY, "the hub shuts down: after %.0f, spread %.0f", after, spread);
  occurred(w, FAULT_GOODBYE);
  subscribers_say_goodbye(w, after, spread);
  sockets_cut_all(w, 1012);
  w->hub.back_at = w->time + between(&w->random, 0, (uint32_t)after);
  if (chance(&w->random, 500)) {
    world_deafens_hub(w, w->hub.back_at - w->time, true);
  }
}

static void trouble(struct world *w, uint32_t a, uint32_t b) {
  (void)a;
  (void)b;
  if (w->phase != STORM) {
    return;
  }
  uint32_t what = below(&w->random, 1000);
  if (what < 550 || (what < 700 && w->hub.plain)) {
    SAY(w, NOBODY, "all sockets are cut");
    occurred(w, FAULT_SOCKETS_CUT);
    sockets_cut_all(w, 1006);
  } else if (what < 700) {
    shut_down(w);
  } else {
    double deaf = between(&w->random, 0, chance(&w->random, 800) ? 4000 : 40000);
    world_deafens_hub(w, deaf, chance(&w->random, 500));
  }
  agenda_add(&w->agenda, w->time + between(&w->random, 2000, 25000), trouble, 0, 0);
}

/* ---- The phases ------------------------------------------------------------------------------ */

static void run_until(struct world *w, double end) {
  struct plan plan;
  while (w->violation.invariant == 0 && agenda_next(&w->agenda, end, &plan)) {
    w->time = plan.time;
    plan.act(w, plan.a, plan.b);
  }
  w->time = end;
  if (w->agenda.overflow) {
    violate(w, INVARIANT_WORLD, "too much is going on at once");
  }
}

static void begin(struct world *w, const struct wish *wish) {
  w->seed = wish->seed;
  w->random.state = mix(wish->seed + 1);
  w->time = 0;
  w->phase = STORM;
  w->careful = wish->careful;
  w->steps = 0;
  w->allocations = 0;
  w->refuse = wish->refuse;
  w->violation.invariant = 0;
  w->trace = (struct trace){.text = wish->text, .capacity = wish->text_capacity};
  w->climate = climate_of(&w->random);
  w->climate.reenters = w->climate.reenters && !w->careful;
  w->climate.busy = w->climate.busy && !w->careful;
  w->climate.flood = w->careful ? w->climate.flood / 50 : w->climate.flood;
  agenda_clear(&w->agenda);
  database_init(&w->database, &w->random);
  hub_init(&w->hub);
  w->hub.window = w->climate.window;
  w->hub.plain = w->climate.plain;
  w->hub.counts_anew = w->climate.counts_anew;
  sockets_init(&w->sockets);
  requests_init(&w->requests);
}

static void storm_begins(struct world *w) {
  w->client_count = chance(&w->random, 750) ? 1 : CLIENTS;
  for (uint32_t i = 0; i < w->client_count; i++) {
    client_start(w, i);
    page_begin(w, i);
  }
  agenda_add(&w->agenda, between(&w->random, 0, 2000), write_rows, 0, 0);
  agenda_add(&w->agenda, between(&w->random, 1000, 25000), trouble, 0, 0);
  if (w->climate.flood > 0) {
    double at = between(&w->random, 1000, (uint32_t)w->climate.storm_ms);
    agenda_add(&w->agenda, at, flood, w->climate.flood, 0);
  }
  run_until(w, w->climate.storm_ms);
}

static void calm(struct world *w) {
  SAY(w, NOBODY, "CALM");
  w->phase = CALM;
  if (w->hub.deaf) {
    hear_again(w, 1, 0);
  }
  w->hub.back_at = 0;
  requests_heal(w);
  sockets_heal(w);
  for (uint32_t i = 0; i < w->client_count; i++) {
    page_heal(w, &w->clients[i]);
  }
  run_until(w, w->time + CALM_MS);
  for (uint32_t i = 0; i < w->client_count; i++) {
    check_calm(w, &w->clients[i]);
  }
}

static void leave(struct world *w) {
  SAY(w, NOBODY, "LEAVING");
  w->phase = LEAVING;
  for (uint32_t i = 0; i < w->client_count && w->violation.invariant == 0; i++) {
    page_leave(w, &w->clients[i]);
  }
  run_until(w, w->time + 10 * CALM_MS);
  for (uint32_t i = 0; i < w->client_count && w->violation.invariant == 0; i++) {
    page_forget(w, &w->clients[i]);
    check_empty(w, &w->clients[i]);
  }
}

void world_run(struct world *w, const struct wish *wish) {
  begin(w, wish);
  storm_begins(w);
  if (w->violation.invariant == 0) {
    calm(w);
  }
  if (w->violation.invariant == 0) {
    leave(w);
  }
  for (uint32_t i = 0; i < w->client_count; i++) {
    client_end(w, &w->clients[i]);
  }
}
