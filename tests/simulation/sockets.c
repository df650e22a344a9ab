#include "sockets.h"

#include "frames.h"
#include "subscribers.h"
#include "world.h"

void sockets_init(struct sockets *sockets) {
  sockets->count = 0;
  sockets->frame_count = 0;
  sockets->text_length = 0;
}

static uint32_t find(const struct world *w, uint32_t client, uint32_t id) {
  for (uint32_t i = w->sockets.count; i > 0; i--) {
    if (w->sockets.all[i - 1].client == client && w->sockets.all[i - 1].id == id) {
      return i - 1;
    }
  }
  return SOCKETS;
}

static double latency(struct world *w) {
  return chance(&w->random, 900) ? between(&w->random, 1, 40) : between(&w->random, 1, 1500);
}

/* Nothing overtakes what was sent before it. */
static double arrival(struct world *w, double *last) {
  double at = w->time + latency(w);
  *last = at > *last ? at : *last;
  return *last;
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void hear_of_end(struct world *w, uint32_t socket, uint32_t code) {
  struct socket *s = &w->sockets.all[socket];
  client_empty_inbox(w, s->client);
  if (s->open_at_client) {
    s->open_at_client = false;
    client_socket_closed(w, s->client, s->id, code);
  }
}

void socket_cut(struct world *w, uint32_t socket, uint32_t code, bool half_open) {
  struct socket *s = &w->sockets.all[socket];
  s->open_at_hub = false;
  s->half_open = half_open;
  s->tail_lost = chance(&w->random, 500);
  occurred_if(w, s->tail_lost, FAULT_TAIL_LOST);
  occurred_if(w, half_open, FAULT_HALF_OPEN);
  if (!half_open) {
    agenda_add(&w->agenda, arrival(w, &s->down_at), hear_of_end, socket, code);
  } else if (w->climate.ping == 0) {
    /* Nobody pings: after a while the operating system finds out. */
    agenda_add(&w->agenda, w->time + between(&w->random, 20000, 60000), hear_of_end, socket, 1006);
  }
}

void sockets_cut_all(struct world *w, uint32_t code) {
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    if (w->sockets.all[i].open_at_hub) {
      socket_cut(w, i, code, storm(w, w->climate.half_open));
    }
  }
}

void sockets_heal(struct world *w) {
  for (uint32_t i = 0; i < w->sockets.count; i++) {
    const struct socket *s = &w->sockets.all[i];
    if (s->half_open && s->open_at_client && w->climate.ping == 0) {
      agenda_add(&w->agenda, w->time + 1, hear_of_end, i, 1006);
    }
  }
}

/* ---- Up -------------------------------------------------------------------------------------- */

static void reach_hub(struct world *w, uint32_t socket, uint32_t unused) {
  (void)unused;
  struct socket *s = &w->sockets.all[socket];
  if (!s->open_at_client) {
    return;
  }
  s->open_at_hub = true;
  subscriber_arrived(w, socket);
  client_socket_opened(w, s->client, s->id);
}

void socket_open(struct world *w, uint32_t client, uint32_t id) {
  if (w->sockets.count == SOCKETS) {
    return;
  }
  uint32_t i = w->sockets.count++;
  struct socket *s = &w->sockets.all[i];
  *s = (struct socket){.client = client, .id = id, .open_at_client = true};
  if (w->time < w->hub.back_at || strikes(w, w->climate.refuse, FAULT_CONNECTION_REFUSED)) {
    agenda_add(&w->agenda, w->time + latency(w), hear_of_end, i, 1006);
  } else {
    agenda_add(&w->agenda, w->time + latency(w), reach_hub, i, 0);
  }
}

static void lose_client(struct world *w, uint32_t socket, uint32_t unused) {
  (void)unused;
  w->sockets.all[socket].open_at_hub = false;
}

void socket_close(struct world *w, uint32_t client, uint32_t id) {
  uint32_t i = find(w, client, id);
  if (i == SOCKETS) {
    return; /* it got no further than asking for a ticket */
  }
  struct socket *s = &w->sockets.all[i];
  s->open_at_client = false;
  agenda_add(&w->agenda, w->time + latency(w), lose_client, i, 0);
}

static void hub_gets_auth(struct world *w, uint32_t socket, uint32_t unused) {
  (void)unused;
  if (w->sockets.all[socket].open_at_hub) {
    subscriber_signed_in(w, socket);
  }
}

static void hub_gets_subscribe(struct world *w, uint32_t socket, uint32_t packed) {
  if (w->sockets.all[socket].open_at_hub) {
    subscriber_asked(w, socket, packed);
  }
}

void socket_send(struct world *w, uint32_t client, uint32_t id, uint32_t frame,
                 struct position resume, uint32_t scopes) {
  uint32_t i = find(w, client, id);
  if (i == SOCKETS || w->sockets.all[i].half_open) {
    return;
  }
  double at = arrival(w, &w->sockets.all[i].up_at);
  if (frame == TIDEMARK_FRAME_AUTH) {
    agenda_add(&w->agenda, at, hub_gets_auth, i, 0);
  } else if (frame == TIDEMARK_FRAME_SUBSCRIBE) {
    agenda_add(&w->agenda, at, hub_gets_subscribe, i, subscription_pack(resume, scopes));
  }
}

/* ---- Down ------------------------------------------------------------------------------------ */

static void arrive(struct world *w, uint32_t frame, uint32_t unused) {
  (void)unused;
  const struct frame *f = &w->sockets.frames[frame];
  struct socket *s = &w->sockets.all[f->socket];
  /* What was on its way to a socket that its client has closed may still be handed to it. */
  if (!s->half_open && !s->tail_lost &&
      (s->open_at_client || strikes(w, 300, FAULT_FRAME_OF_CLOSED_SOCKET))) {
    client_socket_text(w, s->client, frame);
  }
}

static void send(struct world *w, uint32_t socket, struct frame frame, double at) {
  if (w->sockets.frame_count == FRAMES) {
    w->agenda.overflow = true;
    return;
  }
  uint32_t i = w->sockets.frame_count++;
  frame.socket = socket;
  w->sockets.frames[i] = frame;
  agenda_add(&w->agenda, at, arrive, i, 0);
}

/* A relay can lose what a later frame or ping will show to be missing; a plain server's frames
 * carry no numbers, so none of them may get lost on the way. */
static bool is_lost(struct world *w, const struct frame *frame) {
  bool told_later = frame->placed || frame->kind == FRAME_PING;
  return told_later && !w->hub.plain && strikes(w, w->climate.lose, FAULT_FRAME_LOST);
}

void socket_deliver(struct world *w, uint32_t socket, struct frame frame) {
  struct socket *s = &w->sockets.all[socket];
  if (!s->open_at_hub) {
    return;
  }
  bool names = frame.kind == FRAME_RESET || frame.kind == FRAME_FORBIDDEN;
  frame.scopes = names ? frame.scopes : s->scopes;
  double at = arrival(w, &s->down_at);
  if (!is_lost(w, &frame)) {
    send(w, socket, frame, at);
  }
  if (frame.placed && strikes(w, w->climate.repeat, FAULT_FRAME_REPEATED)) {
    send(w, socket, frame, at + between(&w->random, 0, 3000));
  }
  if (storm(w, w->climate.garble)) {
    send(w, socket, frame_garbage(w), at);
  }
}
