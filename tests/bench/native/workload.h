/* What ../workload.js draws, drawn in C: the same keys, filters, messages and timers. */
#ifndef TIDEMARK_BENCH_WORKLOAD_H
#define TIDEMARK_BENCH_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

enum { WORKLOAD_KEY_BYTES = 128, WORKLOAD_TEXT_BYTES = 512 };

struct workload_key {
  uint8_t bytes[WORKLOAD_KEY_BYTES];
  size_t length;
};

/* ['tasks', 'list', i / 100, 't-<i>'] */
struct workload_key workload_task(uint32_t i);
/* ['tasks', 'list', {project: i / 100, page: i % 100, order: 'due'}] */
struct workload_key workload_object(uint32_t i);
/* ['tasks', 'list', i / 100] */
struct workload_key workload_group(uint32_t i);

extern const char WORKLOAD_RULES[];
extern const char WORKLOAD_HELLO[];
extern const char WORKLOAD_SUBSCRIBED[];
/* Writes a frame about task i and returns its length. */
size_t workload_message(uint32_t i, uint64_t seq, char out[WORKLOAD_TEXT_BYTES]);

/* How many different keys are asked for, and the n-th of them; they come over and over. */
uint32_t workload_sample_count(uint32_t size);
uint32_t workload_sample(uint32_t size, uint64_t n);

#endif
