/*
 * The stream of changes: one socket, its sign-in, and how far the client has come.
 *
 *      IDLE ──connect──> TICKET ──> OPENING ──> SIGNING_IN ──> SUBSCRIBING ──> OPEN
 *       ^                  ^  no ticket: from OPENING straight to OPEN          │
 *       │ refused,         │                                                   │ closed, silent
 *       │ tries used up    └──backoff, network back── WAITING <────────────────┘
 *
 * Positions are (epoch, seq). A server that never says one is taken as it is: every connection then
 * begins with a gap.
 */
#ifndef TIDEMARK_STREAM_H
#define TIDEMARK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tidemark.h"

enum { STREAM_EPOCH_BYTES = 64, STREAM_EPOCHS_LEFT = 16 };

enum stream_phase {
  STREAM_IDLE,
  STREAM_WAITING,
  STREAM_TICKET,
  STREAM_OPENING,
  STREAM_SIGNING_IN,
  STREAM_SUBSCRIBING,
  STREAM_OPEN
};

/* Things to do, kept until drained; in this order. */
enum stream_effect {
  STREAM_CLOSE = 1,
  STREAM_GET_TICKET = 2,
  STREAM_OPEN_SOCKET = 4,
  STREAM_SEND_AUTH = 8,
  STREAM_SEND_SUBSCRIBE = 16,
  STREAM_SEND_PONG = 32
};

/* What a frame means for the cache. */
enum stream_verdict {
  STREAM_NOTHING,
  STREAM_APPLY,    /* a change to apply */
  STREAM_DROP,     /* old, duplicate, or to come again */
  STREAM_RECOVER,  /* apply the list of messages */
  STREAM_RESET_ALL /* anything may have changed up to the stream's position */
};

/* An epoch that the stream went on from, or that only answers told of. */
struct left_epoch {
  uint32_t hash; /* 0 for none */
  bool heard;    /* from a socket; else only answers told of it */
};

struct stream {
  enum stream_phase phase;
  tidemark_stream_options options;
  uint32_t socket;     /* id of the one socket, 0 before the first */
  uint32_t attempts;   /* in a row without a stable connection */
  uint32_t reconnects; /* connections begun, but for those that CONNECT began */
  uint32_t effects;    /* enum stream_effect */
  uint32_t closing, closing_code;
  uint32_t unanswered; /* subscriptions of this connection */
  bool online;
  bool gap;
  bool deaf;        /* the server says that it does not hear of changes */
  bool unread;      /* a frame that came since the last subscription could not be read */
  bool epoch_told;  /* by a socket; while none is connected, answers tell it too */
  bool epoch_heard; /* `epoch` was, by this socket or one before */
  bool new_epoch;   /* since the wiring last cleared it: positions of before compare with nothing */
  bool refused;     /* stopped by the server or after too many tries, not yet warned of */
  double deadline;  /* ms; INFINITY for none */
  double live_since;
  double ping;                        /* ms between the server's pings; 0: it sends none */
  double return_after, return_spread; /* ms; what the server of this connection asked for */
  double seq;                         /* last position; -1: none known */
  double resumed_at; /* position from which this connection last asked for what it missed */
  size_t epoch_length;
  char epoch[STREAM_EPOCH_BYTES];
  struct left_epoch left[STREAM_EPOCHS_LEFT];
  uint32_t next_left;
};

void stream_init(struct stream *s);
int stream_connect(struct stream *s, const tidemark_stream_options *options, double time);
void stream_disconnect(struct stream *s);
void stream_online(struct stream *s, bool online, double time);
/* Somebody looks again: a wait for the next try ends. */
void stream_visible(struct stream *s, double time);
void stream_timeout(struct stream *s, double time, uint64_t *random);

/* All of these ignore a socket that is not the one in hand. */
void stream_ticket(struct stream *s, uint32_t socket, bool ready, bool for_good, double time,
                   uint64_t *random);
/* True if the server is taken to be plain: whatever is cached may have changed before now. */
bool stream_opened(struct stream *s, uint32_t socket, double time);
void stream_closed(struct stream *s, uint32_t socket, double code, double time, uint64_t *random);
/* Whether that is the socket in hand, and it is open. */
bool stream_listens(const struct stream *s, uint32_t socket);
/* Something came on the socket in hand. */
void stream_heard(struct stream *s, double time);

/* The scopes have changed: a server that was told of the old ones is told of the new. */
void stream_subscribe_again(struct stream *s, double time);
/* Disconnects, and forgets how far it had come. */
void stream_forget(struct stream *s);

/* A frame of the socket in hand could not be read. */
void stream_unreadable(struct stream *s);

/* Frames. `epoch` may be NULL, positions are -1 if a frame does not say them. */
void stream_hello(struct stream *s, const char *epoch, double ping, bool deaf, double time);
enum stream_verdict stream_subscribed(struct stream *s, const char *epoch, double seq,
                                      bool recovered, double time);
enum stream_verdict stream_change(struct stream *s, const char *epoch, double seq, double prev,
                                  double time);
/* A message of the list in `subscribed`: no gap to look for. */
enum stream_verdict stream_missed(struct stream *s, double seq);
void stream_ping(struct stream *s, double seq, bool deaf, double time);
/* Anything may have changed; the server may say which position holds from here on. With a `prev`
 * the frame has its place among the changes, and is taken only there. */
enum stream_verdict stream_reset(struct stream *s, const char *epoch, double seq, double prev,
                                 double time);
/* The list in `subscribed` has been applied. */
void stream_recovered(struct stream *s, double seq);
/* The server is going to end the connection: whoever comes back should wait `after` ms, and up to
 * `spread` more, each as long as chance says. */
void stream_goodbye(struct stream *s, double after, double spread);

/* The position in "<epoch>:<seq>": POSITION_FOREIGN if it is of an epoch that the stream has left,
 * POSITION_UNKNOWN if the text is none, or, with *strange, of an epoch that the stream never had:
 * that says nothing, and would say nothing when asked again. While no connection tells its epoch,
 * one that was never heard of before is taken for it: the server may have begun anew, and nobody
 * says so. */
double stream_parse_as_of(struct stream *s, const char *text, size_t length, bool *strange);
enum tidemark_stream_status stream_status(const struct stream *s);

#endif
