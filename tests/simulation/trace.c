#include "trace.h"

#include <stdarg.h>
#include <stdio.h>

#include "world.h"

void trace_say(struct world *w, uint32_t client, const char *format, ...) {
  struct trace *t = &w->trace;
  if (t->capacity - t->length < 512) {
    return;
  }
  char *at = t->text + t->length;
  int length = snprintf(at, 64, "%9.3f %s  ", w->time / 1000,
                        client == NOBODY ? "-"
                        : client == 0    ? "A"
                                         : "B");
  va_list arguments;
  va_start(arguments, format);
  length += vsnprintf(at + length, 400, format, arguments);
  va_end(arguments);
  length = length > 480 ? 480 : length;
  at[length] = '\n';
  at[length + 1] = '\0';
  t->length += (uint32_t)length + 1;
}

const char *event_name(uint32_t type) {
  static const char *const NAMES[] = {"",
                                      "BUILD",
                                      "OBSERVE",
                                      "SET_OBSERVER",
                                      "UNOBSERVE",
                                      "FETCH",
                                      "FETCH_SUCCEEDED",
                                      "FETCH_FAILED",
                                      "SET_DATA",
                                      "SET_TAGS",
                                      "SET_SCOPES",
                                      "INVALIDATE",
                                      "REFETCH",
                                      "CANCEL",
                                      "REMOVE",
                                      "RESET",
                                      "RULES",
                                      "CHANGE",
                                      "MUTATION_BEGIN",
                                      "MUTATION_LAYER",
                                      "MUTATION_ACKNOWLEDGED",
                                      "MUTATION_FAILED",
                                      "FLUSH",
                                      "TICK",
                                      "ONLINE",
                                      "VISIBLE",
                                      "FORGET",
                                      "SCOPES",
                                      "CONNECT",
                                      "DISCONNECT",
                                      "TICKET_READY",
                                      "TICKET_FAILED",
                                      "SOCKET_OPENED",
                                      "SOCKET_TEXT",
                                      "SOCKET_CLOSED"};
  _Static_assert(sizeof NAMES / sizeof NAMES[0] == TIDEMARK_EVENT_END, "a name for each event");
  return type < TIDEMARK_EVENT_END ? NAMES[type] : "?";
}

const char *effect_name(uint32_t type) {
  static const char *const NAMES[] = {"",      "SETTLE", "CLEAR",  "FOLD",   "REPLAY",
                                      "FETCH", "NOTIFY", "DROP",   "TICKET", "OPEN",
                                      "SEND",  "CLOSE",  "STATUS", "WARN"};
  return type <= TIDEMARK_EFFECT_WARN ? NAMES[type] : "?";
}
