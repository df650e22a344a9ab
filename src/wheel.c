#include "wheel.h"

#include <math.h>
#include <stdbool.h>

enum { DIGIT = 6 };
static const uint64_t LAST_TICK = (UINT64_C(1) << (DIGIT * TIMER_LEVELS)) - 1;

static struct timer *timer_at(const struct wheel *wheel, uint32_t id) {
  return pool_at_sized(&wheel->timers, id, sizeof(struct timer));
}

static uint64_t tick_of(const struct timer *timer) {
  return (uint64_t)timer->tick_high << 32 | timer->tick_low;
}

static void set_tick(struct timer *timer, uint64_t tick) {
  timer->tick_low = (uint32_t)tick;
  timer->tick_high = (uint16_t)(tick >> 32);
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

static void unlink_timer(struct wheel *wheel, struct timer *timer) {
  if (timer->slot == 0) {
    return;
  }
  uint32_t slot = timer->slot - 1U;
  uint32_t next = timer->next;
  uint32_t previous = timer->previous;
  timer->slot = 0;
  *(next == 0 ? &wheel->slots[slot].last : &timer_at(wheel, next)->previous) = previous;
  *(previous == 0 ? &wheel->slots[slot].first : &timer_at(wheel, previous)->next) = next;
  if (next == 0 && previous == 0) {
    wheel->occupied[slot / TIMER_SLOTS] &= ~(UINT64_C(1) << (slot % TIMER_SLOTS));
  }
}

void wheel_remove(struct wheel *wheel, uint32_t id) {
  unlink_timer(wheel, timer_at(wheel, id));
  pool_release(&wheel->timers, id);
}

static unsigned level_of(uint64_t current, uint64_t tick) {
  uint64_t differing = (current ^ tick) | (TIMER_SLOTS - 1);
  return (63U - (unsigned)__builtin_clzll(differing)) / DIGIT;
}

static void link_timer(struct wheel *wheel, struct timer *timer, uint32_t id, uint64_t tick) {
  unsigned level = level_of(wheel->current, tick);
  unsigned place = (unsigned)(tick >> (DIGIT * level)) & (TIMER_SLOTS - 1);
  uint32_t slot = level * TIMER_SLOTS + place;
  uint32_t last = wheel->slots[slot].last;
  set_tick(timer, tick);
  timer->slot = (uint16_t)(slot + 1);
  timer->next = 0;
  timer->previous = last;
  wheel->slots[slot].last = id;
  *(last == 0 ? &wheel->slots[slot].first : &timer_at(wheel, last)->next) = id;
  wheel->occupied[level] |= UINT64_C(1) << place;
}

void wheel_arm(struct wheel *wheel, uint32_t id, double deadline) {
  struct timer *timer = timer_at(wheel, id);
  unlink_timer(wheel, timer);
  if (isinf(deadline)) {
    return;
  }
  double rounded = ceil(deadline);
  uint64_t tick = rounded >= (double)LAST_TICK ? LAST_TICK : rounded > 0 ? (uint64_t)rounded : 0;
  link_timer(wheel, timer, id, tick > wheel->current ? tick : wheel->current);
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
  while (wheel->slots[slot].first != 0) {
    uint32_t id = wheel->slots[slot].first;
    struct timer *timer = timer_at(wheel, id);
    unlink_timer(wheel, timer);
    link_timer(wheel, timer, id, tick_of(timer));
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
      struct timer *timer = timer_at(wheel, wheel->slots[slot].first);
      unlink_timer(wheel, timer);
      return timer->owner;
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

bool wheel_is_armed(const struct wheel *wheel, uint32_t timer) {
  return timer_at(wheel, timer)->slot != 0;
}
