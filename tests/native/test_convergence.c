/*
 * A small server, a bad network and one cache, at random: in the end every observed entry shows
 * what the server has, and an unobserved one that does not is known to be stale.
 *
 *      commit ──> log ──frames──> socket ──lost, doubled, cut──> cache
 *      versions <──asked── FETCH           answers late, failed, from a lagging replica
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_stream.h"

enum { TASKS = 6, LOG = 4096, WINDOW = 12, QUEUE = 256, FRAME_BYTES = 2048 };

struct task {
  uint32_t entry;
  uint32_t observer; /* 0: nobody looks */
  int comes;         /* its observer is about to have that handle */
  int left_paused;   /* it waited for the network when the last observer left */
  uint32_t fetch;    /* in flight; 0: none */
  uint32_t wanted;   /* the effect came, the request is not read at the server yet */
  int read;          /* version that the request found */
  int read_seq;      /* position sampled before it */
  int read_epoch;
  int shown; /* version */
  int shown_seq, shown_epoch;
  uint32_t called_off; /* a fetch whose answer comes all the same */
};

struct sim {
  struct world *w;
  uint64_t random;
  struct task tasks[TASKS];
  /* the server */
  int epoch, seq;
  int version[TASKS];
  int log[LOG];           /* task by seq, of this epoch */
  int old_version[TASKS]; /* what a lagging replica has */
  int old_seq;
  int with_as_of;
  int healed; /* no more faults */
  /* the socket */
  uint32_t ticket, open, socket; /* asked for; open at the server */
  int half_open;                 /* nothing arrives any more, and nobody says so */
  int subscribed, cursor;        /* last seq this socket was sent */
  int asked_to_subscribe, resume_epoch, resume_seq;
  char queue[QUEUE][FRAME_BYTES];
  int queued;
};

static uint32_t below(struct sim *s, uint32_t n) {
  return test_random_below(&s->random, n);
}

/* ---- The server ---------------------------------------------------------------------------- */

static void send(struct sim *s, const char *text) {
  if (s->socket != 0 && !s->half_open && s->queued < QUEUE) {
    snprintf(s->queue[s->queued++], FRAME_BYTES, "%s", text);
  }
}

static int change_text(struct sim *s, char *out, size_t size, int seq, int previous) {
  return snprintf(out, size,
                  "{'type':'cache_invalidate','epoch':'e%d','seq':%d,'prev':%d,"
                  "'data':{'resource':'task','id':%d}}",
                  s->epoch, seq, previous, s->log[seq]);
}

static void commit(struct sim *s) {
  if (s->seq == LOG - 1) {
    return;
  }
  if (below(s, 3) == 0) { /* the replica catches up now and then */
    memcpy(s->old_version, s->version, sizeof s->version);
    s->old_seq = s->seq;
  }
  int task = (int)below(s, TASKS);
  s->version[task]++;
  s->log[++s->seq] = task;
  if (s->subscribed) {
    char text[256];
    change_text(s, text, sizeof text, s->seq, s->cursor);
    send(s, text);
    s->cursor = s->seq;
  }
}

static void answer_subscribe(struct sim *s) {
  char text[FRAME_BYTES];
  int recovered =
      s->resume_epoch == s->epoch && s->resume_seq >= 0 && s->seq - s->resume_seq <= WINDOW;
  int length = snprintf(text, sizeof text,
                        "{'type':'subscribed','epoch':'e%d','seq':%d,'recovered':%s,'messages':[",
                        s->epoch, s->seq, recovered ? "true" : "false");
  for (int seq = s->resume_seq + 1; recovered && seq <= s->seq; seq++) {
    length += change_text(s, text + length, sizeof text - (size_t)length, seq, seq - 1);
    text[length++] = seq < s->seq ? ',' : ' ';
  }
  snprintf(text + length, sizeof text - (size_t)length, "]}");
  s->queued = below(s, 2) == 0 ? s->queued : 0; /* what was under way may be lost with the gap */
  send(s, text);
  s->subscribed = 1;
  s->cursor = s->seq;
  s->asked_to_subscribe = 0;
}

static void lose_socket(struct sim *s) {
  s->socket = s->open = s->ticket = 0;
  s->subscribed = s->asked_to_subscribe = s->half_open = s->queued = 0;
}

static void start_epoch(struct sim *s) {
  s->epoch++;
  s->seq = s->old_seq = 0;
  memcpy(s->old_version, s->version, sizeof s->version);
  s->subscribed = 0;
}

/* ---- The caller ---------------------------------------------------------------------------- */

static struct task *task_of(struct sim *s, uint32_t entry) {
  for (int i = 0; i < TASKS; i++) {
    if (s->tasks[i].entry == entry) {
      return &s->tasks[i];
    }
  }
  fail();
  return NULL;
}

static void start_fetch(struct task *t, uint32_t fetch) {
  /* Only what somebody looks at is fetched, or looked at while it waited for the network. */
  assert_true(t->observer != 0 || t->comes || t->left_paused);
  assert_int_equal(t->fetch, 0); /* and once at a time */
  t->left_paused = 0;
  t->fetch = fetch;
  t->wanted = 1;
}

static void settle(struct task *t, uint32_t fetch) {
  if (t->fetch == fetch) {
    t->called_off = fetch;
    t->fetch = 0;
  }
}

static void send_frame(struct sim *s, enum tidemark_frame frame) {
  char text[128];
  const char *epoch;
  size_t length;
  switch (frame) {
  case TIDEMARK_FRAME_AUTH:
    snprintf(text, sizeof text, "{'type':'hello','v':1,'epoch':'e%d','seq':%d,'ping':25000}",
             s->epoch, s->seq);
    send(s, text);
    return;
  case TIDEMARK_FRAME_SUBSCRIBE:
    s->asked_to_subscribe = 1;
    s->resume_seq = (int)tidemark_stream_position(s->w->cache, &epoch, &length);
    s->resume_epoch = s->resume_seq < 0 ? -1 : atoi(epoch + 1);
    return;
  case TIDEMARK_FRAME_PONG:
    return;
  }
}

static void carry_out(struct world *w, const tidemark_effect *effect) {
  struct sim *s = w->context;
  switch (effect->type) {
  case TIDEMARK_EFFECT_FETCH:
    start_fetch(task_of(s, effect->entry), effect->id);
    return;
  case TIDEMARK_EFFECT_SETTLE:
    settle(task_of(s, effect->entry), effect->id);
    return;
  case TIDEMARK_EFFECT_TICKET:
    s->ticket = effect->id;
    return;
  case TIDEMARK_EFFECT_OPEN:
    s->open = effect->id;
    return;
  case TIDEMARK_EFFECT_CLOSE:
    lose_socket(s);
    return;
  case TIDEMARK_EFFECT_SEND:
    if (effect->id == s->socket) {
      send_frame(s, (enum tidemark_frame)effect->flags);
    }
    return;
  default:
    return;
  }
}

static void read_at_server(struct sim *s, struct task *t) {
  int task = (int)(t - s->tasks);
  /* Nobody can tell a lagging answer that does not say its position. */
  int lags = s->with_as_of && !s->healed && below(s, 4) == 0;
  t->read = lags ? s->old_version[task] : s->version[task];
  t->read_seq = lags ? s->old_seq : s->seq;
  t->read_epoch = s->epoch;
  t->wanted = 0;
}

/* The epoch that the cache knows, 0 for none. */
static int client_epoch(struct sim *s) {
  const char *epoch;
  size_t length;
  tidemark_stream_position(s->w->cache, &epoch, &length);
  return length == 0 ? 0 : atoi(epoch + 1);
}

static void end_fetch(struct sim *s, struct task *t, int succeeds) {
  if (t->fetch == 0) {
    return;
  }
  if (t->wanted) {
    read_at_server(s, t);
  }
  uint32_t fetch = t->fetch;
  t->fetch = 0;
  if (!succeeds) {
    fail_fetch(s->w, t->entry, 3);
    return;
  }
  char as_of[32];
  snprintf(as_of, sizeof as_of, "e%d:%d", t->read_epoch, t->read_seq);
  if (answer_to(s->w, t->entry, fetch, s->with_as_of ? as_of : NULL) == TIDEMARK_LANDING_SHOWN) {
    /* A position of an epoch that the cache does not know says nothing to it. */
    int is_known = s->with_as_of && client_epoch(s) == t->read_epoch;
    assert_true(!is_known || t->shown_epoch != t->read_epoch || t->read_seq >= t->shown_seq);
    t->shown = t->read;
    t->shown_seq = t->read_seq;
    t->shown_epoch = is_known ? t->read_epoch : 0;
  }
}

static void answer_too_late(struct sim *s, struct task *t) {
  if (t->called_off != 0 && t->called_off != t->fetch) {
    assert_int_equal(answer_to(s->w, t->entry, t->called_off, "e1:1000"), TIDEMARK_LANDING_LATE);
    t->called_off = 0;
  }
}

static void look_or_leave(struct sim *s, struct task *t) {
  int64_t state = tidemark_state(s->w->cache, t->entry);
  t->left_paused = (state & TIDEMARK_FETCH_STATUS_MASK) == TIDEMARK_FETCH_STATUS_PAUSED;
  if (t->observer == 0) {
    t->comes = 1;
    t->observer = observe_for(s->w, t->entry, INFINITY);
    t->comes = 0;
  } else if (below(s, 2) == 0) {
    unobserve(s->w, t->observer);
    t->observer = 0;
  } else {
    unobserve_aborting(s->w, t->observer);
    t->observer = 0;
  }
}

/* ---- What happens -------------------------------------------------------------------------- */

/* What the network owes: the next step of a connection, or the first frame in the queue. */
static void deliver(struct sim *s) {
  uint32_t id = s->ticket;
  if (id != 0) {
    s->ticket = 0;
    step(s->w, (tidemark_event){.type = TIDEMARK_TICKET_READY, .id = id});
  } else if (s->open != 0) {
    s->socket = s->open;
    s->open = 0;
    step(s->w, (tidemark_event){.type = TIDEMARK_SOCKET_OPENED, .id = s->socket});
  } else if (s->asked_to_subscribe) {
    answer_subscribe(s);
  } else if (s->queued > 0) {
    char text[FRAME_BYTES];
    memcpy(text, s->queue[0], FRAME_BYTES);
    memmove(s->queue[0], s->queue[1], sizeof s->queue[0] * (size_t)--s->queued);
    frame_on(s->w, s->socket, text);
  }
}

static void disturb(struct sim *s) {
  switch (below(s, 9)) {
  case 0: /* a frame is lost */
    if (s->queued > 0) {
      s->queued--;
    }
    return;
  case 1: /* a frame comes twice */
    if (s->queued > 0 && s->queued < QUEUE) {
      memcpy(s->queue[s->queued], s->queue[0], FRAME_BYTES);
      s->queued++;
    }
    return;
  case 2:
    if (s->socket != 0) {
      uint32_t id = s->socket;
      lose_socket(s);
      step(s->w, (tidemark_event){.type = TIDEMARK_SOCKET_CLOSED, .id = id, .value = 1006});
    }
    return;
  case 3:
    s->half_open = s->half_open || below(s, 4) == 0;
    return;
  case 4:
    if (below(s, 6) == 0) {
      start_epoch(s);
    }
    return;
  case 5:
    online(s->w, (int)below(s, 2));
    return;
  case 6:
    visible(s->w, (int)below(s, 2));
    return;
  case 7:
    s->w->now -= below(s, 100000);
    return;
  default:
    frame_on(s->w, s->w->socket, "nonsense");
    return;
  }
}

static void ping(struct sim *s) {
  char text[64];
  snprintf(text, sizeof text, "{'type':'ping','seq':%d}", s->seq);
  if (s->subscribed) {
    send(s, text);
  }
}

static void act(struct sim *s) {
  struct task *t = &s->tasks[below(s, TASKS)];
  switch (below(s, 12)) {
  case 0:
  case 1:
    commit(s);
    return;
  case 2:
    look_or_leave(s, t);
    return;
  case 3:
    if (t->wanted) {
      read_at_server(s, t);
    }
    answer_too_late(s, t);
    return;
  case 4:
  case 5:
    end_fetch(s, t, below(s, 4) > 0);
    return;
  case 6:
    disturb(s);
    return;
  case 7:
    pass(s->w, below(s, 3000));
    return;
  case 8:
    ping(s);
    return;
  default:
    deliver(s);
    flush(s->w);
    return;
  }
}

/* No more faults: everything that is owed comes, and pings show what was lost. */
static void heal(struct sim *s) {
  online(s->w, 1);
  visible(s->w, 1);
  s->healed = 1;
  for (int second = 0; second < 200; second++) {
    if (second % 20 == 0) {
      ping(s);
    }
    for (int i = 0; i < 20; i++) {
      deliver(s);
    }
    flush(s->w);
    for (int i = 0; i < TASKS; i++) {
      end_fetch(s, &s->tasks[i], 1);
    }
    pass(s->w, SECOND);
    forget_trace(s->w);
  }
}

static void check(struct sim *s, uint64_t seed) {
  for (int i = 0; i < TASKS; i++) {
    struct task *t = &s->tasks[i];
    int known_as_stale = t->observer == 0 && is_marked(s->w, t->entry);
    if (t->shown != s->version[i] && !known_as_stale) {
      fail_msg("seed %llu: task %d shows %d of %d", (unsigned long long)seed, i, t->shown,
               s->version[i]);
    }
  }
}

static void run(uint64_t seed) {
  static struct sim s;
  s = (struct sim){.random = seed, .epoch = 1, .with_as_of = seed % 2 == 0};
  void *state;
  world_setup(&state);
  s.w = state;
  restart(s.w, (tidemark_options){.seed = seed, .limits = {.concurrent_refetches = 3}});
  s.w->context = &s;
  s.w->carry_out = carry_out;
  rules(s.w, "[{'on':'task','invalidate':[['tasks','$id']]}]");
  for (int i = 0; i < TASKS; i++) {
    char name[16];
    snprintf(name, sizeof name, "tasks/%d", i);
    s.tasks[i] = (struct task){.entry = build_for(s.w, name, INFINITY), .shown = -1};
  }
  connect_with_ticket(s.w);
  for (int i = 0; i < 400; i++) {
    act(&s);
    forget_trace(s.w);
  }
  heal(&s);
  check(&s, seed);
  s.w->carry_out = NULL;
  world_teardown(&state);
}

static void every_observed_entry_comes_to_show_what_the_server_has(void **state) {
  for (uint64_t seed = 1; seed <= 2000; seed++) {
    run(seed);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(every_observed_entry_comes_to_show_what_the_server_has),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
