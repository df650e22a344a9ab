/* How live the channel is, and each entry's part of it, by a naive model. */
#include "client.h"
#include "world.h"

enum { CLOSE_SILENT = 4000, CLOSE_BAD_PROTOCOL = 4400, CLOSE_FORBIDDEN = 4403 };

/* ---- What happens ---------------------------------------------------------------------------- */

/* What was refused may be granted now. */
static void ask(struct channel *ch) {
  for (uint32_t i = 0; i < SCOPES; i++) {
    bool asked = (ch->asked & 1U << i) != 0;
    if (!asked) {
      ch->scopes[i] = SCOPE_ABSENT;
    } else if (ch->scopes[i] == SCOPE_ABSENT) {
      ch->scopes[i] = SCOPE_ADDED;
    }
  }
}

static void subscribe(struct channel *ch) {
  ch->unanswered += ch->subscribing ? 0 : 1;
  ch->subscribing = true;
}

static void find_gap(struct channel *ch) {
  if (!ch->gap) {
    ch->gap = true;
    subscribe(ch);
  }
}

static void begin(struct channel *ch) {
  ch->status = TIDEMARK_STREAM_CATCHING_UP;
  ch->gap = false;
  ch->deaf = false;
  ch->subscribing = false;
  ch->unanswered = 0;
}

static void stop(struct channel *ch) {
  ch->status = TIDEMARK_STREAM_STOPPED;
  ch->epoch_told = false;
}

static void set_scopes(struct channel *ch, uint32_t asked) {
  if (ch->asked == asked) {
    return;
  }
  ch->asked = asked;
  ask(ch);
  /* A server that has been asked is asked again. */
  bool told = ch->status == TIDEMARK_STREAM_LIVE ? ch->epoch_told : ch->unanswered > 0;
  if (ch->status >= TIDEMARK_STREAM_CATCHING_UP && told) {
    subscribe(ch);
  }
}

static bool is_current(const struct client *c, const tidemark_event *event) {
  return event->id == c->socket && c->channel.status >= TIDEMARK_STREAM_CATCHING_UP;
}

void channel_step(const struct world *w, struct client *c, const tidemark_event *event) {
  struct channel *ch = &c->channel;
  bool back = event->type == TIDEMARK_ONLINE ? !c->online : c->online;
  switch (event->type) {
  case TIDEMARK_CONNECT:
    if (ch->status == TIDEMARK_STREAM_STOPPED) {
      begin(ch);
      ch->status = c->online ? TIDEMARK_STREAM_CATCHING_UP : TIDEMARK_STREAM_OFFLINE;
    }
    return;
  case TIDEMARK_FORGET:
    set_scopes(ch, 0);
    stop(ch);
    return;
  case TIDEMARK_DISCONNECT:
    stop(ch);
    return;
  case TIDEMARK_SCOPES:
    set_scopes(ch, c->scoping);
    return;
  case TIDEMARK_ONLINE:
    if (ch->status != TIDEMARK_STREAM_STOPPED && event->value == 0) {
      ch->status = TIDEMARK_STREAM_OFFLINE;
    } else if (ch->status != TIDEMARK_STREAM_STOPPED && back) {
      begin(ch);
    }
    return;
  case TIDEMARK_VISIBLE:
    if (ch->status == TIDEMARK_STREAM_OFFLINE && event->value != 0 && back) {
      begin(ch);
    }
    return;
  case TIDEMARK_TICKET_FAILED:
    if (is_current(c, event)) {
      ch->status = event->value != 0 ? TIDEMARK_STREAM_STOPPED : TIDEMARK_STREAM_OFFLINE;
    }
    return;
  case TIDEMARK_SOCKET_OPENED:
    if (is_current(c, event) && w->hub.plain) {
      ch->status = TIDEMARK_STREAM_LIVE;
    }
    return;
  case TIDEMARK_SOCKET_CLOSED:
    if (is_current(c, event)) {
      bool refused = event->value == CLOSE_BAD_PROTOCOL || event->value == CLOSE_FORBIDDEN;
      ch->status = refused ? TIDEMARK_STREAM_STOPPED : TIDEMARK_STREAM_OFFLINE;
    }
    return;
  default:
    return;
  }
}

void channel_effect(struct client *c, const tidemark_effect *effect) {
  struct channel *ch = &c->channel;
  bool ended = c->step.event->type == TIDEMARK_DISCONNECT ||
               c->step.event->type == TIDEMARK_FORGET || c->step.reentered;
  bool plain = effect->type == TIDEMARK_EFFECT_OPEN && ch->unanswered == 0 && !ch->epoch_told;
  if (effect->type == TIDEMARK_EFFECT_TICKET || plain) {
    begin(ch);
  } else if (effect->type == TIDEMARK_EFFECT_CLOSE && effect->flags == CLOSE_SILENT &&
             !(ended && ch->status == TIDEMARK_STREAM_STOPPED)) {
    ch->status = TIDEMARK_STREAM_OFFLINE;
  } else if (effect->type == TIDEMARK_EFFECT_SEND && effect->flags == TIDEMARK_FRAME_SUBSCRIBE) {
    ch->subscribing = false;
  } else if (effect->type == TIDEMARK_EFFECT_STATUS && effect->flags == TIDEMARK_STREAM_STOPPED &&
             ch->status == TIDEMARK_STREAM_OFFLINE && c->line.options.max_attempts > 0) {
    ch->status = TIDEMARK_STREAM_STOPPED; /* it may have been the last try */
  }
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void see_place(struct client *c) {
  const struct frame *f = c->frame;
  if (f->epoch != c->epoch ||
      (f->seq > c->position.seq && (f->previous > c->position.seq || c->channel.gap))) {
    find_gap(&c->channel);
  }
}

void channel_text(const struct world *w, struct client *c) {
  struct channel *ch = &c->channel;
  const struct frame *f = c->frame;
  if (c->frame_is_void || w->hub.plain || ch->status < TIDEMARK_STREAM_CATCHING_UP) {
    return;
  }
  if (f->placed) {
    see_place(c);
    return;
  }
  switch (f->kind) {
  case FRAME_HELLO:
    ch->epoch_told = true;
    ch->deaf = f->deaf;
    ask(ch);
    subscribe(ch);
    return;
  case FRAME_SUBSCRIBED:
    line_opened(c);
    ch->status = TIDEMARK_STREAM_LIVE;
    ch->gap = false;
    ch->unanswered -= ch->unanswered > 0 ? 1 : 0;
    return;
  case FRAME_PING:
    ch->deaf = f->deaf;
    if (f->seq > c->position.seq && ch->status == TIDEMARK_STREAM_LIVE) {
      find_gap(ch);
    }
    return;
  case FRAME_FORBIDDEN:
    for (uint32_t i = 0; i < SCOPES; i++) {
      ch->scopes[i] = (f->scopes & 1U << i) != 0 ? SCOPE_ABSENT : ch->scopes[i];
    }
    return;
  default:
    return;
  }
}

uint32_t channel_added(const struct client *c) {
  uint32_t added = 0;
  for (uint32_t i = 0; c->channel.unanswered == 0 && i < SCOPES; i++) {
    added |= c->channel.scopes[i] == SCOPE_ADDED ? 1U << i : 0;
  }
  return added;
}

void channel_answered(struct client *c) {
  uint32_t added = channel_added(c);
  for (uint32_t i = 0; i < SCOPES; i++) {
    c->channel.scopes[i] = (added & 1U << i) != 0 ? SCOPE_LIVE : c->channel.scopes[i];
  }
}

/* ---- What that means ------------------------------------------------------------------------- */

static enum tidemark_stream_status stream_status(const struct channel *ch) {
  if (ch->status != TIDEMARK_STREAM_LIVE) {
    return ch->status;
  }
  return ch->gap    ? TIDEMARK_STREAM_GAP
         : ch->deaf ? TIDEMARK_STREAM_CATCHING_UP
                    : TIDEMARK_STREAM_LIVE;
}

static enum tidemark_stream_status at_most_catching_up(enum tidemark_stream_status status,
                                                       bool lacks) {
  return status == TIDEMARK_STREAM_LIVE && lacks ? TIDEMARK_STREAM_CATCHING_UP : status;
}

/* The least that is known of any of them. */
static enum scope_state least(const struct channel *ch, uint32_t scopes) {
  enum scope_state state = SCOPE_LIVE;
  for (uint32_t i = 0; i < SCOPES; i++) {
    if ((scopes & 1U << i) != 0 && ch->scopes[i] < state) {
      state = ch->scopes[i];
    }
  }
  return state;
}

enum tidemark_stream_status channel_status(const struct client *c) {
  const struct channel *ch = &c->channel;
  bool adding = false;
  for (uint32_t i = 0; i < SCOPES; i++) {
    adding |= ch->scopes[i] == SCOPE_ADDED;
  }
  return at_most_catching_up(stream_status(ch), ch->epoch_told && adding);
}

enum tidemark_stream_status channel_entry_status(const struct client *c, uint32_t entry,
                                                 bool lacks) {
  const struct channel *ch = &c->channel;
  uint32_t scopes = c->records[entry].scopes;
  if (scopes == 0 || !ch->epoch_told) {
    return at_most_catching_up(channel_status(c), lacks);
  }
  enum scope_state state = least(ch, scopes);
  if (state == SCOPE_ABSENT) {
    return TIDEMARK_STREAM_STOPPED;
  }
  return at_most_catching_up(stream_status(ch), lacks || state == SCOPE_ADDED);
}

bool channel_covers(const struct client *c, uint32_t key) {
  return least(&c->channel, key_scopes(key)) == SCOPE_LIVE;
}
