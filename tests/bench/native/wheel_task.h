#ifndef TIDEMARK_BENCH_WHEEL_H
#define TIDEMARK_BENCH_WHEEL_H

#include <stdint.h>

void wheel_setup(uint32_t size);
/* Arms and cancels every timer, `count` times over. Returns how many that were. */
double wheel_run(uint32_t count);

#endif
