/*
 * One timer for everything: a hierarchical wheel of 8 levels with 64 slots each, in ticks of 1 ms.
 *
 *      level 0   one slot a millisecond         the next 64 ms
 *      level 1   one slot per 64 ms             the next 4 s
 *      level n   one slot per 64^n ms           … level 7: 8,900 years
 *
 * A timer stands at the level of the highest digit (base 64) in which its deadline differs from the
 * current tick; reaching a slot above level 0 spreads its timers over the levels below. Arming and
 * disarming cost a few instructions and no memory; a timer never fires early.
 */
#ifndef TIDEMARK_WHEEL_H
#define TIDEMARK_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

enum { TIMER_LEVELS = 8, TIMER_SLOTS = 64 };

struct timer {
  uint32_t owner;          /* the caller's: what wheel_expire returns */
  uint32_t next, previous; /* in its slot; 0: none */
  uint32_t tick_low;       /* a tick has 48 bits, of which these are the low ones */
  uint16_t tick_high;
  uint16_t slot; /* 1 + level * TIMER_SLOTS + slot; 0: not armed */
};

struct wheel {
  struct memory *memory;
  struct pool timers;
  uint64_t current;                /* every tick before it has been served */
  uint64_t occupied[TIMER_LEVELS]; /* a bit per slot */
  struct {
    uint32_t first, last; /* 0: none */
  } slots[TIMER_LEVELS * TIMER_SLOTS];
};

void wheel_init(struct wheel *wheel, struct memory *memory);
void wheel_destroy(struct wheel *wheel);
/* Gives memory back if only the first timer that was added is left. */
void wheel_trim(struct wheel *wheel);
/* Room for that many more timers. 0 or TIDEMARK_ERROR_MEMORY. */
int wheel_reserve(struct wheel *wheel, uint32_t extra);
/* A disarmed timer; room must have been reserved. */
uint32_t wheel_add(struct wheel *wheel, uint32_t owner);
void wheel_remove(struct wheel *wheel, uint32_t timer);
/* Deadline in ms, from wheel creation; INFINITY disarms. Arming an armed timer moves it. */
void wheel_arm(struct wheel *wheel, uint32_t timer, double deadline);
/* Disarms one timer that is due at `now` and returns its owner, or 0 if none is due: in the order
 * of deadlines, and of arming within one tick. */
uint32_t wheel_expire(struct wheel *wheel, double now);
/* ms at which there is something to do, perhaps only moving timers closer; INFINITY for nothing. */
/* Whether it is to go off. */
bool wheel_is_armed(const struct wheel *wheel, uint32_t timer);
double wheel_deadline(const struct wheel *wheel);

#endif
