#include "helper_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The world, in which one allocation may be refused --------------------------------------- */

/* Refused for memory exactly when an allocation was, and then nothing has happened. */
static int take_again_if_refused(struct world *w, const tidemark_event *event) {
  bool refused_before = heap_has_refused(&w->heap);
  int result = tidemark_step(w->cache, event, w->now);
  bool refused = heap_has_refused(&w->heap) && !refused_before;
  assert_int_equal(result == TIDEMARK_ERROR_MEMORY, refused);
  if (!refused) {
    return result;
  }
  tidemark_effect effect;
  assert_int_equal(tidemark_drain(w->cache, &effect, 1), 0);
  return tidemark_step(w->cache, event, w->now);
}

void create_cache(struct world *w, tidemark_limits limits) {
  tidemark_allocator allocator = heap_allocator(&w->heap);
  tidemark_options options = {.seed = 1, .client_id = "me", .limits = limits};
  int result = tidemark_create(&options, &allocator, &w->cache);
  if (result == TIDEMARK_ERROR_MEMORY) {
    assert_true(heap_has_refused(&w->heap));
    assert_null(w->cache);
    assert_int_equal(w->heap.blocks, 0);
    result = tidemark_create(&options, &allocator, &w->cache);
  }
  assert_int_equal(result, TIDEMARK_OK);
}

static struct world *new_world(uint64_t refuse) {
  struct world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  w->drain_capacity = 64;
  w->take = take_again_if_refused;
  w->heap.refuse = refuse;
  create_cache(w, (tidemark_limits){0});
  return w;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

/* Moves what the world has recorded into what was played. */
static void take_down(struct player *p, const char *before) {
  p->w->trace[p->w->trace_length] = '\0';
  write_effects(&p->played, p->w->trace, before);
  forget_trace(p->w);
}

/* Time passes; each timer on the way gets its TICK and FLUSH, and its effects the time in front. */
static void pass_until(struct player *p, double end) {
  struct world *w = p->w;
  if (end < w->now) {
    refuse_line(&p->place, "time only goes forward, and this is in the past:", "");
  }
  for (double next; (next = tidemark_next_deadline(w->cache)) <= end;) {
    char time[32];
    w->now = fmax(w->now, next);
    snprintf(time, sizeof time, "%.0f: ", w->now);
    step(w, (tidemark_event){.type = TIDEMARK_TICK});
    flush(w);
    take_down(p, time);
  }
  w->now = end;
}

/* "repeat 50 VERB ..." or "VERB ..." */
static void play_event(struct player *p, char *rest) {
  int times = takes(&rest, "repeat") ? (int)number(&p->place, next_word(&rest)) : 1;
  const struct verb *verb = verb_named(p, next_word(&rest));
  for (int i = 0; i < times; i++) {
    char arguments[LINE_BYTES];
    snprintf(arguments, sizeof arguments, "%s", rest);
    verb->play(p, arguments);
  }
  take_down(p, "");
}

static void play_line(struct player *p, const char *line) {
  p->place.line++;
  if (*line == ' ') {
    return; /* what was expected: what happens takes its place */
  }
  if (*line == '#' || *line == '\0') {
    hold_line(&p->played, line);
    return;
  }
  char words[LINE_BYTES];
  snprintf(words, sizeof words, "%s", line);
  char *event;
  double time = strtod(words, &event);
  if (event != words) {
    pass_until(p, time);
  }
  write_held(&p->played);
  write_played(&p->played, "%s\n", line);
  play_event(p, event);
}

bool play(struct player *p, const char *path, const char *text, uint64_t refuse) {
  memset(p, 0, sizeof *p);
  p->place.path = path;
  p->w = new_world(refuse);
  for (const char *at = text; *at != '\0'; at += *at == '\n' ? 1 : 0) {
    char line[LINE_BYTES];
    int length = (int)strcspn(at, "\n");
    assert_in_range(length, 0, LINE_BYTES - 1);
    snprintf(line, sizeof line, "%.*s", length, at);
    play_line(p, line);
    at += length;
  }
  write_held(&p->played);
  bool refused = heap_has_refused(&p->w->heap);
  void *world = p->w;
  p->w = NULL;
  world_teardown(&world);
  return refused;
}

void give_back_world(struct player *p) {
  if (p->w != NULL) {
    print_error("%s:%d: the test stopped here\n", p->place.path, p->place.line);
    tidemark_destroy(p->w->cache);
    free(p->w);
    p->w = NULL;
  }
}
