/* The hub's half of each socket: sign-in, subscribing, telling of changes, pings. */
#ifndef SIMULATION_SUBSCRIBERS_H
#define SIMULATION_SUBSCRIBERS_H

#include "sockets.h"

/* A client has reached the hub. */
void subscriber_arrived(struct world *w, uint32_t socket);
void subscriber_signed_in(struct world *w, uint32_t socket);
/* A subscription, packed. */
void subscriber_asked(struct world *w, uint32_t socket, uint32_t packed);
/* Tells everybody of an entry that was just appended. */
void subscribers_tell(struct world *w, uint32_t entry);
/* The log started over. */
void subscribers_start_over(struct world *w);
/* Whether the hub hears has changed. */
void subscribers_tell_source(struct world *w);
/* The hub is about to shut down. */
void subscribers_say_goodbye(struct world *w, double after, double spread);

/* The triggers' notification of a commit is on its way to the hub. */
void hub_notify(struct world *w, uint32_t commit);

#endif
