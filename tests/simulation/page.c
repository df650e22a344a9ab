#include "page.h"

#include <math.h>

#include "frames.h"
#include "world.h"

static int do_step(struct world *w, struct client *c, enum tidemark_event_type type) {
  return client_step(w, c, (tidemark_event){.type = type});
}

/* ---- Looking --------------------------------------------------------------------------------- */

#define ONE_OF(random, list) ((list)[below(random, sizeof(list) / sizeof(list)[0])])

static double some_gc_time(struct world *w) {
  static const double TIMES[] = {0, 1000, 30000, 300000, 300000, INFINITY};
  return ONE_OF(&w->random, TIMES);
}

static uint8_t some_refetch_on(struct world *w) {
  static const uint8_t WHEN[] = {TIDEMARK_REFETCH_NEVER, TIDEMARK_REFETCH_IF_STALE,
                                 TIDEMARK_REFETCH_IF_STALE, TIDEMARK_REFETCH_IF_STALE,
                                 TIDEMARK_REFETCH_ALWAYS};
  return ONE_OF(&w->random, WHEN);
}

static uint8_t some_network_mode(struct world *w) {
  return chance(&w->random, 850) ? TIDEMARK_NETWORK_ONLINE : (uint8_t)(1 + below(&w->random, 2));
}

static const double STALE_TIMES[] = {0,        0,        5000,     60000,
                                     INFINITY, INFINITY, INFINITY, TIDEMARK_STATIC};

/* One draw a statement: compilers differ in the order in which they evaluate initializers. */
static tidemark_observer_options some_options(struct world *w) {
  static const double INTERVALS[] = {0, 0, 0, 0, 0, 0, 10000, 30000};
  tidemark_observer_options options = {.stale_time = ONE_OF(&w->random, STALE_TIMES)};
  options.gc_time = some_gc_time(w);
  options.refetch_interval = ONE_OF(&w->random, INTERVALS);
  options.enabled = chance(&w->random, 880);
  options.refetch_on_mount = some_refetch_on(w);
  options.refetch_on_window_focus = some_refetch_on(w);
  options.refetch_on_reconnect = some_refetch_on(w);
  options.refetch_interval_in_background = chance(&w->random, 200);
  options.retry_on_mount = chance(&w->random, 900);
  options.network_mode = some_network_mode(w);
  return options;
}

/* As the shim does it: an entry carries its tags from the moment it is there. */
static void tag(struct world *w, struct client *c, uint32_t entry, uint32_t key) {
  struct encoded tags = key_tags(key);
  if (w->climate.tags && tags.length > 0) {
    client_step(w, c,
                (tidemark_event){.type = TIDEMARK_SET_TAGS,
                                 .entry = entry,
                                 .key = {.bytes = tags.bytes, .length = tags.length}});
  }
}

/* What an entry declares is what its answers depend on, more, or nothing. */
static void declare(struct world *w, struct client *c, uint32_t entry, bool is_new) {
  if (!w->climate.scopes || !chance(&w->random, is_new ? 800 : 30)) {
    return;
  }
  uint32_t true_ones = key_scopes(c->records[entry].key);
  c->scoping = chance(&w->random, 800) ? true_ones : chance(&w->random, 500) ? ALL_SCOPES : 0;
  struct encoded names = scopes_encode(c->scoping);
  client_step(w, c,
              (tidemark_event){.type = TIDEMARK_SET_SCOPES,
                               .entry = entry,
                               .key = {.bytes = names.bytes, .length = names.length}});
}

uint32_t page_build(struct world *w, struct client *c, uint32_t key) {
  struct encoded encoded = key_encode(key, chance(&w->random, 500));
  c->building = key;
  int entry =
      client_step(w, c,
                  (tidemark_event){.type = TIDEMARK_BUILD,
                                   .key = {encoded.bytes, encoded.length, some_gc_time(w)}});
  if (entry == TIDEMARK_ERROR_FULL) {
    occurred(w, FAULT_CACHE_FULL);
    check_full(w, c);
    return 0;
  }
  if (entry <= 0 || entry >= RECORDS) {
    violate(w, INVARIANT_WORLD, "BUILD of %s -> %d", key_text(key), entry);
    return 0;
  }
  tag(w, c, (uint32_t)entry, key);
  declare(w, c, (uint32_t)entry, !c->records[entry].has_base);
  return (uint32_t)entry;
}

static void mount(struct world *w, struct client *c) {
  uint32_t key = below(&w->random, KEYS);
  uint32_t entry = page_build(w, c, key);
  if (entry == 0 || c->observer_count == OBSERVERS) {
    return;
  }
  SAY(w, c->index, "mounts %s", key_text(key));
  client_step(w, c,
              (tidemark_event){
                  .type = TIDEMARK_OBSERVE, .entry = entry, .observer_options = some_options(w)});
}

static void unmount(struct world *w, struct client *c) {
  if (c->observer_count == 0) {
    return;
  }
  const struct observer *o = &c->observers[below(&w->random, c->observer_count)];
  SAY(w, c->index, "unmounts %s", key_text(c->records[o->entry].key));
  client_step(w, c,
              (tidemark_event){.type = TIDEMARK_UNOBSERVE,
                               .observer = o->handle,
                               .unobserve = {.signal_taken = chance(&w->random, 500)}});
}

static void change_options(struct world *w, struct client *c) {
  if (c->observer_count == 0) {
    return;
  }
  uint32_t i = below(&w->random, c->observer_count);
  tidemark_event event = {.type = TIDEMARK_SET_OBSERVER,
                          .observer = c->observers[i].handle,
                          .entry = c->observers[i].entry,
                          .observer_options = c->observers[i].options};
  if (chance(&w->random, 400)) {
    event.observer_options.enabled = !event.observer_options.enabled;
  } else if (chance(&w->random, 500)) {
    event.observer_options = some_options(w);
  } else {
    event.entry = page_build(w, c, below(&w->random, KEYS));
  }
  if (event.entry != 0) {
    client_step(w, c, event);
  }
}

/* ---- Verbs ----------------------------------------------------------------------------------- */

static void fetch_query(struct world *w, struct client *c) {
  tidemark_event event = {.type = TIDEMARK_FETCH};
  event.entry = page_build(w, c, below(&w->random, KEYS));
  event.fetch.restart = chance(&w->random, 300);
  event.fetch.stale_time = ONE_OF(&w->random, STALE_TIMES);
  event.fetch.network_mode = some_network_mode(w);
  event.fetch.refetch = chance(&w->random, 200);
  if (event.entry != 0) {
    client_step(w, c, event);
  }
}

/* Initial data only where there is none. */
static void set_data(struct world *w, struct client *c) {
  uint32_t entry = page_build(w, c, below(&w->random, KEYS));
  if (entry == 0) {
    return;
  }
  bool initial = !c->records[entry].has_base && chance(&w->random, 500);
  client_step(
      w, c,
      (tidemark_event){.type = TIDEMARK_SET_DATA,
                       .entry = entry,
                       .data = {.age = between(&w->random, 0, 10000), .keep_changes = initial}});
}

/* "Arrays match as prefixes and objects as subsets at every depth": the same entries as a list of
 * all keys gives. */
static void check_selection(struct world *w, const struct client *c, uint32_t filter, int count) {
  int expected = 0;
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    const struct record *r = &c->records[entry];
    bool matches =
        filter < FILTERS ? filter_matches((enum filter)filter, r->key) : r->key == filter - FILTERS;
    expected += r->used && !r->removed && matches ? 1 : 0;
  }
  if (count != expected && !c->draining) {
    violate(w, INVARIANT_HANDLE, "%d entries match, not %d", count, expected);
  }
}

static uint32_t select_some(struct world *w, struct client *c) {
  uint32_t filter = below(&w->random, FILTERS + KEYS);
  bool is_key = filter >= FILTERS;
  struct encoded encoded =
      is_key ? key_encode(filter - FILTERS, true) : filter_encode((enum filter)filter);
  uint32_t *entries = NULL;
  int count = tidemark_match(c->cache, encoded.bytes, encoded.length,
                             is_key ? TIDEMARK_MATCH_EXACT : 0, client_now(w, c), &entries);
  check_selection(w, c, filter, count);
  for (int i = 0; i < count; i++) {
    c->list[i] = entries[i];
  }
  SAY(w, c->index, "%d entries match %s", count,
      is_key ? key_text(filter - FILTERS) : filter_text((enum filter)filter));
  return count > 0 ? (uint32_t)count : 0;
}

/* What a list event does to optimistic changes. */
static void count_layers(struct world *w, const struct client *c, const tidemark_event *event) {
  uint32_t layered = 0;
  for (size_t i = 0; i < event->list.count; i++) {
    layered += c->records[event->list.entries[i]].layer_count > 0 ? 1 : 0;
  }
  bool all = event->list.count >= KEYS / 2;
  if (layered > 0 && event->type == TIDEMARK_CANCEL) {
    occurred(w, FAULT_CANCELLED_UNDER_LAYER);
  } else if (layered > 0 && event->type == TIDEMARK_RESET) {
    occurred(w, FAULT_RESET_UNDER_LAYER);
  } else if (layered > 0 && event->type == TIDEMARK_REMOVE) {
    occurred(w, all ? FAULT_CLEARED_UNDER_LAYERS : FAULT_REMOVED_UNDER_LAYER);
  }
}

/* As v5 teaches before a mutation: what is on its way is cancelled, and the change put in. */
static void write_by_hand(struct world *w, struct client *c, uint32_t entry) {
  client_step(w, c, (tidemark_event){.type = TIDEMARK_SET_DATA, .entry = entry});
}

static void act_on_list(struct world *w, struct client *c) {
  static const enum tidemark_event_type TYPES[] = {
      TIDEMARK_INVALIDATE, TIDEMARK_INVALIDATE, TIDEMARK_INVALIDATE,
      TIDEMARK_INVALIDATE, TIDEMARK_REFETCH,    TIDEMARK_REFETCH,
      TIDEMARK_CANCEL,     TIDEMARK_REMOVE,     TIDEMARK_RESET};
  tidemark_event event = {.type = ONE_OF(&w->random, TYPES)};
  event.list.refetch_type = chance(&w->random, 700) ? 0 : (uint8_t)below(&w->random, 4);
  event.list.trail = chance(&w->random, 300);
  event.list.no_revert = chance(&w->random, 200);
  event.list.count = select_some(w, c);
  event.list.entries = c->list;
  count_layers(w, c, &event);
  client_step(w, c, event);
  if (event.type == TIDEMARK_CANCEL && event.list.count > 0 && chance(&w->random, 500)) {
    write_by_hand(w, c, c->list[0]);
  }
}

/* The app says itself what it knows to have changed. */
static void apply_change(struct world *w, struct client *c) {
  struct change change = {.author = NOBODY};
  change.resource = chance(&w->random, 700) ? RESOURCE_TASK : RESOURCE_MEMBER;
  change.id = (uint8_t)(1 + below(&w->random, TASKS));
  change.project = (uint8_t)(1 + below(&w->random, PROJECTS));
  char text[128];
  uint32_t length = change_text(w, &change, text, sizeof text);
  c->changing = change;
  client_step(w, c,
              (tidemark_event){.type = TIDEMARK_CHANGE, .text = {.bytes = text, .length = length}});
}

/* ---- The world ------------------------------------------------------------------------------- */

static void flip_network(struct world *w, struct client *c) {
  if (w->climate.unplugs) {
    occurred_if(w, c->online, FAULT_OFFLINE);
    client_step(w, c, (tidemark_event){.type = TIDEMARK_ONLINE, .value = !c->online});
  }
}

static void flip_visibility(struct world *w, struct client *c) {
  if (w->climate.hides) {
    occurred_if(w, c->visible, FAULT_HIDDEN);
    client_step(w, c, (tidemark_event){.type = TIDEMARK_VISIBLE, .value = !c->visible});
  }
}

static void connect(struct world *w, struct client *c) {
  tidemark_stream_options options = {.max_attempts = w->climate.max_attempts,
                                     .backoff_cap = chance(&w->random, 500) ? 3000 : 0,
                                     .no_jitter = chance(&w->random, 200),
                                     .ticket = !w->hub.plain};
  client_step(w, c, (tidemark_event){.type = TIDEMARK_CONNECT, .stream = options});
}

static void ask_for_scopes(struct world *w, struct client *c, uint32_t scopes) {
  struct encoded names = scopes_encode(scopes);
  occurred_if(w, c->status == TIDEMARK_STREAM_LIVE && scopes != c->channel.asked,
              FAULT_SCOPES_CHANGED);
  c->scoping = scopes;
  client_step(w, c,
              (tidemark_event){.type = TIDEMARK_SCOPES,
                               .key = {.bytes = names.bytes, .length = names.length}});
}

/* Where the hub tells of all projects whatever it is asked for, what a client then marks is too
 * much, never too little. */
static void set_scopes(struct world *w, struct client *c) {
  bool all = chance(&w->random, 400);
  ask_for_scopes(w, c, all ? ALL_SCOPES : below(&w->random, ALL_SCOPES + 1));
}

static void flip_stream(struct world *w, struct client *c) {
  if (c->status == TIDEMARK_STREAM_STOPPED) {
    connect(w, c);
  } else if (chance(&w->random, 400)) {
    set_scopes(w, c);
  } else if (chance(&w->random, 200)) {
    do_step(w, c, TIDEMARK_DISCONNECT);
  }
}

/* ---- Users ----------------------------------------------------------------------------------- */

static void count_sign_out(struct world *w, const struct client *c) {
  bool asks = false;
  bool layered = false;
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    asks |= c->records[entry].used && c->records[entry].request != NO_REQUEST;
    layered |= c->records[entry].used && c->records[entry].layer_count > 0;
  }
  occurred(w, FAULT_SIGNED_OUT);
  occurred_if(w, asks, FAULT_SIGNED_OUT_WHILE_ASKING);
  occurred_if(w, layered, FAULT_SIGNED_OUT_UNDER_LAYERS);
}

/* As the shim does it: what waits for the server ends in the same turn, and is never shown. */
static void sign_out(struct world *w, struct client *c) {
  if (!w->climate.signs_out) {
    return;
  }
  SAY(w, c->index, "user %u signs out", c->user);
  count_sign_out(w, c);
  do_step(w, c, TIDEMARK_FORGET);
  for (uint32_t i = 0; i < c->mutation_count; i++) {
    if (c->mutations[i].began && !c->mutations[i].reported) {
      client_step(
          w, c,
          (tidemark_event){.type = TIDEMARK_MUTATION_FAILED, .mutation = c->mutations[i].handle});
    }
  }
  if (chance(&w->random, 700)) {
    set_scopes(w, c);
    connect(w, c);
  }
}

/* ---- Clocks ---------------------------------------------------------------------------------- */

#define DAY_MS 86400000.0

/* Somebody sets the clock, or the machine slept. The timer in hand goes by another clock, so the
 * next step sets it anew. */
static void jump(struct world *w, struct client *c) {
  static const double JUMPS[] = {-3600000, -5000, -50, 70, 30000, 600000, DAY_MS};
  if (w->climate.jumps && w->phase == STORM && !c->draining) {
    double by = ONE_OF(&w->random, JUMPS);
    c->offset += by;
    occurred(w, by < 0 ? FAULT_CLOCK_BACK : by < DAY_MS ? FAULT_CLOCK_FORWARD : FAULT_SLEPT);
    c->timer_due = INFINITY;
    SAY(w, c->index, "its clock jumps to %.3f", client_now(w, c) / 1000);
  }
}

/* ---- Acting ---------------------------------------------------------------------------------- */

static void act_once(struct world *w, struct client *c) {
  uint32_t what = below(&w->random, 100);
  if (what < 28) {
    mount(w, c);
  } else if (what < 42) {
    unmount(w, c);
  } else if (what < 50) {
    change_options(w, c);
  } else if (what < 58) {
    fetch_query(w, c);
  } else if (what < 61) {
    set_data(w, c);
  } else if (what < 73) {
    act_on_list(w, c);
  } else if (what < 76) {
    apply_change(w, c);
  } else if (what < 86) {
    page_mutate(w, c);
  } else if (what < 90) {
    flip_network(w, c);
  } else if (what < 94) {
    flip_visibility(w, c);
  } else if (what < 97) {
    flip_stream(w, c);
  } else if (what < 98) {
    sign_out(w, c);
  } else {
    jump(w, c);
  }
}

static void act(struct world *w, uint32_t client, uint32_t unused) {
  (void)unused;
  struct client *c = &w->clients[client];
  if (w->phase != STORM) {
    return;
  }
  for (uint32_t verbs = 1 + below(&w->random, 3); verbs > 0; verbs--) {
    act_once(w, c);
  }
  client_turn_ends(w, c);
  agenda_add(&w->agenda, w->time + between(&w->random, 100, 3000), act, client, 0);
}

void page_begin(struct world *w, uint32_t client) {
  struct client *c = &w->clients[client];
  set_scopes(w, c);
  connect(w, c);
  client_turn_ends(w, c);
  agenda_add(&w->agenda, w->time + between(&w->random, 0, 300), act, client, 0);
}

void page_notified(struct world *w, struct client *c, uint32_t entry) {
  bool heard = record_observers(c, entry) > 0;
  if (heard && w->climate.reenters && storm(w, 100)) {
    SAY(w, c->index, "acts at once on hearing of it:");
    act_once(w, c);
  }
}

/* Somebody sees that the stream has been stopped, and connects by hand. */
static void connect_again(struct world *w, uint32_t client, uint32_t unused) {
  (void)unused;
  struct client *c = &w->clients[client];
  if (w->phase == CALM && c->status == TIDEMARK_STREAM_STOPPED) {
    connect(w, c);
    client_turn_ends(w, c);
  }
}

void page_heal(struct world *w, struct client *c) {
  ask_for_scopes(w, c, ALL_SCOPES);
  client_step(w, c, (tidemark_event){.type = TIDEMARK_ONLINE, .value = 1});
  client_step(w, c, (tidemark_event){.type = TIDEMARK_VISIBLE, .value = 1});
  client_turn_ends(w, c);
  agenda_add(&w->agenda, w->time, connect_again, c->index, 0);
  /* A refusal may still be on its way. */
  agenda_add(&w->agenda, w->time + 30000, connect_again, c->index, 0);
}

void page_leave(struct world *w, struct client *c) {
  while (c->observer_count > 0) {
    unmount(w, c);
  }
  do_step(w, c, TIDEMARK_DISCONNECT);
  ask_for_scopes(w, c, 0);
  client_turn_ends(w, c);
}

void page_forget(struct world *w, struct client *c) {
  struct encoded all = filter_encode(FILTER_ALL);
  uint32_t *entries = NULL;
  int count = tidemark_match(c->cache, all.bytes, all.length, 0, client_now(w, c), &entries);
  uint32_t kept = 0;
  for (int i = 0; i < count; i++) {
    if (isinf(c->records[entries[i]].gc_time)) {
      c->list[kept++] = entries[i];
    }
  }
  client_step(
      w, c, (tidemark_event){.type = TIDEMARK_REMOVE, .list = {.entries = c->list, .count = kept}});
}
