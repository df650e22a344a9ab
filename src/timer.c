#include "timer.h"

#include <math.h>
#include <stdbool.h>

enum { DIGIT = 6 };
static const uint64_t LAST_TICK = (UINT64_C(1) << (DIGIT * TIMER_LEVELS)) - 1;

static struct timer *timer_at(const struct wheel *wheel, uint32_t id) {
  return pool_at(&wheel->timers, id);
}

void wheel_init(struct wheel *wheel, struct memory *memory) {
  *wheel = (struct wheel){.memory = memory};
  pool_init(&wheel->timers, sizeof(struct timer));
}

void wheel_destroy(struct wheel *wheel) {
  pool_destroy(&wheel->timers, wheel->memory);
}

void wheel_trim(struct wheel *wheel) {
  pool_trim(&wheel->timers, wheel->memory, 1);
}

int wheel_reserve(struct wheel *wheel, uint32_t extra) {
  return pool_reserve(&wheel->timers, wheel->memory, extra);
}

uint32_t wheel_add(struct wheel *wheel, uint32_t owner) {
  uint32_t id = pool_take(&wheel->timers);
  timer_at(wheel, id)->owner = owner;
  return id;
}

static void unlink_timer(struct wheel *wheel, uint32_t id) {
  struct timer *timer = timer_at(wheel, id);
  if (timer->slot == 0) {
    return;
  }
  uint32_t slot = timer->slot - 1U;
  if (timer->next == id) {
    wheel->heads[slot] = 0;
    wheel->occupied[slot / TIMER_SLOTS] &= ~(UINT64_C(1) << (slot % TIMER_SLOTS));
  } else {
    timer_at(wheel, timer->next)->previous = timer->previous;
    timer_at(wheel, timer->previous)->next = timer->next;
    if (wheel->heads[slot] == id) {
      wheel->heads[slot] = timer->next;
    }
  }
  timer->slot = 0;
}

void wheel_remove(struct wheel *wheel, uint32_t id) {
  unlink_timer(wheel, id);
  pool_release(&wheel->timers, id);
}

static unsigned level_of(uint64_t current, uint64_t tick) {
  uint64_t differing = (current ^ tick) | (TIMER_SLOTS - 1);
  return (63U - (unsigned)__builtin_clzll(differing)) / DIGIT;
}

static void link_timer(struct wheel *wheel, uint32_t id) {
  struct timer *timer = timer_at(wheel, id);
  unsigned level = level_of(wheel->current, timer->tick);
  unsigned place = (unsigned)(timer->tick >> (DIGIT * level)) & (TIMER_SLOTS - 1);
  uint32_t slot = level * TIMER_SLOTS + place;
  timer->slot = (uint16_t)(slot + 1);
  wheel->occupied[level] |= UINT64_C(1) << place;
  uint32_t head = wheel->heads[slot];
  if (head == 0) {
    wheel->heads[slot] = timer->next = timer->previous = id;
    return;
  }
  uint32_t tail = timer_at(wheel, head)->previous;
  timer->next = head;
  timer->previous = tail;
  timer_at(wheel, tail)->next = id;
  timer_at(wheel, head)->previous = id;
}

void wheel_arm(struct wheel *wheel, uint32_t id, double deadline) {
  unlink_timer(wheel, id);
  if (isinf(deadline)) {
    return;
  }
  double rounded = ceil(deadline);
  uint64_t tick = rounded >= (double)LAST_TICK ? LAST_TICK : rounded > 0 ? (uint64_t)rounded : 0;
  timer_at(wheel, id)->tick = tick > wheel->current ? tick : wheel->current;
  link_timer(wheel, id);
}

/* The first occupied slot, and in *tick when it begins. False if no timer is armed. Lower levels
 * come first: a timer at level n differs from `current` above every digit of the levels below. */
static bool first_slot(const struct wheel *wheel, uint32_t *slot, uint64_t *tick) {
  for (unsigned level = 0; level < TIMER_LEVELS; level++) {
    if (wheel->occupied[level] != 0) {
      unsigned place = (unsigned)__builtin_ctzll(wheel->occupied[level]);
      unsigned shift = DIGIT * level;
      uint64_t block = ~((UINT64_C(1) << (shift + DIGIT)) - 1);
      *slot = level * TIMER_SLOTS + place;
      *tick = (wheel->current & block) | ((uint64_t)place << shift);
      return true;
    }
  }
  return false;
}

/* Moves the timers of a slot above level 0, whose time has begun, to the levels below: all of them,
 * or one left behind would stand above a level that is looked at first. */
static void spread(struct wheel *wheel, uint32_t slot) {
  while (wheel->heads[slot] != 0) {
    uint32_t id = wheel->heads[slot];
    unlink_timer(wheel, id);
    link_timer(wheel, id);
  }
}

uint32_t wheel_expire(struct wheel *wheel, double now) {
  uint64_t limit = now <= 0 ? 0 : now >= (double)LAST_TICK ? LAST_TICK : (uint64_t)now;
  uint32_t slot = 0;
  uint64_t tick = 0;
  while (first_slot(wheel, &slot, &tick) && tick <= limit) {
    if (tick > wheel->current) {
      wheel->current = tick;
    }
    if (slot < TIMER_SLOTS) {
      uint32_t id = wheel->heads[slot];
      unlink_timer(wheel, id);
      return timer_at(wheel, id)->owner;
    }
    spread(wheel, slot);
  }
  if (limit > wheel->current) {
    wheel->current = limit;
  }
  return 0;
}

double wheel_deadline(const struct wheel *wheel) {
  uint32_t slot = 0;
  uint64_t tick = 0;
  return first_slot(wheel, &slot, &tick) ? (double)tick : INFINITY;
}
