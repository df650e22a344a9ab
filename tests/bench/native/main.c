/*
 * The core without WebAssembly, as a contender: obeys one line at a time.
 *
 *      open TASK SIZE      ->  ready
 *      run COUNT           ->  <ns of the run> <entries or timers touched>
 *
 * What is not part of a task, such as composing messages, happens before the clock starts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tidemark.h"
#include "wheel_task.h"
#include "workload.h"

static tidemark_cache *cache;
static struct workload_key *keys; /* those that are asked for, in turn */
static uint32_t key_count, size;
static uint64_t next_key, seq;
static char (*texts)[WORKLOAD_TEXT_BYTES];
static size_t *text_lengths;

static void fail(const char *what) {
  fprintf(stderr, "native contender: %s\n", what);
  exit(1);
}

static void *allocate(void *context, size_t bytes) {
  (void)context;
  return malloc(bytes);
}

static void release(void *context, void *block, size_t bytes) {
  (void)context;
  (void)bytes;
  free(block);
}

static int step(tidemark_event event) {
  int result = tidemark_step(cache, &event, 0);
  if (result < 0) {
    fail(tidemark_error_text(result));
  }
  return result;
}

static void drain(void) {
  tidemark_effect effects[64];
  while (tidemark_drain(cache, effects, 64) > 0) {
  }
}

static void fill(struct workload_key (*key_at)(uint32_t i)) {
  tidemark_options options = {.seed = 1,
                              .limits = {.entries = 1U << 21, .changes_per_second = 1U << 31}};
  tidemark_allocator allocator = {.allocate = allocate, .release = release};
  if (tidemark_create(&options, &allocator, &cache) < 0) {
    fail("no cache");
  }
  for (uint32_t i = 0; i < size; i++) {
    struct workload_key key = key_at(i);
    int entry = step(
        (tidemark_event){.type = TIDEMARK_BUILD,
                         .key = {.bytes = key.bytes, .length = key.length, .gc_time = 300000}});
    step((tidemark_event){.type = TIDEMARK_SET_DATA, .entry = (uint32_t)entry});
  }
  drain();
}

static void draw_keys(struct workload_key (*key_at)(uint32_t i)) {
  key_count = workload_sample_count(size);
  keys = calloc(key_count, sizeof *keys);
  if (keys == NULL) {
    fail("no memory");
  }
  for (uint32_t i = 0; i < key_count; i++) {
    keys[i] = key_at(workload_sample(size, i));
  }
}

static const struct workload_key *next(void) {
  const struct workload_key *key = &keys[next_key];
  next_key = next_key + 1 == key_count ? 0 : next_key + 1;
  return key;
}

/* ---- Tasks ----------------------------------------------------------------------------------- */

static double find(uint32_t count) {
  double found = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct workload_key *key = next();
    found += tidemark_find(cache, key->bytes, key->length) > 0 ? 1 : 0;
  }
  return found;
}

static double mark(uint32_t count) {
  double touched = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct workload_key *key = next();
    uint32_t *entries = NULL;
    int matched = tidemark_match(cache, key->bytes, key->length, 0, 0, &entries);
    touched += step((tidemark_event){.type = TIDEMARK_INVALIDATE,
                                     .list = {.entries = entries,
                                              .count = (size_t)matched,
                                              .refetch_type = TIDEMARK_REFETCH_ACTIVE}});
  }
  return touched;
}

static int take(const char *bytes, size_t length) {
  return step((tidemark_event){
      .type = TIDEMARK_SOCKET_TEXT, .id = 1, .text = {.bytes = bytes, .length = length}});
}

static void subscribe(void) {
  step((tidemark_event){.type = TIDEMARK_RULES,
                        .text = {.bytes = WORKLOAD_RULES, .length = strlen(WORKLOAD_RULES)}});
  step((tidemark_event){.type = TIDEMARK_CONNECT, .stream = {.ticket = 1}});
  step((tidemark_event){.type = TIDEMARK_TICKET_READY, .id = 1});
  step((tidemark_event){.type = TIDEMARK_SOCKET_OPENED, .id = 1});
  take(WORKLOAD_HELLO, strlen(WORKLOAD_HELLO));
  take(WORKLOAD_SUBSCRIBED, strlen(WORKLOAD_SUBSCRIBED));
  drain();
}

static void compose(uint32_t count) {
  texts = realloc(texts, count * sizeof *texts);
  text_lengths = realloc(text_lengths, count * sizeof *text_lengths);
  if (texts == NULL || text_lengths == NULL) {
    fail("no memory");
  }
  for (uint32_t i = 0; i < count; i++) {
    seq++;
    text_lengths[i] = workload_message(workload_sample(size, seq), seq, texts[i]);
  }
}

static double marks(void) {
  tidemark_stats stats;
  tidemark_get_stats(cache, &stats);
  return stats.marks;
}

static double text(uint32_t count) {
  double before = marks();
  for (uint32_t i = 0; i < count; i++) {
    take(texts[i], text_lengths[i]);
  }
  return marks() - before;
}

enum setup { FILL_TASKS, FILL_LISTS, SUBSCRIBE, TIMERS };

static const struct task {
  const char *name;
  double (*run)(uint32_t count);
  struct workload_key (*key_at)(uint32_t i);
  enum setup setup;
} TASKS[] = {
    {"find", find, workload_task, FILL_TASKS},    {"findObject", find, workload_object, FILL_LISTS},
    {"markOne", mark, workload_task, FILL_TASKS}, {"markGroup", mark, workload_group, FILL_TASKS},
    {"text", text, workload_task, SUBSCRIBE},     {"timers", wheel_run, workload_task, TIMERS},
};

static const struct task *open_task(const char *name) {
  for (size_t i = 0; i < sizeof TASKS / sizeof TASKS[0]; i++) {
    if (strcmp(TASKS[i].name, name) == 0) {
      const struct task *task = &TASKS[i];
      if (task->setup == TIMERS) {
        wheel_setup(size);
        return task;
      }
      fill(task->setup == FILL_LISTS ? workload_object : workload_task);
      draw_keys(task->key_at);
      if (task->setup == SUBSCRIBE) {
        subscribe();
      }
      return task;
    }
  }
  fail("no such task");
  return NULL;
}

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void) {
  char line[128];
  char name[64];
  uint32_t count = 0;
  const struct task *task = NULL;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "open %63s %" SCNu32, name, &size) == 2) {
      task = open_task(name);
      printf("ready\n");
    } else if (sscanf(line, "run %" SCNu32, &count) == 1 && task != NULL) {
      if (task->setup == SUBSCRIBE) {
        compose(count);
      }
      double start = now_ns();
      double touched = task->run(count);
      printf("%.0f %.0f\n", now_ns() - start, touched);
    } else {
      fail("neither open nor run");
    }
    fflush(stdout);
  }
  return 0;
}
