/* Storms: more changes than can be looked at one by one. */
#include "checks.h"

/* Bytes that no cache of a world needs, however much it is told of at once: its entries, observers
 * and mutations are few. */
static const size_t MOST_BYTES = 256 << 10;

void check_memory(struct world *w, struct client *c) {
  if (c->heap.bytes > MOST_BYTES) {
    violate(w, INVARIANT_STORM, "a cache takes %zu bytes", c->heap.bytes);
  }
}

/* Of each second, so many changes are looked at one by one, and no more. */
void check_folding(struct world *w, struct client *c) {
  tidemark_stats stats;
  tidemark_get_stats(c->cache, &stats);
  double applied = stats.changes - c->step.stats_before.changes;
  double folded = stats.messages_folded - c->step.stats_before.messages_folded;
  const struct folding *f = &c->folding;
  if (!c->frame_is_void && (applied != f->applied || folded != f->folded)) {
    violate(w, INVARIANT_STORM, "%.0f changes applied and %.0f folded, not %u and %u", applied,
            folded, f->applied, f->folded);
  }
}

void forget_spacing(struct client *c, uint32_t entry) {
  struct record *r = &c->records[entry];
  r->spaced_until = r->needed ? r->spaced_until : 0;
}

/* "Each active key refetches at most once per window" for changes, however many. */
void check_spacing(struct world *w, struct client *c, const tidemark_effect *effect) {
  struct record *r = &c->records[effect->entry];
  bool for_changes = r->by_change && !r->wanted_by_name && effect->flags == 0;
  if (for_changes && c->time < r->spaced_until - 0.001 && !c->step.reentered) {
    violate(w, INVARIANT_STORM, "%s (entry %u) is refetched %.0f ms too early", key_text(r->key),
            effect->entry, r->spaced_until - c->time);
  }
  r->spaced_at_most = c->time + w->climate.refetch_spacing;
  r->spaced_until = r->by_change ? r->spaced_at_most : r->spaced_until;
}
