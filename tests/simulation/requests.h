/* Fetches and mutations on their way to the server and back, over HTTP. */
#ifndef SIMULATION_REQUESTS_H
#define SIMULATION_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub.h"

struct world;

enum { REQUESTS = 1500 };

enum failure {
  ANSWERED,
  FAILED_5XX,
  FAILED_401, /* no use in trying again */
  FAILED_429, /* with Retry-After */
  FAILED_NETWORK
};

struct request {
  uint32_t client, entry, fetch, key;
  uint32_t user; /* who was signed in when it was sent */
  bool aborted, over;
  enum failure failure;
  double retry_after; /* ms, NaN for none */
  uint64_t value;
  uint32_t commit; /* the rows it was read from */
  bool says_as_of;
  bool lags; /* it is a replica's, that was behind */
  struct position as_of;
};

struct requests {
  uint32_t count;
  struct request all[REQUESTS];
};

void requests_init(struct requests *requests);
/* Asks the server for a key's value. Returns the request. */
uint32_t request_send(struct world *w, uint32_t client, uint32_t entry, uint32_t fetch,
                      uint32_t key);
void request_abort(struct world *w, uint32_t request);
/* What hangs breaks. */
void requests_heal(struct world *w);

#endif
