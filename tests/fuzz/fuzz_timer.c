/*
 * The timer wheel against a plain list of timers, which tells the truth slowly. The input is a list
 * of operations: arm, disarm, remove, add, and let time pass.
 */
#include <math.h>

#include "helper_fuzz.h"
#include "wheel.h"

enum { TIMERS = 12, LEVELS_AT_MOST = 16 };

struct plain_timer {
  uint32_t id; /* of the wheel; 0: none */
  bool armed;
  double tick;    /* ms, whole */
  uint64_t order; /* of arming */
};

struct list {
  struct plain_timer timers[TIMERS];
  double current; /* every tick before it has been served */
  uint64_t armed; /* arms so far */
};

static const double LAST_TICK = 0x1p48 - 1;

/* Some are close to where the wheel's levels begin and end. */
static double take_delay(struct input *in) {
  static const double EDGES[] = {64, 4096, 262144, 16777216, 1073741824, 0x1p36, 0x1p42, 0x1p47};
  uint8_t choice = take_byte(in);
  if (choice < 64) {
    return EDGES[choice % 8] + (double)(choice / 8) - 4;
  }
  return choice < 128 ? (double)(choice - 64) / 2 : take_double(in);
}

static void arm(struct wheel *wheel, struct list *list, uint32_t i, double deadline) {
  if (isnan(deadline)) {
    return;
  }
  struct plain_timer *timer = &list->timers[i];
  wheel_arm(wheel, timer->id, deadline);
  timer->armed = !isinf(deadline);
  timer->tick = fmax(fmin(ceil(deadline), LAST_TICK), list->current);
  timer->order = ++list->armed;
}

/* The one that is due first: by its tick, then by when it was armed. */
static struct plain_timer *first_due(struct list *list, double now) {
  struct plain_timer *first = NULL;
  for (uint32_t i = 0; i < TIMERS; i++) {
    struct plain_timer *timer = &list->timers[i];
    bool due = timer->armed && timer->tick <= now;
    bool earlier = first == NULL || timer->tick < first->tick ||
                   (timer->tick == first->tick && timer->order < first->order);
    if (due && earlier) {
      first = timer;
    }
  }
  return first;
}

static void check_one_expiry(struct wheel *wheel, struct list *list, double now) {
  struct plain_timer *due = first_due(list, now);
  uint32_t owner = wheel_expire(wheel, now);
  CHECK(owner == (due == NULL ? 0 : (uint32_t)(due - list->timers) + 1));
  if (due != NULL) {
    due->armed = false;
    list->current = fmax(list->current, due->tick);
  } else {
    list->current = fmax(list->current, fmin(floor(now), LAST_TICK));
  }
}

/* Never late; and whoever goes by it gets to the first timer in a few steps. */
static void check_deadline(struct wheel *wheel, struct list *list) {
  const struct plain_timer *first = first_due(list, INFINITY);
  double deadline = wheel_deadline(wheel);
  CHECK(first == NULL ? isinf(deadline) : deadline <= first->tick);
  for (uint32_t steps = 0; first != NULL && first->armed; steps++) {
    CHECK(steps < LEVELS_AT_MOST);
    check_one_expiry(wheel, list, fmax(wheel_deadline(wheel), list->current));
  }
}

static void replace(struct wheel *wheel, struct list *list, uint32_t i) {
  struct plain_timer *timer = &list->timers[i];
  wheel_remove(wheel, timer->id);
  CHECK(wheel_reserve(wheel, 1) == 0);
  *timer = (struct plain_timer){.id = wheel_add(wheel, i + 1)};
}

static void operate(struct wheel *wheel, struct list *list, struct input *in) {
  uint8_t operation = take_byte(in);
  uint32_t i = operation / 8 % TIMERS;
  switch (operation % 8) {
  case 0:
  case 1:
  case 2:
    arm(wheel, list, i, list->current + take_delay(in));
    return;
  case 3:
    arm(wheel, list, i, take_delay(in));
    return;
  case 4:
    arm(wheel, list, i, INFINITY);
    return;
  case 5:
    replace(wheel, list, i);
    return;
  case 6:
    check_deadline(wheel, list);
    return;
  default: {
    double now = fmax(0, list->current + take_delay(in));
    if (isfinite(now)) {
      check_one_expiry(wheel, list, now);
    }
    return;
  }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  struct fuzz_heap heap = {0};
  struct memory memory = {.allocator = fuzz_allocator(&heap)};
  struct wheel wheel;
  struct list list = {0};
  wheel_init(&wheel, &memory);
  CHECK(wheel_reserve(&wheel, TIMERS) == 0);
  for (uint32_t i = 0; i < TIMERS; i++) {
    list.timers[i].id = wheel_add(&wheel, i + 1);
  }
  while (input_left(&in) > 0) {
    operate(&wheel, &list, &in);
  }
  check_deadline(&wheel, &list);
  while (first_due(&list, INFINITY) != NULL) {
    check_one_expiry(&wheel, &list, LAST_TICK);
  }
  CHECK(isinf(wheel_deadline(&wheel)));
  wheel_destroy(&wheel);
  CHECK(heap.blocks == 0 && memory.used == 0);
  return 0;
}
