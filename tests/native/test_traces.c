/*
 * Plays the traces of tests/traces: each is a scenario with what the core must ask for at every
 * step. README.md there says how they are written. Run from the repository's top; with
 * UPDATE_TRACES=1 in the environment what is asked for now is written into the files.
 *
 * Each trace is played twice over: as it is, and with every allocation refused once in turn, which
 * must refuse one step whole and change nothing else.
 */
#define _POSIX_C_SOURCE 200809L /* for glob */

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_stream.h"

enum { PLAYED_BYTES = 1 << 16, LINE_BYTES = 512, KEYS = 64, OBSERVERS = 16, MUTATIONS = 64 };

/* What a trace calls by a key; the entry's handle is remembered even when the core has removed it.
 */
struct named {
  char key[WORLD_NAME_BYTES];
  uint32_t entry;
  uint32_t observers[OBSERVERS];
  int observer_count;
};

struct player {
  struct world *w;
  const char *path;
  int line; /* of the file, counted from 1 */
  struct named named[KEYS];
  int named_count;
  uint32_t mutations[MUTATIONS]; /* handles, by serial */
  char played[PLAYED_BYTES];     /* the trace as it was written and as it was answered */
  size_t length;
  char held[PLAYED_BYTES]; /* comments and blank lines that belong to the next event */
  size_t held_length;
};

__attribute__((noreturn)) static void refuse_line(const struct player *p, const char *why,
                                                  const char *what) {
  print_error("%s:%d: %s \"%s\"\n", p->path, p->line, why, what);
  fail();
  abort(); /* never reached, but the compiler does not know that of fail() */
}

/* ---- What was played ------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void write_played(struct player *p, const char *format,
                                                               ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(p->played + p->length, PLAYED_BYTES - p->length, format, arguments);
  va_end(arguments);
  assert_in_range(written, 0, PLAYED_BYTES - p->length - 1);
  p->length += (size_t)written;
}

static void hold(struct player *p, const char *line) {
  int written = snprintf(p->held + p->held_length, PLAYED_BYTES - p->held_length, "%s\n", line);
  assert_in_range(written, 0, PLAYED_BYTES - p->held_length - 1);
  p->held_length += (size_t)written;
}

static void write_held(struct player *p) {
  write_played(p, "%.*s", (int)p->held_length, p->held);
  p->held_length = 0;
}

/* Moves what the world has recorded into what was played, each line after `before`; what comes
 * several times in a row stands there once. */
static void write_effects(struct player *p, const char *before) {
  struct world *w = p->w;
  w->trace[w->trace_length] = '\0';
  for (const char *at = w->trace; *at != '\0';) {
    size_t size = strcspn(at, "\n") + 1;
    int times = 1;
    while (strncmp(at, at + times * size, size) == 0) {
      times++;
    }
    write_played(p, "  %s%.*s", before, (int)size - 1, at);
    write_played(p, times > 1 ? " (%d times)\n" : "\n", times);
    at += times * size;
  }
  forget_trace(w);
}

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

static void create(struct world *w, tidemark_limits limits) {
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
  create(w, (tidemark_limits){0});
  return w;
}

/* Time passes; each timer on the way gets its TICK and FLUSH, and its effects the time in front. */
static void pass_until(struct player *p, double end) {
  struct world *w = p->w;
  if (end < w->now) {
    refuse_line(p, "time only goes forward, and this is in the past:", "");
  }
  for (double next; (next = tidemark_next_deadline(w->cache)) <= end;) {
    char time[32];
    w->now = fmax(w->now, next);
    snprintf(time, sizeof time, "%.0f: ", w->now);
    step(w, (tidemark_event){.type = TIDEMARK_TICK});
    flush(w);
    write_effects(p, time);
  }
  w->now = end;
}

/* ---- Words of a line ------------------------------------------------------------------------- */

/* The next word, which is ended in place; "" if there is none. */
static char *next_word(char **rest) {
  char *word = *rest + strspn(*rest, " ");
  char *end = word + strcspn(word, " ");
  *rest = *end == '\0' ? end : end + 1;
  *end = '\0';
  return word;
}

static char *needed_word(const struct player *p, char **rest, const char *what) {
  char *word = next_word(rest);
  if (*word == '\0') {
    refuse_line(p, "the line ends, but wants", what);
  }
  return word;
}

static double number(const struct player *p, const char *word) {
  char *end;
  double value = strtod(word, &end);
  if (end == word || *end != '\0') {
    refuse_line(p, "not a number:", word);
  }
  return value;
}

static bool takes(char **rest, const char *word) {
  char *at = *rest + strspn(*rest, " ");
  size_t length = strlen(word);
  bool is_next = strncmp(at, word, length) == 0 && (at[length] == ' ' || at[length] == '\0');
  if (is_next) {
    next_word(rest);
  }
  return is_next;
}

static bool yes_or_no(const struct player *p, char **rest) {
  const char *word = needed_word(p, rest, "yes or no");
  if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0) {
    refuse_line(p, "neither yes nor no:", word);
  }
  return *word == 'y';
}

/* m1, m2, ...: a mutation's serial. */
static uint32_t serial(const struct player *p, char **rest) {
  const char *word = needed_word(p, rest, "a mutation");
  double value = *word == 'm' ? number(p, word + 1) : 0;
  if (value < 1 || value >= MUTATIONS) {
    refuse_line(p, "not a mutation, which are m1 to m63:", word);
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
  const char *word = needed_word(p, rest, "a key");
  struct named *n = named(p, word);
  if (n->entry == 0) {
    refuse_line(p, "no earlier line observes or fetches", word);
  }
  return n;
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* What the core answered; what it asks for follows. */
static void write_result(struct player *p, int result, const char *const *meanings) {
  if (result < 0) {
    write_played(p, "  -> refused: %s\n", tidemark_error_text(result));
  } else if (meanings != NULL) {
    write_played(p, "  -> %s\n", meanings[result]);
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
      options.stale_time = number(p, next_word(rest));
    } else if (strcmp(option, "gc") == 0) {
      options.gc_time = number(p, next_word(rest));
    } else {
      refuse_line(p, "neither stale nor gc:", option);
    }
  }
  return options;
}

static void add_observer(struct player *p, struct named *n, tidemark_observer_options options) {
  assert_in_range(n->observer_count, 0, OBSERVERS - 1);
  n->observers[n->observer_count++] = observe(p->w, n->entry, options);
}

static void play_observe(struct player *p, char *rest) {
  const char *key = needed_word(p, &rest, "a key");
  tidemark_observer_options options = observer_options(p, &rest);
  struct named *n = built(p, key, options.gc_time);
  if (n != NULL) {
    add_observer(p, n, options);
  }
}

static void play_unobserve(struct player *p, char *rest) {
  struct named *n = known(p, &rest);
  if (n->observer_count == 0) {
    refuse_line(p, "nobody observes", n->key);
  }
  uint32_t observer = n->observers[--n->observer_count];
  bool aborting = takes(&rest, "aborting");
  on_step(p, (tidemark_event){.type = TIDEMARK_UNOBSERVE,
                              .observer = observer,
                              .unobserve = {.signal_taken = aborting}});
}

static void play_fetch(struct player *p, char *rest) {
  static const char *const MEANINGS[] = {"WANTED", "FRESH"};
  struct named *n = built(p, needed_word(p, &rest, "a key"), 5 * MINUTE);
  if (n != NULL) {
    double stale_time = takes(&rest, "stale") ? number(p, next_word(&rest)) : 0;
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
  double after = takes(&rest, "retry-after") ? number(p, next_word(&rest)) : NAN;
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

static void play_flush(struct player *p, char *rest) {
  flush(p->w);
}

static void play_online(struct player *p, char *rest) {
  online(p->w, yes_or_no(p, &rest));
}

static void play_visible(struct player *p, char *rest) {
  visible(p->w, yes_or_no(p, &rest));
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
  socket_closed(p->w, (int)number(p, next_word(&rest)));
}

/* e:10: connected and subscribed for the first time, with nothing missed. */
static void play_live(struct player *p, char *rest) {
  char *epoch = needed_word(p, &rest, "a position");
  char *colon = strchr(epoch, ':');
  if (colon == NULL) {
    refuse_line(p, "not a position such as e:10:", epoch);
  }
  *colon = '\0';
  go_live(p->w, epoch, (int)number(p, colon + 1));
}

static void play_limit(struct player *p, char *rest) {
  const char *name = needed_word(p, &rest, "entries or refetches");
  uint32_t value = (uint32_t)number(p, next_word(&rest));
  bool entries = strcmp(name, "entries") == 0;
  if (!entries && strcmp(name, "refetches") != 0) {
    refuse_line(p, "neither entries nor refetches:", name);
  }
  tidemark_destroy(p->w->cache);
  create(p->w, entries ? (tidemark_limits){.entries = value}
                       : (tidemark_limits){.concurrent_refetches = value});
}

/* ---- Questions ------------------------------------------------------------------------------- */

static void write_stream(struct player *p) {
  static const char *const STATUSES[] = {"stopped", "offline", "catching up", "gap", "live"};
  const char *epoch;
  size_t length;
  double seq = tidemark_stream_position(p->w->cache, &epoch, &length);
  write_played(p, "  %s at %.*s:%.0f\n", STATUSES[tidemark_stream_state(p->w->cache)], (int)length,
               epoch, seq);
}

static void write_layers(struct player *p, uint32_t entry) {
  uint32_t *layers;
  int count = tidemark_layers(p->w->cache, entry, &layers);
  assert_true(count >= 0);
  for (int i = 0; i < count; i++) {
    write_played(p, "%s m%u", i == 0 ? ", under" : "", p->w->serials[layers[i]]);
  }
}

static void play_look(struct player *p, char *rest) {
  struct world *w = p->w;
  if (takes(&rest, "stream")) {
    write_stream(p);
    return;
  }
  uint32_t entry = known(p, &rest)->entry;
  if (tidemark_state(w->cache, entry) < 0) {
    write_played(p, "  gone\n");
    return;
  }
  write_played(p, "  %s", state_text(w, entry));
  if (failures(w, entry) > 0) {
    write_played(p, ", failures: %u", failures(w, entry));
  }
  if (has_state(w, entry, TIDEMARK_STATE_INVALIDATED)) {
    write_played(p, ", marked");
  }
  write_layers(p, entry);
  write_played(p, "\n");
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static const struct verb {
  const char *name;
  void (*play)(struct player *p, char *rest);
} VERBS[] = {{"observe", play_observe},
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

static const struct verb *verb_named(const struct player *p, const char *name) {
  for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
    if (strcmp(VERBS[i].name, name) == 0) {
      return &VERBS[i];
    }
  }
  refuse_line(p, "no such event:", name);
}

/* "repeat 50 VERB ..." or "VERB ..." */
static void play_event(struct player *p, char *rest) {
  int times = takes(&rest, "repeat") ? (int)number(p, next_word(&rest)) : 1;
  const struct verb *verb = verb_named(p, next_word(&rest));
  for (int i = 0; i < times; i++) {
    char arguments[LINE_BYTES];
    snprintf(arguments, sizeof arguments, "%s", rest);
    verb->play(p, arguments);
  }
  write_effects(p, "");
}

static void play_line(struct player *p, const char *line) {
  p->line++;
  if (*line == ' ') {
    return; /* what was expected: what happens takes its place */
  }
  if (*line == '#' || *line == '\0') {
    hold(p, line);
    return;
  }
  char words[LINE_BYTES];
  snprintf(words, sizeof words, "%s", line);
  char *event;
  double time = strtod(words, &event);
  if (event != words) {
    pass_until(p, time);
  }
  write_held(p);
  write_played(p, "%s\n", line);
  play_event(p, event);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void read_file(const char *path, char text[PLAYED_BYTES]) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(text, 1, PLAYED_BYTES, file);
  fclose(file);
  assert_in_range(length, 1, PLAYED_BYTES - 1);
  text[length] = '\0';
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_not_equal(fputs(text, file), EOF);
  assert_int_equal(fclose(file), 0);
}

static size_t line_at(const char *text, int line) {
  size_t at = 0;
  for (; line > 1; line--) {
    at += strcspn(text + at, "\n") + 1;
  }
  return at;
}

static int count_lines(const char *text) {
  int lines = 0;
  for (; *text != '\0'; text++) {
    lines += *text == '\n';
  }
  return lines;
}

static bool is_same_line(const char *a, int a_line, const char *b, int b_line) {
  const char *a_at = a + line_at(a, a_line), *b_at = b + line_at(b, b_line);
  size_t length = strcspn(a_at, "\n");
  return length == strcspn(b_at, "\n") && memcmp(a_at, b_at, length) == 0;
}

static void print_lines(const char *text, int first, int last, char sign) {
  for (int line = first; line <= last; line++) {
    const char *at = text + line_at(text, line);
    print_error("%c %.*s\n", sign, (int)strcspn(at, "\n"), at);
  }
}

/* Where the two part and until where they differ, after some lines that they share. */
static void print_difference(const char *path, const char *expected, const char *played) {
  enum { SHARED = 4 };
  int expected_last = count_lines(expected), played_last = count_lines(played), first = 1;
  while (first <= expected_last && first <= played_last &&
         is_same_line(expected, first, played, first)) {
    first++;
  }
  while (expected_last >= first && played_last >= first &&
         is_same_line(expected, expected_last, played, played_last)) {
    expected_last--;
    played_last--;
  }
  print_error("%s:%d: - is written there, + is what happened\n", path, first);
  print_lines(expected, first > SHARED ? first - SHARED : 1, first - 1, ' ');
  print_lines(expected, first, expected_last, '-');
  print_lines(played, first, played_last, '+');
}

/* ---- Tests ----------------------------------------------------------------------------------- */

/* One for all tests, so that what a failed one leaves behind can be given back. */
static struct player player;
static char expected[PLAYED_BYTES];

/* Plays `expected` in a world of its own, of which nothing must be left, with one allocation
 * refused unless `refuse` is 0. Returns whether it came to that. */
static bool play(const char *path, uint64_t refuse) {
  struct player *p = &player;
  memset(p, 0, sizeof *p);
  p->path = path;
  p->w = new_world(refuse);
  for (const char *at = expected; *at != '\0'; at += *at == '\n' ? 1 : 0) {
    char line[LINE_BYTES];
    int length = (int)strcspn(at, "\n");
    assert_in_range(length, 0, LINE_BYTES - 1);
    snprintf(line, sizeof line, "%.*s", length, at);
    play_line(p, line);
    at += length;
  }
  write_held(p);
  bool refused = heap_has_refused(&p->w->heap);
  void *world = p->w;
  p->w = NULL;
  world_teardown(&world);
  return refused;
}

static int give_back(void **state) {
  if (player.w != NULL) {
    print_error("%s:%d: the test stopped here\n", player.path, player.line);
    tidemark_destroy(player.w->cache);
    free(player.w);
    player.w = NULL;
  }
  return 0;
}

static void compare(void) {
  if (strcmp(player.played, expected) != 0) {
    print_difference(player.path, expected, player.played);
    fail();
  }
}

static void happens_as_written(void **state) {
  const char *path = *state;
  read_file(path, expected);
  play(path, 0);
  if (getenv("UPDATE_TRACES") != NULL) {
    write_file(path, player.played);
  } else {
    compare();
  }
}

static void happens_as_written_though_memory_runs_out(void **state) {
  const char *path = *state;
  read_file(path, expected);
  uint64_t n = 1;
  for (; play(path, n); n++) {
    if (strcmp(player.played, expected) != 0) {
      print_error("with allocation %llu refused:\n", (unsigned long long)n);
    }
    compare();
  }
  assert_true(n > 1);
}

/* "tests/traces/storm.trace" -> "storm" and what follows; to be freed. */
static char *test_name(const char *path, const char *suffix) {
  const char *base = strrchr(path, '/') + 1;
  int length = (int)strcspn(base, ".");
  size_t size = (size_t)length + strlen(suffix) + 1;
  char *name = malloc(size);
  assert_non_null(name);
  snprintf(name, size, "%.*s%s", length, base, suffix);
  return name;
}

static struct CMUnitTest test_of(char *path, const char *suffix, CMUnitTestFunction function) {
  return (struct CMUnitTest){.name = test_name(path, suffix),
                             .test_func = function,
                             .teardown_func = give_back,
                             .initial_state = path};
}

int main(void) {
  glob_t files;
  if (glob("tests/traces/*.trace", 0, NULL, &files) != 0) {
    fputs("test_traces: no tests/traces here: run it from the repository's top\n", stderr);
    return 1;
  }
  size_t count = 2 * files.gl_pathc;
  struct CMUnitTest *tests = calloc(count, sizeof *tests);
  for (size_t i = 0; i < count; i += 2) {
    char *path = files.gl_pathv[i / 2];
    tests[i] = test_of(path, "", happens_as_written);
    tests[i + 1] =
        test_of(path, ", each allocation refused once", happens_as_written_though_memory_runs_out);
  }
  int failed = _cmocka_run_group_tests("traces", tests, count, NULL, NULL);
  for (size_t i = 0; i < count; i++) {
    free((char *)tests[i].name);
  }
  free(tests);
  globfree(&files);
  return failed;
}
