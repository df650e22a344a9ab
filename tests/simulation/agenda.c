#include "agenda.h"

void agenda_clear(struct agenda *agenda) {
  agenda->added = 0;
  agenda->count = 0;
  agenda->overflow = false;
}

static bool is_before(const struct plan *a, const struct plan *b) {
  return a->time < b->time || (a->time == b->time && a->order < b->order);
}

void agenda_add(struct agenda *agenda, double time, action *act, uint32_t a, uint32_t b) {
  if (agenda->count == AGENDA_PLANS) {
    agenda->overflow = true;
    return;
  }
  struct plan plan = {.time = time, .order = agenda->added++, .act = act, .a = a, .b = b};
  uint32_t at = agenda->count++;
  while (at > 0 && is_before(&plan, &agenda->plans[(at - 1) / 2])) {
    agenda->plans[at] = agenda->plans[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  agenda->plans[at] = plan;
}

bool agenda_next(struct agenda *agenda, double end, struct plan *plan) {
  if (agenda->count == 0 || agenda->plans[0].time > end) {
    return false;
  }
  *plan = agenda->plans[0];
  struct plan last = agenda->plans[--agenda->count];
  uint32_t at = 0;
  for (uint32_t child = 1; child < agenda->count; child = 2 * at + 1) {
    if (child + 1 < agenda->count && is_before(&agenda->plans[child + 1], &agenda->plans[child])) {
      child++;
    }
    if (!is_before(&agenda->plans[child], &last)) {
      break;
    }
    agenda->plans[at] = agenda->plans[child];
    at = child;
  }
  agenda->plans[at] = last;
  return true;
}
