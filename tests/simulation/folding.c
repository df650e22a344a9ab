/* Storms, counted naively: of each second, so many changes one by one, the others as "anything". */
#include <math.h>

#include "client.h"

enum folding_verdict folding_take(struct folding *f, uint32_t limit, double time, uint32_t commit) {
  if (time >= f->end) {
    f->end = time + 1000;
    f->count = 0;
  }
  f->count++;
  if (f->count <= limit) {
    f->applied++;
    return FOLDING_APPLIED;
  }
  f->folded++;
  if (f->count == limit + 1) {
    return FOLDING_BEGUN;
  }
  f->commit = commit > f->commit ? commit : f->commit;
  return FOLDING_FOLDED;
}

uint32_t folding_end(struct folding *f, double time) {
  uint32_t commit = time >= f->end ? f->commit : 0;
  f->commit = commit > 0 ? 0 : f->commit;
  return commit;
}
