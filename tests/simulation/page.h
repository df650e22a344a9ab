/* What the pages of a client and the people before them do. */
#ifndef SIMULATION_PAGE_H
#define SIMULATION_PAGE_H

#include "client.h"

/* Plans the first act of that client. */
void page_begin(struct world *w, uint32_t client);
/* An entry's observers hear of it; sometimes one of them acts at once. */
void page_notified(struct world *w, struct client *c, uint32_t entry);
/* Everybody comes back: online, visible, connected. */
void page_heal(struct world *w, struct client *c);
/* Everybody leaves, for good. */
void page_leave(struct world *w, struct client *c);
/* What is kept for ever is removed. */
void page_forget(struct world *w, struct client *c);

/* ---- mutations.c ------------------------------------------------------------------------------
 */
/* Shows a change before the server has answered, and asks the server for it. */
void page_mutate(struct world *w, struct client *c);

/* ---- For mutations.c --------------------------------------------------------------------------
 */
uint32_t page_build(struct world *w, struct client *c, uint32_t key);

#endif
