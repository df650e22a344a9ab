/* Optimistic layers, against the plain lists of layers.c. */
#include "checks.h"

/* ---- 4 ----------------------------------------------------------------------------------------
 */

/* "After any settle order, the view is byte-identical to replaying base + remaining layers." */
void check_view(struct world *w, struct client *c, uint32_t entry) {
  const struct record *r = &c->records[entry];
  uint32_t *handles = NULL;
  int count = tidemark_layers(c->cache, entry, &handles);
  bool same = count == (int)r->layer_count;
  for (int i = 0; same && i < count; i++) {
    same = mutation_of(c, handles[i]) == r->layers[i];
  }
  if (!same) {
    violate(w, INVARIANT_VIEW, "%s (entry %u) has %d layers, not the %u that are left",
            key_text(r->key), entry, count, r->layer_count);
  } else if (r->view != layers_replay(c, r)) {
    violate(w, INVARIANT_VIEW, "%s (entry %u) shows a view of before", key_text(r->key), entry);
  }
}

/* On an entry that nobody looks at, what is done becomes part of the base at once. */
void check_folded(struct world *w, struct client *c, uint32_t entry, int64_t state) {
  const struct record *r = &c->records[entry];
  const struct mutation *lowest = r->layer_count > 0 ? &c->mutations[r->layers[0]] : NULL;
  bool done = lowest != NULL && lowest->settled != 0 && lowest->reported;
  if (done && is_idle(state) && !record_is_active(c, entry)) {
    violate(w, INVARIANT_VIEW, "%s (entry %u) is not looked at and keeps a layer that is done",
            key_text(r->key), entry);
  }
}

/* The first echo of what was acknowledged and has been asked for since is nothing new, as long as
 * no positions say otherwise. A second one may be of a server that did it twice. */
void check_echo(struct world *w, struct client *c, uint32_t mutation) {
  const struct mutation *m = &c->mutations[mutation];
  bool alone = !c->step.reentered && !c->folding.ended;
  for (uint32_t entry = 1; entry < RECORDS && alone; entry++) {
    const struct record *r = &c->records[entry];
    int64_t before = c->step.state_before[entry];
    bool had = r->used && (m->marked & 1ULL << entry) != 0 && before >= 0 && has_data(before) &&
               !is_marked(before) && r->base_asked >= m->settled && r->base_as_of.seq < 0;
    if (had && m->reported && !m->echoed && c->frame->kind == FRAME_CHANGE &&
        is_marked(state_of(c, entry))) {
      violate(w, INVARIANT_OLD_MESSAGE, "%s (entry %u) is to be refetched for an echo",
              key_text(r->key), entry);
    }
  }
}

/* Only the lowest layer folds, only once it is done, and only if no answer is to come. */
void check_fold(struct world *w, struct client *c, uint32_t entry, uint32_t mutation) {
  const struct record *r = &c->records[entry];
  bool lowest = r->layer_count > 0 && r->layers[0] == mutation;
  if (c->step.reentered) {
    return; /* what the page did at once may have taken the layer away */
  }
  if (!lowest || c->mutations[mutation].settled == 0) {
    violate(w, INVARIANT_VIEW, "%s (entry %u) folds a layer that is not its lowest or not done",
            key_text(r->key), entry);
  } else if (is_kept_up(c, entry) || r->fetch != 0) {
    violate(w, INVARIANT_VIEW, "%s (entry %u) folds although an answer is to come",
            key_text(r->key), entry);
  }
}
