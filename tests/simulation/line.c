/* Reconnects: how long each may wait, and that it does not wait longer. */
#include <math.h>

#include "checks.h"

/* A connection that lasted so long starts the backoff anew. */
static const double STABLE_MS = 10000;

/* ---- What the client knows --------------------------------------------------------------------
 */

static bool is_open(uint32_t status) {
  return status == TIDEMARK_STREAM_LIVE || status == TIDEMARK_STREAM_GAP;
}

static void begin_anew(struct line *line) {
  line->attempts = 0;
  line->sure = true;
}

void line_step(struct client *c, const tidemark_event *event) {
  struct line *line = &c->line;
  if (event->type == TIDEMARK_CONNECT && c->status == TIDEMARK_STREAM_STOPPED) {
    begin_anew(line);
    line->options = event->stream;
  } else if (event->type == TIDEMARK_ONLINE && event->value != 0 && !c->online) {
    begin_anew(line);
  } else if (event->type == TIDEMARK_VISIBLE && !is_open(c->status)) {
    line->sure = false; /* a try may have failed and the next one begun, in one step */
  }
}

static void lose(struct client *c) {
  struct line *line = &c->line;
  bool stable = line->open && c->time - line->live_since >= STABLE_MS;
  line->sure |= stable;
  line->attempts = stable ? 1 : line->attempts + 1;
  line->lost_at = c->time;
}

void line_opened(struct client *c) {
  struct line *line = &c->line;
  line->live_since = line->open ? line->live_since : c->time;
  line->open = true;
}

/* Once open, a connection stays so while what was missed or added is asked for. */
void line_status(struct client *c, uint32_t status) {
  struct line *line = &c->line;
  enum tidemark_event_type cause = c->step.event->type;
  if (is_open(status)) {
    line_opened(c);
  }
  line->lost_at = NAN;
  if (status == TIDEMARK_STREAM_OFFLINE && cause != TIDEMARK_ONLINE && cause != TIDEMARK_CONNECT) {
    lose(c);
  }
  line->open = line->open && status != TIDEMARK_STREAM_OFFLINE && status != TIDEMARK_STREAM_STOPPED;
}

/* ---- The check --------------------------------------------------------------------------------
 */

static double longest_backoff(const struct line *line) {
  double base = line->options.backoff_base > 0 ? line->options.backoff_base : 500;
  double cap = line->options.backoff_cap > 0 ? line->options.backoff_cap : 20000;
  double wait = base;
  for (uint32_t i = 1; i < line->attempts && wait < cap; i++) {
    wait *= 2;
  }
  return fmin(wait, cap);
}

/* "Backoff: full jitter": a random time up to min(base * 2^attempt, cap), and, after a goodbye, one
 * in the time that the hub named. How evenly it is spread shows over many worlds. */
void check_reconnect(struct world *w, struct client *c) {
  struct line *line = &c->line;
  enum tidemark_event_type cause = c->step.event->type;
  line->sure = line->sure && !line->open; /* lost and begun in one step */
  line->open = false;
  double after = line->after;
  double spread = line->spread;
  line->after = line->spread = 0; /* it holds for one return */
  bool hurried = cause == TIDEMARK_ONLINE || cause == TIDEMARK_VISIBLE || cause == TIDEMARK_CONNECT;
  if (isnan(line->lost_at) || !line->sure || hurried || c->step.reentered || w->climate.reenters ||
      w->climate.jumps || w->climate.throttles) {
    return;
  }
  double waited = c->time - line->lost_at;
  double backoff = longest_backoff(line);
  double longest = fmax(backoff, after + spread);
  if (waited < after - 0.001) {
    violate(w, INVARIANT_SCHEDULE, "a client comes back after %.0f ms, asked for were %.0f", waited,
            after);
  } else if (waited > longest + 2) {
    violate(w, INVARIANT_SCHEDULE, "a reconnect waited %.0f ms, at most %.0f are allowed", waited,
            longest);
  } else if (line->options.no_jitter && waited < backoff - 2) {
    violate(w, INVARIANT_SCHEDULE, "a reconnect without jitter waited %.0f ms, not %.0f", waited,
            backoff);
  } else if (spread > 0 && after >= backoff) {
    tally_wait(&w->tally, WAIT_AFTER_GOODBYE, waited - after, spread);
  } else if (!line->options.no_jitter && after + spread == 0) {
    tally_wait(&w->tally, WAIT_RECONNECT, waited, longest);
  }
}
