#include "stream.h"

#include <math.h>
#include <string.h>

#include "hash.h"
#include "planted.h"
#include "position.h"
#include "prng.h"

enum {
  CLOSE_NORMAL = 1000,
  CLOSE_SILENT = 4000,       /* the client's own: no sign of life */
  HANDSHAKE_MS = 15000,      /* from one step of connecting to the next */
  SLACK_MS = 10000,          /* a ping may be late by */
  STABLE_MS = 10000,         /* a connection this old starts the backoff anew */
  LONGEST_RETURN_MS = 300000 /* a server cannot keep a client away for longer */
};

void stream_init(struct stream *s) {
  *s = (struct stream){.online = true, .deadline = INFINITY, .seq = -1, .resumed_at = -1};
}

enum tidemark_stream_status stream_status(const struct stream *s) {
  switch (s->phase) {
  case STREAM_IDLE:
    return TIDEMARK_STREAM_STOPPED;
  case STREAM_WAITING:
    return TIDEMARK_STREAM_OFFLINE;
  case STREAM_OPEN:
    if (s->gap) {
      return TIDEMARK_STREAM_GAP;
    }
    return s->deaf && !PLANTED(SOURCE_IGNORED) ? TIDEMARK_STREAM_CATCHING_UP : TIDEMARK_STREAM_LIVE;
  default:
    return TIDEMARK_STREAM_CATCHING_UP;
  }
}

/* ---- Connecting and losing the connection -------------------------------------------------- */

static void begin(struct stream *s, double time) {
  s->socket++;
  s->gap = false;
  s->deaf = false;
  s->resumed_at = -1;
  s->unanswered = 0;
  if (!PLANTED(GOODBYE_KEPT)) {
    s->return_after = 0;
    s->return_spread = 0;
  }
  s->ping = 0;
  s->phase = s->options.ticket ? STREAM_TICKET : STREAM_OPENING;
  s->effects |= s->options.ticket ? STREAM_GET_TICKET : STREAM_OPEN_SOCKET;
  s->deadline = time + HANDSHAKE_MS;
}

static void begin_again(struct stream *s, double time) {
  s->reconnects++;
  begin(s, time);
}

static void wait_for_network(struct stream *s) {
  s->phase = STREAM_WAITING;
  s->deadline = INFINITY;
}

/* One that the caller has not been told to open yet need not be closed; the one before it, perhaps.
 */
static void close_socket(struct stream *s, uint32_t code) {
  bool begun = (s->effects & (STREAM_GET_TICKET | STREAM_OPEN_SOCKET)) == 0;
  s->effects &= STREAM_CLOSE;
  if (s->phase >= STREAM_TICKET && begun) {
    s->effects = STREAM_CLOSE;
    s->closing = s->socket;
    s->closing_code = code;
  }
}

static void stop(struct stream *s) {
  s->phase = STREAM_IDLE;
  s->deadline = INFINITY;
  s->refused = true;
}

static double backoff(const struct stream *s, uint64_t *random) {
  double ceiling = s->options.backoff_base;
  for (uint32_t i = 1; i < s->attempts && ceiling < s->options.backoff_cap; i++) {
    ceiling *= 2;
  }
  ceiling = fmin(ceiling, PLANTED(BACKOFF_ABOVE_CAP) ? INFINITY : s->options.backoff_cap);
  bool spread = !s->options.no_jitter && !PLANTED(RECONNECT_NOT_SPREAD);
  return spread ? ceiling * prng_unit(random) : ceiling;
}

/* What the server asked for when it said goodbye, but no less than after any other loss: it may say
 * so to whoever comes. */
static double wait_before_next(const struct stream *s, uint64_t *random) {
  double wait = backoff(s, random);
  if (s->return_after + s->return_spread > 0 && !PLANTED(GOODBYE_COMES_EARLY)) {
    wait = fmax(wait, s->return_after + s->return_spread * prng_unit(random));
  }
  return wait;
}

/* The connection is gone, or a try at one failed. */
static void lose(struct stream *s, double time, uint64_t *random) {
  bool stable = s->phase == STREAM_OPEN && time - s->live_since >= STABLE_MS;
  s->attempts = stable ? 1 : s->attempts + 1;
  s->effects &= STREAM_CLOSE;
  if (s->options.max_attempts > 0 && s->attempts > s->options.max_attempts) {
    stop(s);
  } else {
    s->phase = STREAM_WAITING;
    s->deadline = time + wait_before_next(s, random);
  }
}

int stream_connect(struct stream *s, const tidemark_stream_options *options, double time) {
  if (!(options->backoff_base >= 0) || !(options->backoff_cap >= 0)) {
    return TIDEMARK_ERROR_EVENT;
  }
  if (s->phase != STREAM_IDLE) {
    return TIDEMARK_OK;
  }
  s->options = *options;
  s->options.backoff_base = options->backoff_base > 0 ? options->backoff_base : 500;
  s->options.backoff_cap = options->backoff_cap > 0 ? options->backoff_cap : 20000;
  s->attempts = 0;
  s->refused = false;
  if (s->online) {
    begin(s, time);
  } else {
    wait_for_network(s);
  }
  return TIDEMARK_OK;
}

void stream_disconnect(struct stream *s) {
  s->epoch_told = false;
  close_socket(s, CLOSE_NORMAL);
  s->phase = STREAM_IDLE;
  s->deadline = INFINITY;
}

void stream_forget(struct stream *s) {
  stream_disconnect(s);
  if (!PLANTED(FORGET_KEEPS_POSITION)) {
    s->epoch_length = 0;
    s->seq = -1;
  }
}

void stream_online(struct stream *s, bool online, double time) {
  bool back = online && !s->online;
  s->online = online;
  if (s->phase == STREAM_IDLE) {
    return;
  }
  if (!online) {
    close_socket(s, CLOSE_NORMAL);
    wait_for_network(s);
  } else if (back) {
    s->attempts = 0;
    begin_again(s, time);
  }
}

void stream_visible(struct stream *s, double time) {
  if (s->phase == STREAM_WAITING && s->online) {
    begin_again(s, time);
  }
}

void stream_timeout(struct stream *s, double time, uint64_t *random) {
  if (s->phase == STREAM_WAITING) {
    begin_again(s, time);
    return;
  }
  close_socket(s, CLOSE_SILENT);
  if (s->unanswered > 0 && s->unread) {
    /* That frame may have been the answer: from the same position it would be the same. */
    s->seq = -1;
  }
  lose(s, time, random);
}

void stream_ticket(struct stream *s, uint32_t socket, bool ready, bool for_good, double time,
                   uint64_t *random) {
  if (socket != s->socket || s->phase != STREAM_TICKET) {
    return;
  }
  if (ready) {
    s->phase = STREAM_OPENING;
    s->effects |= STREAM_OPEN_SOCKET;
    s->deadline = time + HANDSHAKE_MS;
  } else if (for_good) {
    stop(s);
  } else {
    lose(s, time, random);
  }
}

bool stream_opened(struct stream *s, uint32_t socket, double time) {
  if (socket != s->socket || s->phase != STREAM_OPENING) {
    return false;
  }
  if (s->options.ticket) {
    s->phase = STREAM_SIGNING_IN;
    s->effects |= STREAM_SEND_AUTH;
    s->deadline = time + HANDSHAKE_MS;
    return false;
  }
  s->phase = STREAM_OPEN;
  s->live_since = time;
  s->deadline = INFINITY;
  return true;
}

void stream_closed(struct stream *s, uint32_t socket, double code, double time, uint64_t *random) {
  if (socket != s->socket || s->phase < STREAM_TICKET) {
    return;
  }
  if (code == TIDEMARK_CLOSE_PROTOCOL_ERROR || code == TIDEMARK_CLOSE_FORBIDDEN) {
    stop(s);
  } else {
    lose(s, time, random);
  }
}

bool stream_listens(const struct stream *s, uint32_t socket) {
  return socket == s->socket && s->phase >= STREAM_SIGNING_IN;
}

void stream_heard(struct stream *s, double time) {
  if (s->phase == STREAM_OPEN && s->ping > 0 && s->unanswered == 0) {
    s->deadline = PLANTED(SILENCE_IGNORED) ? INFINITY : time + s->ping + SLACK_MS;
  }
}

void stream_unreadable(struct stream *s) {
  s->unread = true;
}

/* ---- Positions ----------------------------------------------------------------------------- */

static bool is_epoch(const struct stream *s, const char *epoch, size_t length) {
  return length == s->epoch_length && memcmp(epoch, s->epoch, length) == 0;
}

static uint32_t epoch_hash(const char *epoch, size_t length) {
  return hash_bytes((struct hash_seed){0}, epoch, length) | 1;
}

/* `heard`: whether a socket told of it, or an answer. */
static bool has_left(const struct stream *s, const char *epoch, size_t length, bool heard) {
  uint32_t hash = epoch_hash(epoch, length);
  uint32_t i = 0;
  while (i < STREAM_EPOCHS_LEFT && (s->left[i].hash != hash || s->left[i].heard != heard)) {
    i++;
  }
  return i < STREAM_EPOCHS_LEFT;
}

static void note_left(struct stream *s, const char *epoch, size_t length, bool heard) {
  s->left[s->next_left] = (struct left_epoch){.hash = epoch_hash(epoch, length), .heard = heard};
  s->next_left = (s->next_left + 1) % STREAM_EPOCHS_LEFT;
}

/* One too long to keep counts as always new. */
static void take_epoch(struct stream *s, const char *epoch, size_t length) {
  if (is_epoch(s, epoch, length) || (PLANTED(EPOCH_IGNORED) && s->epoch_length > 0)) {
    return;
  }
  if (s->epoch_length > 0) {
    s->new_epoch = true;
    note_left(s, s->epoch, s->epoch_length, s->epoch_heard);
  }
  s->epoch_length = length <= STREAM_EPOCH_BYTES ? length : 0;
  memcpy(s->epoch, epoch, s->epoch_length);
  s->epoch_heard = false;
  s->seq = -1;
}

/* From a frame; NULL if the frame does not say it. */
static void hear_epoch(struct stream *s, const char *epoch) {
  if (epoch != NULL) {
    take_epoch(s, epoch, strlen(epoch));
    s->epoch_told = true;
    s->epoch_heard = true;
  }
}

/* A server that does not answer is given up. */
static void subscribe(struct stream *s, double time) {
  if ((s->effects & STREAM_SEND_SUBSCRIBE) == 0) {
    s->effects |= STREAM_SEND_SUBSCRIBE;
    s->unanswered++;
  }
  s->unread = false;
  s->deadline = time + HANDSHAKE_MS;
}

void stream_subscribe_again(struct stream *s, double time) {
  bool told = s->phase == STREAM_SUBSCRIBING || (s->phase == STREAM_OPEN && s->epoch_told);
  if (told) {
    subscribe(s, time);
  }
}

/* Something is missing: ask for it from where we stand, once. If that did not bring us any further,
 * asking the same again would not either: then there is no position to resume from. */
static void find_gap(struct stream *s, double time) {
  if (!s->gap) {
    s->gap = true;
    s->seq = s->seq == s->resumed_at ? -1 : s->seq;
    s->resumed_at = s->seq;
    subscribe(s, time);
  }
}

void stream_hello(struct stream *s, const char *epoch, double ping, bool deaf, double time) {
  hear_epoch(s, epoch);
  s->deaf = deaf && !PLANTED(HELLO_HIDES_SOURCE);
  s->ping = ping > 0 ? ping : 0;
  s->phase = STREAM_SUBSCRIBING;
  subscribe(s, time);
}

enum stream_verdict stream_subscribed(struct stream *s, const char *epoch, double seq,
                                      bool recovered, double time) {
  hear_epoch(s, epoch);
  if (s->phase != STREAM_OPEN) {
    s->live_since = time;
  }
  s->phase = STREAM_OPEN;
  s->gap = false;
  s->unanswered -= s->unanswered > 0 ? 1 : 0;
  if (s->unanswered == 0) {
    s->deadline = s->ping > 0 ? time + s->ping + SLACK_MS : INFINITY;
  }
  /* Without a position there was nothing to resume from, whatever the server says. */
  if ((recovered || PLANTED(RESUMED_WITHOUT_LIST)) && !s->new_epoch && s->seq >= 0) {
    if (PLANTED(POSITION_BEFORE_LIST)) {
      s->seq = seq;
    }
    return STREAM_RECOVER;
  }
  s->seq = seq;
  return STREAM_RESET_ALL;
}

enum stream_verdict stream_missed(struct stream *s, double seq) {
  if (seq >= 0 && seq <= s->seq) {
    return STREAM_DROP;
  }
  s->seq = seq >= 0 ? seq : s->seq;
  return STREAM_APPLY;
}

void stream_recovered(struct stream *s, double seq) {
  s->seq = fmax(s->seq, seq);
}

enum stream_verdict stream_change(struct stream *s, const char *epoch, double seq, double prev,
                                  double time) {
  if (seq < 0) {
    return STREAM_APPLY; /* a plain server: no positions, nothing to compare */
  }
  if (epoch != NULL && !is_epoch(s, epoch, strlen(epoch))) {
    find_gap(s, time);
    return STREAM_DROP;
  }
  if (seq <= s->seq && !PLANTED(OLD_FRAME_APPLIED)) {
    return STREAM_DROP;
  }
  if ((prev > s->seq || s->gap) && !PLANTED(GAP_IGNORED)) {
    find_gap(s, time);
    return STREAM_DROP;
  }
  s->seq = seq;
  return STREAM_APPLY;
}

void stream_ping(struct stream *s, double seq, bool deaf, double time) {
  s->deaf = deaf || (s->deaf && PLANTED(SOURCE_STAYS_LOST));
  s->effects |= STREAM_SEND_PONG;
  if (seq > s->seq && s->phase == STREAM_OPEN && !PLANTED(PING_GAP_IGNORED)) {
    find_gap(s, time);
  }
}

enum stream_verdict stream_reset(struct stream *s, const char *epoch, double seq, double prev,
                                 double time) {
  if (epoch == NULL || seq < 0) {
    return STREAM_APPLY;
  }
  if (prev >= 0) {
    return stream_change(s, epoch, seq, PLANTED(RESET_HIDES_GAP) ? 0 : prev, time);
  }
  hear_epoch(s, epoch);
  /* While something missed is on its way, it stands before this. */
  if (s->new_epoch || (s->phase == STREAM_OPEN && !s->gap)) {
    s->seq = fmax(s->seq, seq);
  }
  return STREAM_APPLY;
}

void stream_goodbye(struct stream *s, double after, double spread) {
  s->return_after = fmin(fmax(after, 0), LONGEST_RETURN_MS);
  s->return_spread = fmin(fmax(spread, 0), LONGEST_RETURN_MS - s->return_after);
}

/* Of another epoch than the stream's. */
static double place_elsewhere(struct stream *s, const char *epoch, size_t length, double seq,
                              bool *strange) {
  if (PLANTED(EPOCH_OF_ANSWER_IGNORED)) {
    return seq;
  }
  if (has_left(s, epoch, length, true)) {
    return POSITION_FOREIGN;
  }
  bool told = s->epoch_told && s->phase >= STREAM_SUBSCRIBING;
  bool noted = has_left(s, epoch, length, false);
  *strange = told || noted;
  if (*strange) {
    if (!noted) {
      note_left(s, epoch, length, false); /* nor is it taken for the stream's once that is lost */
    }
    return PLANTED(STRANGE_EPOCH_ASKED_AGAIN) ? POSITION_FOREIGN : POSITION_UNKNOWN;
  }
  take_epoch(s, epoch, length);
  return is_epoch(s, epoch, length) ? seq : POSITION_UNKNOWN;
}

double stream_parse_as_of(struct stream *s, const char *text, size_t length, bool *strange) {
  size_t colon = length;
  double seq = 0;
  double scale = 1;
  *strange = false;
  while (colon > 0 && text[colon - 1] >= '0' && text[colon - 1] <= '9') {
    colon--;
    seq += scale * (text[colon] - '0');
    scale *= 10;
  }
  if (colon == length || colon < 2 || text[colon - 1] != ':' || !(seq <= 0x1p53)) {
    return POSITION_UNKNOWN;
  }
  size_t epoch_length = colon - 1;
  return is_epoch(s, text, epoch_length) ? seq
                                         : place_elsewhere(s, text, epoch_length, seq, strange);
}
