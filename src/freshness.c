#include "freshness.h"

#include "planted.h"

void freshness_init(struct freshness *f, double seq) {
  *f = (struct freshness){.changed_seq = seq, .as_of = POSITION_UNKNOWN};
}

static bool is_known(double position) {
  return position > POSITION_UNKNOWN;
}

bool freshness_mark(struct freshness *f, uint64_t ordinal, double seq) {
  if (seq > f->changed_seq) {
    f->changed_seq = seq; /* also if the answer holds it: a later one may be older */
  }
  if (is_known(seq) && is_known(f->as_of) && f->as_of >= seq) {
    return false;
  }
  if (PLANTED(CHANGE_DURING_FIRST_FETCH_LOST) && f->asked == 0) {
    return false;
  }
  f->changed = ordinal;
  if (!is_known(seq)) {
    f->unplaced = ordinal;
  }
  return true;
}

bool freshness_land(struct freshness *f, uint64_t asked, double as_of) {
  bool older = asked < f->asked || (is_known(as_of) && is_known(f->as_of) && as_of < f->as_of);
  if (older && !PLANTED(OLDER_ANSWER_SHOWN)) {
    return false;
  }
  f->asked = asked;
  f->as_of = as_of;
  return true;
}

void freshness_new_epoch(struct freshness *f) {
  uint64_t marked = f->asked > f->changed ? f->asked : f->changed;
  f->unplaced = freshness_is_marked(f) ? marked : f->changed;
  f->changed_seq = POSITION_UNKNOWN;
  f->as_of = POSITION_UNKNOWN;
}

static bool lacks_position(const struct freshness *f) {
  return is_known(f->as_of) && f->as_of < f->changed_seq;
}

bool freshness_is_behind(const struct freshness *f) {
  return f->asked > f->changed && (f->as_of == POSITION_FOREIGN || lacks_position(f));
}

bool freshness_is_marked(const struct freshness *f) {
  if (f->asked == 0 && !PLANTED(CHANGE_BEFORE_ANSWER_FORGOTTEN)) {
    return f->changed > 0; /* no answer was there that a position could speak for */
  }
  if (f->asked <= f->unplaced) {
    return f->unplaced > 0;
  }
  if (f->as_of == POSITION_FOREIGN) {
    return true; /* it says so itself: it is of another history */
  }
  if (is_known(f->as_of) && is_known(f->changed_seq)) {
    return lacks_position(f);
  }
  return f->asked <= f->changed;
}
