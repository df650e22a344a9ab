/* What a server's frame says, typed: the messages of the wire protocol. */
#ifndef TIDEMARK_MESSAGE_H
#define TIDEMARK_MESSAGE_H

#include "json.h"

enum message_type {
  MESSAGE_UNKNOWN, /* a type this client does not know: ignored */
  MESSAGE_HELLO,
  MESSAGE_SUBSCRIBED,
  MESSAGE_CHANGE, /* cache_invalidate */
  MESSAGE_PING,
  MESSAGE_RESET,
  MESSAGE_ERROR,
  MESSAGE_GOODBYE,
  MESSAGE_RECONNECT
};

/* Pointers live as long as the tree. Fields a message does not have are NULL, or -1 for numbers. */
struct message {
  enum message_type type;
  const char *type_text;
  const char *epoch;
  double seq, prev;
  double ping;                /* hello: ms between pings */
  bool deaf;                  /* hello, ping: the server does not hear of changes now */
  double after, spread;       /* goodbye: ms */
  bool recovered;             /* subscribed */
  const json_value *messages; /* subscribed: what was missed, as an array */
  const json_value *change;   /* cache_invalidate: its data */
  const json_value *scopes;   /* error, reset: those it is about, as an array of texts; NULL: all */
  const char *text;           /* error, reset, reconnect: what the server says about it */
};

/* TIDEMARK_OK, or TIDEMARK_ERROR_JSON for what is no message: no object, no type, or a known type
 * with a field of the wrong kind. */
int message_read(const json_value *root, struct message *message);

#endif
