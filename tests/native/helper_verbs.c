/* What each word of a trace does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_player.h"
#include "helper_stream.h"

/* ---- What a line names ----------------------------------------------------------------------- */

/* m1, m2, ...: a mutation's serial. */
static uint32_t serial(const struct player *p, char **rest) {
  const char *word = needed_word(&p->place, rest, "a mutation");
  double value = *word == 'm' ? number(&p->place, word + 1) : 0;
  if (value < 1 || value >= MUTATIONS) {
    refuse_line(&p->place, "not a mutation, which are m1 to m63:", word);
  }
  return (uint32_t)value;
}

static struct named *named(struct player *p, const char *key) {
  for (int i = 0; i < p->named_count; i++) {
    if (strcmp(p->named[i].key, key) == 0) {
      return &p->named[i];
    }
  }
  assert_in_range(p->named_count, 0, KEYS - 1);
  struct named *n = &p->named[p->named_count++];
  snprintf(n->key, sizeof n->key, "%s", key);
  return n;
}

static struct named *known(struct player *p, char **rest) {
  const char *word = needed_word(&p->place, rest, "a key");
  struct named *n = named(p, word);
  if (n->entry == 0) {
    refuse_line(&p->place, "no earlier line observes or fetches", word);
  }
  return n;
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* What the core answered; what it asks for follows. */
static void write_result(struct player *p, int result, const char *const *meanings) {
  if (result < 0) {
    write_played(&p->played, "  -> refused: %s\n", tidemark_error_text(result));
  } else if (meanings != NULL) {
    write_played(&p->played, "  -> %s\n", meanings[result]);
  }
}

static void on_step(struct player *p, tidemark_event event) {
  write_result(p, step(p->w, event), NULL);
}

/* The key's entry, or NULL if the core has no room for it. */
static struct named *built(struct player *p, const char *notation, double gc_time) {
  struct world *w = p->w;
  struct key k = key(notation);
  int entry =
      step(w, (tidemark_event){.type = TIDEMARK_BUILD, .key = {k.bytes, k.length, gc_time}});
  if (entry < 0) {
    write_result(p, entry, NULL);
    return NULL;
  }
  assert_in_range(entry, 1, WORLD_NAMES - 1);
  snprintf(w->names[entry], WORLD_NAME_BYTES, "%s", notation);
  struct named *n = named(p, notation);
  n->observer_count = n->entry == (uint32_t)entry ? n->observer_count : 0;
  n->entry = (uint32_t)entry;
  return n;
}

/* Options of an observer: never old by the clock unless the trace says so. */
static tidemark_observer_options observer_options(const struct player *p, char **rest) {
  tidemark_observer_options options = observing();
  options.stale_time = INFINITY;
  while (**rest != '\0') {
    const char *option = next_word(rest);
    if (strcmp(option, "stale") == 0) {
      options.stale_time = number(&p->place, next_word(rest));
    } else if (strcmp(option, "gc") == 0) {
      options.gc_time = number(&p->place, next_word(rest));
    } else {
      refuse_line(&p->place, "neither stale nor gc:", option);
    }
  }
  return options;
}

static void add_observer(struct player *p, struct named *n, tidemark_observer_options options) {
  assert_in_range(n->observer_count, 0, OBSERVERS - 1);
  n->observers[n->observer_count++] = observe(p->w, n->entry, options);
}

static void play_observe(struct player *p, char *rest) {
  const char *key = needed_word(&p->place, &rest, "a key");
  tidemark_observer_options options = observer_options(p, &rest);
  struct named *n = built(p, key, options.gc_time);
  if (n != NULL) {
    add_observer(p, n, options);
  }
}

static void play_unobserve(struct player *p, char *rest) {
  struct named *n = known(p, &rest);
  if (n->observer_count == 0) {
    refuse_line(&p->place, "nobody observes", n->key);
  }
  uint32_t observer = n->observers[--n->observer_count];
  bool aborting = takes(&rest, "aborting");
  on_step(p, (tidemark_event){.type = TIDEMARK_UNOBSERVE,
                              .observer = observer,
                              .unobserve = {.signal_taken = aborting}});
}

static void play_fetch(struct player *p, char *rest) {
  static const char *const MEANINGS[] = {"WANTED", "FRESH"};
  struct named *n = built(p, needed_word(&p->place, &rest, "a key"), 5 * MINUTE);
  if (n != NULL) {
    double stale_time = takes(&rest, "stale") ? number(&p->place, next_word(&rest)) : 0;
    tidemark_event event = {
        .type = TIDEMARK_FETCH, .entry = n->entry, .fetch = {.stale_time = stale_time}};
    write_result(p, step(p->w, event), MEANINGS);
  }
}

static void play_answer(struct player *p, char *rest) {
  static const char *const MEANINGS[] = {"LATE", "SHOWN", "OLDER"};
  uint32_t entry = known(p, &rest)->entry;
  const char *as_of = takes(&rest, "as-of") ? next_word(&rest) : NULL;
  write_result(p, answer_as_of(p->w, entry, as_of), MEANINGS);
}

/* Fetched and answered; nothing of how it came to be is written. */
static void make_ready(struct player *p, const char *key, bool observed) {
  struct world *w = p->w;
  struct named *n = built(p, key, 5 * MINUTE);
  assert_non_null(n);
  if (observed) {
    char *no_options = &(char){'\0'};
    add_observer(p, n, observer_options(p, &no_options));
  } else {
    fetch(w, n->entry);
  }
  flush(w);
  assert_int_equal(answer(w, n->entry), TIDEMARK_LANDING_SHOWN);
  forget_trace(w);
}

static void play_shown(struct player *p, char *rest) {
  while (*rest != '\0') {
    make_ready(p, next_word(&rest), true);
  }
}

static void play_cached(struct player *p, char *rest) {
  while (*rest != '\0') {
    make_ready(p, next_word(&rest), false);
  }
}

static void play_fail(struct player *p, char *rest) {
  uint32_t entry = known(p, &rest)->entry;
  double after = takes(&rest, "retry-after") ? number(&p->place, next_word(&rest)) : NAN;
  on_step(
      p, (tidemark_event){.type = TIDEMARK_FETCH_FAILED,
                          .entry = entry,
                          .id = p->w->in_flight[entry],
                          .failure = {.retry_limit = 3, .retry_delay = NAN, .retry_after = after}});
}

static void play_tag(struct player *p, char *rest) {
  uint32_t entry = known(p, &rest)->entry;
  write_result(p, set_tags(p->w, entry, rest), NULL);
}

static void play_invalidate(struct player *p, char *rest) {
  write_result(p, on_matching(p->w, TIDEMARK_INVALIDATE, rest), NULL);
}

static void play_cancel(struct player *p, char *rest) {
  write_result(p, on_matching(p->w, TIDEMARK_CANCEL, rest), NULL);
}

static void play_rules(struct player *p, char *rest) {
  write_result(p, rules(p->w, rest), NULL);
}

static void play_change(struct player *p, char *rest) {
  write_result(p, change(p->w, rest), NULL);
}

static void play_mutate(struct player *p, char *rest) {
  uint32_t number = serial(p, &rest);
  p->mutations[number] = begin_mutation(p->w, number);
  do {
    write_result(p, add_layer(p->w, p->mutations[number], known(p, &rest)->entry), NULL);
  } while (*rest != '\0');
}

static void play_acknowledge(struct player *p, char *rest) {
  write_result(p, acknowledge(p->w, p->mutations[serial(p, &rest)]), NULL);
}

static void play_reject(struct player *p, char *rest) {
  write_result(p, fail_mutation(p->w, p->mutations[serial(p, &rest)]), NULL);
}

static void play_scopes(struct player *p, char *rest) {
  channel_scopes(p->w, rest);
}

static void play_depends(struct player *p, char *rest) {
  uint32_t entry = known(p, &rest)->entry;
  depends_on(p->w, entry, rest);
}

static void play_sign_out(struct player *p, char *rest) {
  sign_out(p->w);
}

static void play_flush(struct player *p, char *rest) {
  flush(p->w);
}

static void play_online(struct player *p, char *rest) {
  online(p->w, yes_or_no(&p->place, &rest));
}

static void play_visible(struct player *p, char *rest) {
  visible(p->w, yes_or_no(&p->place, &rest));
}

static void play_connect(struct player *p, char *rest) {
  connect_with_ticket(p->w);
}

static void play_ticket(struct player *p, char *rest) {
  ticket_ready(p->w);
}

static void play_opened(struct player *p, char *rest) {
  socket_opened(p->w);
}

static void play_frame(struct player *p, char *rest) {
  frame(p->w, rest);
}

static void play_closed(struct player *p, char *rest) {
  socket_closed(p->w, (int)number(&p->place, next_word(&rest)));
}

/* e:10: connected and subscribed for the first time, with nothing missed. */
static void play_live(struct player *p, char *rest) {
  double seq = 0;
  const char *epoch = position(&p->place, &rest, &seq);
  go_live(p->w, epoch, (int)seq);
}

static void play_limit(struct player *p, char *rest) {
  const char *name = needed_word(&p->place, &rest, "entries, refetches or changes");
  uint32_t value = (uint32_t)number(&p->place, next_word(&rest));
  tidemark_limits limits = {0};
  if (strcmp(name, "entries") == 0) {
    limits.entries = value;
  } else if (strcmp(name, "refetches") == 0) {
    limits.concurrent_refetches = value;
  } else if (strcmp(name, "changes") == 0) {
    limits.changes_per_second = value;
  } else {
    refuse_line(&p->place, "none of entries, refetches, changes:", name);
  }
  tidemark_destroy(p->w->cache);
  create_cache(p->w, limits);
}

/* ---- Questions ------------------------------------------------------------------------------- */

static const char *const STATUSES[] = {"stopped", "offline", "catching up", "gap", "live"};

static void write_stream(struct player *p) {
  const char *epoch;
  size_t length;
  double seq = tidemark_stream_position(p->w->cache, &epoch, &length);
  write_played(&p->played, "  %s at %.*s:%.0f\n", STATUSES[tidemark_stream_state(p->w->cache)],
               (int)length, epoch, seq);
}

static void write_layers(struct player *p, uint32_t entry) {
  uint32_t *layers;
  int count = tidemark_layers(p->w->cache, entry, &layers);
  assert_true(count >= 0);
  for (int i = 0; i < count; i++) {
    write_played(&p->played, "%s m%u", i == 0 ? ", under" : "", p->w->serials[layers[i]]);
  }
}

static void play_look(struct player *p, char *rest) {
  struct world *w = p->w;
  if (takes(&rest, "stream")) {
    write_stream(p);
    return;
  }
  if (takes(&rest, "live")) {
    write_played(&p->played, "  %s\n", STATUSES[stream_status_of(w, known(p, &rest)->entry)]);
    return;
  }
  uint32_t entry = known(p, &rest)->entry;
  if (tidemark_state(w->cache, entry) < 0) {
    write_played(&p->played, "  gone\n");
    return;
  }
  write_played(&p->played, "  %s", state_text(w, entry));
  if (failures(w, entry) > 0) {
    write_played(&p->played, ", failures: %u", failures(w, entry));
  }
  if (has_state(w, entry, TIDEMARK_STATE_INVALIDATED)) {
    write_played(&p->played, ", marked");
  }
  write_layers(p, entry);
  write_played(&p->played, "\n");
}

/* ---- All of them ----------------------------------------------------------------------------- */

static const struct verb VERBS[] = {{"observe", play_observe},
                                    {"unobserve", play_unobserve},
                                    {"shown", play_shown},
                                    {"cached", play_cached},
                                    {"fetch", play_fetch},
                                    {"answer", play_answer},
                                    {"fail", play_fail},
                                    {"tag", play_tag},
                                    {"invalidate", play_invalidate},
                                    {"cancel", play_cancel},
                                    {"rules", play_rules},
                                    {"change", play_change},
                                    {"mutate", play_mutate},
                                    {"reject", play_reject},
                                    {"acknowledge", play_acknowledge},
                                    {"scopes", play_scopes},
                                    {"depends", play_depends},
                                    {"sign-out", play_sign_out},
                                    {"flush", play_flush},
                                    {"online", play_online},
                                    {"visible", play_visible},
                                    {"connect", play_connect},
                                    {"ticket", play_ticket},
                                    {"opened", play_opened},
                                    {"frame", play_frame},
                                    {"closed", play_closed},
                                    {"live", play_live},
                                    {"limit", play_limit},
                                    {"look", play_look}};

const struct verb *verb_named(const struct player *p, const char *name) {
  for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
    if (strcmp(VERBS[i].name, name) == 0) {
      return &VERBS[i];
    }
  }
  refuse_line(&p->place, "no such event:", name);
}
