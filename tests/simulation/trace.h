/*
 * What happened in a world: always as a hash over every step, its time, its effects and the views
 * they make, and, when somebody wants to read it, as text.
 */
#ifndef SIMULATION_TRACE_H
#define SIMULATION_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "random.h"

struct world;

struct trace {
  uint64_t hash;
  char *text; /* NULL: nobody reads it */
  uint32_t length, capacity;
};

static inline void trace_add(struct trace *trace, uint64_t word) {
  trace->hash = mix(trace->hash ^ word) + 0x9e3779b97f4a7c15U;
}
static inline void trace_add_number(struct trace *trace, double number) {
  uint64_t bits = 0;
  memcpy(&bits, &number, sizeof bits);
  trace_add(trace, bits);
}
static inline bool trace_is_read(const struct trace *trace) {
  return trace->text != NULL;
}

enum { NOBODY = 99 };
/* One line of text, said by or about that client; NOBODY for the server and the network. */
__attribute__((format(printf, 3, 4))) void trace_say(struct world *w, uint32_t client,
                                                     const char *format, ...);
/* Spares the work of composing what nobody reads. */
#define SAY(w, client, ...)                                                                        \
  do {                                                                                             \
    if (trace_is_read(&(w)->trace)) {                                                              \
      trace_say(w, client, __VA_ARGS__);                                                           \
    }                                                                                              \
  } while (0)

const char *event_name(uint32_t type);
const char *effect_name(uint32_t type);

#endif
