/* What the hub and a relay gone wrong say, as text. Texts live as long as the world. */
#ifndef SIMULATION_FRAMES_H
#define SIMULATION_FRAMES_H

#include "sockets.h"

struct world;

struct frame frame_hello(struct world *w);
/* What was missed since `cursor`, at most `limit` of it; *cursor: how far it reaches. */
struct frame frame_recovered(struct world *w, double *cursor, uint32_t limit, uint32_t scopes);
struct frame frame_not_recovered(struct world *w);
struct frame frame_change(struct world *w, uint32_t entry, double previous);
struct frame frame_ping(struct world *w, double seq);
/* `moved`: the stream goes on from the hub's present position. */
struct frame frame_reset(struct world *w, bool moved, uint32_t scopes);
/* A reset that stands for one change. */
struct frame frame_scope_changed(struct world *w, uint32_t entry, double previous, uint32_t scopes);
/* The user may not see these. */
struct frame frame_forbidden(struct world *w, uint32_t scopes);
/* The second of the two plain messages. */
struct frame frame_reconnect(struct world *w);
/* The hub shuts down: come back in [after, after + spread) ms. */
struct frame frame_goodbye(struct world *w, double after, double spread);
/* Truncated, huge, deep, wrong in its fields, or not JSON at all: nothing that means anything. */
struct frame frame_garbage(struct world *w);
/* The same change as the app tells it itself. */
uint32_t change_text(struct world *w, const struct change *change, char *out, uint32_t capacity);
/* "<epoch>:<seq>" */
uint32_t position_text(struct world *w, struct position position, char *out, uint32_t capacity);
/* The epoch that is written so, or EPOCHS. */
uint32_t epoch_of(const struct world *w, const char *text, size_t length);

#endif
