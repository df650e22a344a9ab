/*
 * The network between the hub and the clients: sockets, what travels in them, and how they end.
 *
 *      hub ── frame ──(delay; kept in order; lost with the socket)──> client
 *
 * A socket delivers in order and loses nothing but its tail, as TCP does; a relay in front of it
 * may lose, repeat or garble single frames. A half-open one carries nothing any more and neither
 * side is told.
 */
#ifndef SIMULATION_SOCKETS_H
#define SIMULATION_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub.h"
#include "scopes.h"

struct world;

enum { SOCKETS = 160, FRAMES = 12000, TEXT_BYTES = 1 << 21 };

struct socket {
  double answer_at; /* when the last subscription so far is answered */
  uint32_t client;
  uint32_t id; /* the client's */
  bool open_at_client, open_at_hub, half_open;
  bool tail_lost; /* what was on its way when the connection broke never arrives */
  bool signed_in, subscribed;
  uint32_t waiting;      /* subscriptions that are being answered */
  uint32_t scopes;       /* that it is told of */
  double cursor;         /* last seq it was sent */
  double down_at, up_at; /* when the last thing sent arrives: nothing overtakes it */
};

enum frame_kind {
  FRAME_HELLO,
  FRAME_SUBSCRIBED,
  FRAME_CHANGE,
  FRAME_PING,
  FRAME_RESET,
  FRAME_RECONNECT,
  FRAME_GOODBYE,
  FRAME_FORBIDDEN,
  FRAME_GARBAGE
};

struct frame {
  enum frame_kind kind;
  uint32_t socket;
  bool placed;          /* CHANGE, and a RESET that stands for one */
  uint32_t entry;       /* placed: index in the hub's log */
  uint32_t epoch;       /* placed */
  double seq, previous; /* placed, PING: as it says */
  uint32_t scopes;      /* RESET, FORBIDDEN: that it names; else that its socket is told of */
  bool recovered;       /* SUBSCRIBED */
  bool deaf;            /* HELLO, PING: the hub hears of nothing */
  double after, spread; /* GOODBYE: ms */
  const char *text;
  uint32_t length;
};

/* "Anything may have changed." */
static inline bool frame_says_anything_changed(const struct frame *frame) {
  return frame->kind == FRAME_RESET || frame->kind == FRAME_RECONNECT ||
         (frame->kind == FRAME_SUBSCRIBED && !frame->recovered);
}

struct sockets {
  uint32_t count, frame_count, text_length;
  struct socket all[SOCKETS];
  struct frame frames[FRAMES];
  char text[TEXT_BYTES];
};

void sockets_init(struct sockets *sockets);

/* ---- The client's side ---------------------------------------------------------------------- */
void socket_open(struct world *w, uint32_t client, uint32_t id);
/* The client closes it, and hears no more of it but for what was on its way. */
void socket_close(struct world *w, uint32_t client, uint32_t id);
/* Sends AUTH, SUBSCRIBE or PONG; `resume` and `scopes` count for SUBSCRIBE only. */
void socket_send(struct world *w, uint32_t client, uint32_t id, uint32_t frame,
                 struct position resume, uint32_t scopes);

/* A subscription in one number, for the agenda. */
static inline uint32_t subscription_pack(struct position resume, uint32_t scopes) {
  uint32_t place = resume.seq < 0 ? 0 : resume.epoch << 24 | (uint32_t)(resume.seq + 1);
  return place | scopes << 20;
}
static inline struct position subscription_resume(uint32_t packed) {
  return (struct position){.epoch = packed >> 24, .seq = (double)(packed & 0xfffff) - 1};
}
static inline uint32_t subscription_scopes(uint32_t packed) {
  return packed >> 20 & ALL_SCOPES;
}

/* ---- The hub's side ------------------------------------------------------------------------- */
/* `text` must stay; see frames.h. */
void socket_deliver(struct world *w, uint32_t socket, struct frame frame);
/* The connection breaks: the client hears of it with that close code, unless it is half-open. */
void socket_cut(struct world *w, uint32_t socket, uint32_t code, bool half_open);
void sockets_cut_all(struct world *w, uint32_t code);
/* Half-open ones break for good. */
void sockets_heal(struct world *w);

#endif
