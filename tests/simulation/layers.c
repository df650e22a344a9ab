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

void layers_add(struct client *c, uint32_t entry, uint32_t mutation) {
  struct record *r = &c->records[entry];
  for (uint32_t i = 0; i < r->layer_count; i++) {
    if (r->layers[i] == mutation) {
      return;
    }
  }
  r->layers[r->layer_count++] = (uint8_t)mutation;
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

void layers_landed(struct client *c, uint32_t entry, uint64_t asked) {
  struct record *r = &c->records[entry];
  uint32_t kept = 0;
  for (uint32_t i = 0; i < r->layer_count; i++) {
    const struct mutation *m = &c->mutations[r->layers[i]];
    if (m->settled == 0 || m->settled > asked) {
      r->layers[kept++] = r->layers[i];
    }
  }
  r->layer_count = kept;
}

static bool has_layer(const struct client *c, uint32_t entry, uint32_t mutation) {
  uint32_t *handles = NULL;
  int count = tidemark_layers(c->cache, entry, &handles);
  for (int i = 0; i < count; i++) {
    if (mutation_of(c, handles[i]) == mutation) {
      return true;
    }
  }
  return false;
}

void layers_held(struct client *c, uint32_t entry, uint32_t commit) {
  const struct record *r = &c->records[entry];
  for (uint32_t i = r->layer_count; i > 0; i--) {
    uint32_t mutation = r->layers[i - 1];
    const struct mutation *m = &c->mutations[mutation];
    bool held = m->settled != 0 && m->commit != 0 && m->commit <= commit;
    if (held && !has_layer(c, entry, mutation)) {
      layers_remove(c, entry, mutation);
    }
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
