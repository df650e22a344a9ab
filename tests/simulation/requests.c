#include "requests.h"

#include <math.h>

#include "world.h"

enum { HANG_MS = 40000 };

void requests_init(struct requests *requests) {
  requests->count = 0;
}

/* A caller that took no signal hears of an answer that nobody waits for any more. */
static void come_back(struct world *w, uint32_t request, uint32_t unused) {
  (void)unused;
  struct request *r = &w->requests.all[request];
  if (r->over) {
    return;
  }
  r->over = true;
  if (!r->aborted || strikes(w, 300, FAULT_ANSWER_AFTER_ABORT)) {
    client_answered(w, r->client, r);
  }
}

static double travel(struct world *w) {
  return strikes(w, w->climate.slow, FAULT_SLOW_ANSWER) ? between(&w->random, 1000, 20000)
                                                        : between(&w->random, 1, 60);
}

/* The position is sampled before the read: of the primary, the hub's; of a replica, its own. */
static void sample(struct world *w, struct request *r, uint32_t replica) {
  bool from_replica = replica < w->database.last;
  r->commit = replica;
  r->lags = from_replica;
  r->as_of = hub_as_of(&w->hub, replica);
  r->says_as_of = from_replica || chance(&w->random, w->climate.as_of);
  /* Of a hub that is not this one's: whoever asks is no wiser. */
  if (r->says_as_of && !from_replica && chance(&w->random, w->climate.strange)) {
    occurred(w, FAULT_STRANGE_EPOCH);
    r->as_of = (struct position){.epoch = STRANGE_EPOCH, .seq = 7};
  }
}

/* A primary may have got on between the sampling and the read. */
static void read_rows(struct world *w, uint32_t request, uint32_t from_primary) {
  struct request *r = &w->requests.all[request];
  r->commit = from_primary ? w->database.last : r->commit;
  r->value = database_value(&w->database, r->key, r->commit, r->user);
  agenda_add(&w->agenda, w->time + travel(w), come_back, request, 0);
}

static void reach_server(struct world *w, uint32_t request, uint32_t unused) {
  (void)unused;
  struct request *r = &w->requests.all[request];
  uint32_t lag = storm(w, w->climate.replica) ? 1 + below(&w->random, 4) : 0;
  bool lags = lag > 0 && lag <= w->database.last;
  occurred_if(w, lags, FAULT_LAGGING_REPLICA);
  sample(w, r, w->database.last - (lags ? lag : 0));
  agenda_add(&w->agenda, w->time + between(&w->random, 0, 3), read_rows, request, lags ? 0 : 1);
}

static enum failure fate(struct world *w) {
  if (!storm(w, w->climate.fail)) {
    return ANSWERED;
  }
  static const enum failure FATES[] = {FAILED_5XX, FAILED_5XX, FAILED_5XX,
                                       FAILED_401, FAILED_429, FAILED_NETWORK};
  static const enum fault FAULTS_OF[] = {[FAILED_5XX] = FAULT_ANSWER_5XX,
                                         [FAILED_401] = FAULT_ANSWER_401,
                                         [FAILED_429] = FAULT_ANSWER_429,
                                         [FAILED_NETWORK] = FAULT_NETWORK_ERROR};
  enum failure failure = FATES[below(&w->random, sizeof FATES / sizeof FATES[0])];
  occurred(w, FAULTS_OF[failure]);
  return failure;
}

uint32_t request_send(struct world *w, uint32_t client, uint32_t entry, uint32_t fetch,
                      uint32_t key) {
  if (w->requests.count == REQUESTS) {
    w->agenda.overflow = true;
    return REQUESTS - 1;
  }
  uint32_t i = w->requests.count++;
  struct request *r = &w->requests.all[i];
  *r = (struct request){.client = client, .entry = entry, .fetch = fetch, .key = key};
  r->user = w->clients[client].user;
  r->failure = w->clients[client].online ? fate(w) : FAILED_NETWORK;
  r->retry_after = r->failure == FAILED_429 ? between(&w->random, 0, 60) * 1000 : NAN;
  if (strikes(w, w->climate.hang, FAULT_HANGING_REQUEST)) {
    r->failure = FAILED_NETWORK;
    agenda_add(&w->agenda, w->time + HANG_MS, come_back, i, 0);
  } else if (r->failure != ANSWERED) {
    agenda_add(&w->agenda, w->time + travel(w), come_back, i, 0);
  } else {
    agenda_add(&w->agenda, w->time + travel(w), reach_server, i, 0);
  }
  return i;
}

void request_abort(struct world *w, uint32_t request) {
  w->requests.all[request].aborted = true;
}

void requests_heal(struct world *w) {
  for (uint32_t i = 0; i < w->requests.count; i++) {
    if (!w->requests.all[i].over && w->requests.all[i].failure == FAILED_NETWORK) {
      agenda_add(&w->agenda, w->time + between(&w->random, 1, 100), come_back, i, 0);
    }
  }
}
