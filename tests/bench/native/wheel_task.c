/* Timers as ../contenders/timers.js has them: `size` armed, then as many cancelled. Compiled to
 * WebAssembly by itself, and into the native contender. */
#include "wheel_task.h"

#include <math.h>
#include <stdlib.h>

#include "wheel.h"

enum { CANCEL_STRIDE = 7919, DELAY_STRIDE = 7919, LONGEST_DELAY = 599999 };

static struct memory memory;
static struct wheel wheel;
static uint32_t timers;
static double *delays;

static void *allocate(void *context, size_t size) {
  (void)context;
  return malloc(size);
}

static void release(void *context, void *block, size_t size) {
  (void)context;
  (void)size;
  free(block);
}

void wheel_setup(uint32_t size) {
  memory = (struct memory){.allocator = {.allocate = allocate, .release = release}};
  timers = size;
  delays = malloc(size * sizeof *delays);
  wheel_init(&wheel, &memory);
  if (delays == NULL || wheel_reserve(&wheel, size) < 0) {
    __builtin_trap();
  }
  for (uint32_t i = 0; i < size; i++) {
    delays[i] = (double)(1 + (uint64_t)i * DELAY_STRIDE % LONGEST_DELAY);
    wheel_add(&wheel, 1);
  }
}

double wheel_run(uint32_t count) {
  for (uint32_t round = 0; round < count; round++) {
    for (uint32_t i = 0; i < timers; i++) {
      wheel_arm(&wheel, i + 1, delays[i]);
    }
    for (uint32_t i = 0; i < timers; i++) {
      wheel_arm(&wheel, 1 + i * CANCEL_STRIDE % timers, INFINITY);
    }
  }
  return (double)count * timers;
}
