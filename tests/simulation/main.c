/*
 * The simulator's command line.
 *
 *      simulate [--seeds N] [--from S] [--memory] [--tally]   plays seeds S to S + N - 1
 *      simulate --hashes [--seeds N] [--from S]               prints "seed hash" for each, in order
 *      simulate --seed S [--memory] [--bug NAME]              prints the trace of one
 *      simulate --bug NAME [--seeds N] [--from S]             looks for the first that sees a bug
 *      simulate --bugs                                        lists the bugs there are (bugs.h)
 *
 * --memory: each world once for every allocation in it, which is refused.
 * --tally: prints how often each fault occurred in all of them, and how waits were spread.
 *
 * Exit status: 0 if all invariants held; in the search for a bug, if one did not.
 */
#define _POSIX_C_SOURCE 200809L /* sigsetjmp */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bugs.h"
#include "invariant.h"
#include "world.h"

enum { PROCESSES = 2, TEXT_CAPACITY = 16 << 20, TAIL_LINES = 60 };
/* After so many worlds each fault must have occurred. */
enum { MANY = 10000 };

struct orders {
  uint64_t from, count;
  bool one, memory, hashes, tally;
  const char *bug; /* NULL: none */
};

static struct world world;

/* ---- Seeds ----------------------------------------------------------------------------------- */

static void run_plain(uint64_t seed, char *text) {
  struct wish wish = {.seed = seed, .text = text, .text_capacity = TEXT_CAPACITY};
  world_run(&world, &wish);
}

/* Once to count the allocations, then once for each of them, which is refused. */
static void run_refusing(uint64_t seed, char *text) {
  struct wish wish = {.seed = seed, .careful = true};
  world_run(&world, &wish);
  uint64_t allocations = world.allocations;
  wish.text = text;
  wish.text_capacity = text == NULL ? 0 : TEXT_CAPACITY;
  while (world.violation.invariant == 0 && wish.refuse < allocations) {
    wish.refuse++;
    world_run(&world, &wish);
  }
}

static uint64_t playing; /* the seed */

#ifdef TIDEMARK_CHECKED
void tidemark_invariant_broken(const char *condition, const char *file, int line) {
  printf("seed %llu: %s:%d: broken invariant: %s\n", (unsigned long long)playing, file, line,
         condition);
  exit(1);
}
#endif

static void run(const struct orders *orders, uint64_t seed, char *text) {
  playing = seed;
  if (text != NULL) {
    text[0] = '\0';
  }
  (orders->memory ? run_refusing : run_plain)(seed, text);
}

/* ---- Reports --------------------------------------------------------------------------------- */

static const char *tail(const char *text) {
  const char *at = text + strlen(text);
  for (int lines = 0; at > text && lines <= TAIL_LINES; at--) {
    lines += at[-1] == '\n' ? 1 : 0;
  }
  return at == text ? at : at + 2;
}

static void report(const struct orders *orders, uint64_t seed) {
  char *text = malloc(TEXT_CAPACITY);
  if (text != NULL) {
    run(orders, seed, text);
    printf("\n%s\n", tail(text));
    free(text);
  }
  printf("seed %llu broke invariant %d: %s\n  %s\nreplay: ./build.sh simulate --seed %llu%s\n",
         (unsigned long long)seed, (int)world.violation.invariant,
         invariant_sentence(world.violation.invariant), world.violation.detail,
         (unsigned long long)seed, orders->memory ? " --memory" : "");
}

static bool run_silently(const struct orders *orders, uint64_t seed) {
  run(orders, seed, NULL);
  if (orders->hashes) {
    printf("%llu %016llx\n", (unsigned long long)seed, (unsigned long long)world.trace.hash);
  }
  if (world.violation.invariant == 0 || orders->hashes) {
    return true;
  }
  report(orders, seed);
  return false;
}

/* Every `stride`th seed from `first` on, up to the first that fails. */
static int run_share(const struct orders *orders, uint64_t first, uint64_t stride) {
  for (uint64_t i = first; i < orders->count; i += stride) {
    if (!run_silently(orders, orders->from + i)) {
      return 1;
    }
  }
  return 0;
}

/* What no single world shows. */
static int judge_all(const struct orders *orders, const struct tally *tally) {
  char detail[200];
  if (orders->tally) {
    tally_print(tally);
  }
  /* Worlds that are played over and over, for each allocation, wait the same each time. */
  bool sound =
      orders->memory || (tally_is_even(tally, detail, sizeof detail) &&
                         (orders->count < MANY || tally_is_complete(tally, detail, sizeof detail)));
  if (!sound) {
    printf("%llu seeds together: %s\n", (unsigned long long)orders->count, detail);
    return 1;
  }
  printf("%llu seeds from %llu: every invariant held\n", (unsigned long long)orders->count,
         (unsigned long long)orders->from);
  return 0;
}

/* In processes that each send their tally when they are through. */
static int run_all(const struct orders *orders) {
  int ends[2];
  if (orders->hashes || orders->count < PROCESSES || pipe(ends) != 0) {
    return run_share(orders, 0, 1);
  }
  fflush(stdout);
  for (uint64_t i = 0; i < PROCESSES; i++) {
    if (fork() == 0) {
      int status = run_share(orders, i, PROCESSES);
      bool sent = write(ends[1], &world.tally, sizeof world.tally) == sizeof world.tally;
      fflush(stdout);
      _exit(sent ? status : 1);
    }
  }
  close(ends[1]);
  struct tally sum = {0};
  for (struct tally one; read(ends[0], &one, sizeof one) == sizeof one;) {
    tally_add(&sum, &one);
  }
  close(ends[0]);
  int failed = 0;
  for (int status = 0; wait(&status) > 0;) {
    failed |= status != 0;
  }
  return failed ? failed : judge_all(orders, &sum);
}

static sigjmp_buf crash;

static void leave_world(int signal) {
  (void)signal;
  siglongjmp(crash, 1);
}

/* False if the world crashed: mistakes do that, but it proves nothing. */
static bool survives(const struct orders *orders, uint64_t seed) {
  signal(SIGSEGV, leave_world); /* which holds for one crash */
  if (sigsetjmp(crash, 1) != 0) {
    return false;
  }
  run(orders, seed, NULL);
  return true;
}

/* The first seed whose invariants see the bug, or as many as it takes to see it in all together. */
static int find_bug(const struct orders *orders) {
  char detail[200];
  for (uint64_t seed = orders->from; seed < orders->from + orders->count; seed++) {
    if (!survives(orders, seed)) {
      continue;
    }
    if (world.violation.invariant != 0) {
      printf("%s: caught by seed %llu, invariant %d: %s\n  %s\n", orders->bug,
             (unsigned long long)seed, (int)world.violation.invariant,
             invariant_sentence(world.violation.invariant), world.violation.detail);
      return 0;
    }
    if (!tally_is_even(&world.tally, detail, sizeof detail)) {
      printf("%s: caught by seeds up to %llu together\n  %s\n", orders->bug,
             (unsigned long long)seed, detail);
      return 0;
    }
  }
  printf("%s: not caught by %llu seeds\n", orders->bug, (unsigned long long)orders->count);
  return 1;
}

static int run_one(const struct orders *orders) {
  char *text = malloc(TEXT_CAPACITY);
  if (text == NULL) {
    return 2;
  }
  run(orders, orders->from, text);
  fputs(text, stdout);
  printf("seed %llu: %llu steps, hash %016llx\n", (unsigned long long)orders->from,
         (unsigned long long)world.steps, (unsigned long long)world.trace.hash);
  free(text);
  if (world.violation.invariant != 0) {
    printf("broke invariant %d: %s\n  %s\n", (int)world.violation.invariant,
           invariant_sentence(world.violation.invariant), world.violation.detail);
    return 1;
  }
  return 0;
}

/* ---- The command line ------------------------------------------------------------------------ */

static int refuse(const char *word) {
  fprintf(stderr,
          "simulate: %s is not understood; allowed: [--seeds N] [--from S] [--seed S] [--memory] "
          "[--hashes] [--tally] [--bug NAME] [--bugs], N and S being whole numbers, NAME one of "
          "--bugs\n",
          word);
  return 2;
}

static bool read_number(const char *text, uint64_t *number) {
  char *end = NULL;
  *number = text == NULL ? 0 : strtoull(text, &end, 10);
  return text != NULL && *text >= '0' && *text <= '9' && *end == '\0';
}

int main(int argc, char **argv) {
  struct orders orders = {.from = 1, .count = 1000};
  for (int i = 1; i < argc; i++) {
    const char *word = argv[i];
    if (strcmp(word, "--memory") == 0) {
      orders.memory = true;
    } else if (strcmp(word, "--hashes") == 0) {
      orders.hashes = true;
    } else if (strcmp(word, "--tally") == 0) {
      orders.tally = true;
    } else if (strcmp(word, "--bugs") == 0) {
      bugs_print();
      return 0;
    } else if (strcmp(word, "--bug") == 0) {
      orders.bug = i + 1 < argc ? argv[++i] : word;
      if (!bug_plant(orders.bug)) {
        return refuse(orders.bug);
      }
    } else if (strcmp(word, "--seeds") == 0 || strcmp(word, "--from") == 0 ||
               strcmp(word, "--seed") == 0) {
      uint64_t *number = strcmp(word, "--seeds") == 0 ? &orders.count : &orders.from;
      orders.one |= strcmp(word, "--seed") == 0;
      if (i + 1 >= argc || !read_number(argv[++i], number)) {
        return refuse(argv[i]);
      }
    } else {
      return refuse(word);
    }
  }
  if (orders.one) {
    return run_one(&orders);
  }
  return orders.bug != NULL ? find_bug(&orders) : run_all(&orders);
}
