/* The server's half of the stream, as far as tests need it. */
#ifndef HELPER_STREAM_H
#define HELPER_STREAM_H

#include "helper_world.h"

/* One frame on the socket in hand; JSON with ' for ". */
void frame(struct world *w, const char *text);
void frame_on(struct world *w, uint32_t socket, const char *text);

/* ms between pings that the server of go_live promises. */
enum { PING_MS = 25000 };

/* What the stream's effects are called in the trace. */
#define STREAM_EFFECTS "TICKET OPEN SEND CLOSE STATUS WARN"
/* Where the stream stands, "epoch:seq" or "none". */
const char *position_text(struct world *w);

/* ---- Steps of a connection, on the socket in hand ------------------------------------------ */
void connect_with(struct world *w, tidemark_stream_options options);
void connect_with_ticket(struct world *w);
void connect_plainly(struct world *w);
void ticket_ready(struct world *w);
void ticket_failed(struct world *w, int for_good);
void socket_opened(struct world *w);
void socket_closed(struct world *w, int code);
void hello(struct world *w, const char *epoch, int seq);
/* `messages` is a JSON array, with ' for ". */
void subscribed(struct world *w, const char *epoch, int seq, int recovered, const char *messages);

/* ---- Whole ways, with nothing of them in the trace ----------------------------------------- */
/* Signed in and subscribed for the first time: all that was cached before is marked. */
void go_live(struct world *w, const char *epoch, int seq);
/* For PROMISE_IN: a world that is live at position 10 of the epoch "e". */
int live(void **state);
/* The socket breaks, the next one is opened and says where the stream stands. */
void reconnect(struct world *w, const char *epoch, int seq, int recovered);
/* From SOCKET_CLOSED to the TICKET or OPEN after the backoff. */
void wait_for_next_try(struct world *w);

/* ---- Scopes and users: names with a space between them --------------------------------------- */
/* The event with those names as its list, written to `bytes`. */
tidemark_event with_scopes(tidemark_event event, uint8_t *bytes, const char *names);
void channel_scopes(struct world *w, const char *names);
void depends_on(struct world *w, uint32_t entry, const char *names);
void sign_out(struct world *w);

/* enum tidemark_stream_status of what one entry shows. */
int stream_status_of(struct world *w, uint32_t entry);

/* A change of a task at that position of the epoch "e". */
void task_changed(struct world *w, int id, int seq, int previous);

#endif
