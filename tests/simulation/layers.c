/* Invariant 4's naive model: layers as plain lists, views by replaying them from scratch. */
#include <stddef.h>

#include "client.h"
#include "random.h"

uint64_t layer_apply(uint64_t value, const struct mutation *m) {
  return mix(value * 3 + m->serial) | 1;
}

uint64_t layers_replay(const struct client *c, const struct record *r) {
  uint64_t view = r->has_base ? r->base : 0;
  for (uint32_t i = 0; i < r->layer_count; i++) {
    view = layer_apply(view, &c->mutations[r->layers[i]]);
  }
  return view;
}

bool layers_has(const struct client *c, uint32_t entry, uint32_t mutation) {
  const struct record *r = &c->records[entry];
  for (uint32_t i = 0; i < r->layer_count; i++) {
    if (r->layers[i] == mutation) {
      return true;
    }
  }
  return false;
}

void layers_add(struct client *c, uint32_t entry, uint32_t mutation) {
  struct record *r = &c->records[entry];
  if (!layers_has(c, entry, mutation)) {
    r->layers[r->layer_count++] = (uint8_t)mutation;
  }
}

void layers_remove(struct client *c, uint32_t entry, uint32_t mutation) {
  struct record *r = &c->records[entry];
  uint32_t kept = 0;
  for (uint32_t i = 0; i < r->layer_count; i++) {
    if (r->layers[i] != mutation) {
      r->layers[kept++] = r->layers[i];
    }
  }
  r->layer_count = kept;
}

void layers_remove_everywhere(struct client *c, uint32_t mutation) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    layers_remove(c, entry, mutation);
  }
}

static bool holds(const struct client *c, const struct mutation *m, uint64_t asked,
                  struct position as_of) {
  if (m->echo.seq < 0 || m->echo.epoch != c->epoch || as_of.seq < 0) {
    return asked >= m->settled;
  }
  return as_of.epoch == m->echo.epoch && as_of.seq >= m->echo.seq;
}

void layers_landed(struct client *c, uint32_t entry, uint64_t asked, struct position as_of) {
  struct record *r = &c->records[entry];
  uint32_t kept = 0;
  for (uint32_t i = 0; i < r->layer_count; i++) {
    const struct mutation *m = &c->mutations[r->layers[i]];
    if (m->settled == 0 || !holds(c, m, asked, as_of)) {
      r->layers[kept++] = r->layers[i];
    }
  }
  r->layer_count = kept;
}

void layers_settled(struct client *c, uint32_t mutation) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    const struct record *r = &c->records[entry];
    if (r->has_base && holds(c, &c->mutations[mutation], r->base_asked, r->base_as_of)) {
      layers_remove(c, entry, mutation);
    }
  }
}

void layers_marked(struct client *c, uint32_t mutation) {
  for (uint32_t entry = 1; entry < RECORDS; entry++) {
    const struct record *r = &c->records[entry];
    for (uint32_t i = 0; r->used && i < r->layer_count; i++) {
      c->mutations[mutation].marked |= r->layers[i] == mutation ? 1ULL << entry : 0;
    }
  }
}

void layers_forget_marks(struct client *c, uint32_t entry) {
  for (uint32_t i = 0; i < c->mutation_count; i++) {
    c->mutations[i].marked &= ~(1ULL << entry);
  }
}

uint32_t mutation_of(const struct client *c, uint32_t handle) {
  for (uint32_t i = c->mutation_count; i > 0; i--) {
    if (c->mutations[i - 1].handle == handle && c->mutations[i - 1].began) {
      return i - 1;
    }
  }
  return MUTATIONS;
}
