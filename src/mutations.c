#include "mutations.h"

void mutations_init(struct mutations *m, struct memory *memory) {
  *m = (struct mutations){.memory = memory};
  pool_init(&m->mutations, sizeof(struct mutation));
  pool_init(&m->layers, sizeof(struct layer));
}

void mutations_destroy(struct mutations *m) {
  pool_destroy(&m->mutations, m->memory);
  pool_destroy(&m->layers, m->memory);
}

void mutations_trim(struct mutations *m) {
  pool_trim(&m->mutations, m->memory, 0);
  pool_trim(&m->layers, m->memory, 0);
}

uint32_t mutations_begin(struct mutations *m, uint32_t serial) {
  if (pool_reserve(&m->mutations, m->memory, 1) < 0) {
    return 0;
  }
  uint32_t id = pool_take(&m->mutations);
  mutation_at(m, id)->serial = serial;
  mutation_at(m, id)->seq = -1;
  return id;
}

int mutations_add_layer(struct mutations *m, uint32_t mutation, uint32_t entry,
                        uint32_t *first_layer) {
  if (pool_reserve(&m->layers, m->memory, 1) < 0) {
    return TIDEMARK_ERROR_MEMORY;
  }
  uint32_t id = pool_take(&m->layers);
  struct layer *layer = layer_at(m, id);
  layer->entry = entry;
  layer->mutation = mutation;
  layer->next_of_mutation = mutation_at(m, mutation)->first_layer;
  mutation_at(m, mutation)->first_layer = id;
  uint32_t *link = first_layer;
  while (*link != 0) {
    link = &layer_at(m, *link)->above;
  }
  *link = id;
  return TIDEMARK_OK;
}

bool mutations_has_layer(const struct mutations *m, uint32_t mutation, uint32_t entry) {
  uint32_t id = mutation_at(m, mutation)->first_layer;
  while (id != 0 && layer_at(m, id)->entry != entry) {
    id = layer_at(m, id)->next_of_mutation;
  }
  return id != 0;
}

void mutations_settle(struct mutations *m, uint32_t id, uint64_t ordinal, bool by_echo) {
  struct mutation *mutation = mutation_at(m, id);
  if (mutation->settled != 0) {
    return;
  }
  mutation->settled = ordinal;
  m->recent[m->next_recent] =
      (struct recent_mutation){.serial = mutation->serial, .echoed = by_echo, .settled = ordinal};
  m->next_recent = (m->next_recent + 1) % MUTATION_RECENT;
}

uint64_t mutations_settled(struct mutations *m, uint32_t serial, bool is_echo) {
  for (uint32_t i = 0; i < MUTATION_RECENT; i++) {
    struct recent_mutation *recent = &m->recent[i];
    if (recent->serial == serial) {
      bool second = is_echo && recent->echoed;
      recent->echoed = recent->echoed || is_echo;
      return second ? 0 : recent->settled;
    }
  }
  return 0;
}

void mutations_new_epoch(struct mutations *m) {
  for (uint32_t id = 1; id < m->mutations.end; id++) {
    struct mutation *mutation = pool_get(&m->mutations, id);
    if (mutation != NULL) {
      mutation->seq = -1;
    }
  }
}

static bool is_over(const struct mutation *mutation) {
  return mutation->reported && mutation->first_layer == 0;
}

uint32_t mutations_find(const struct mutations *m, uint32_t serial) {
  for (uint32_t id = 1; id < m->mutations.end; id++) {
    const struct mutation *mutation = pool_get(&m->mutations, id);
    if (mutation != NULL && !is_over(mutation) && mutation->serial == serial) {
      return id;
    }
  }
  return 0;
}

static void free_if_done(struct mutations *m, uint32_t id) {
  struct mutation *mutation = mutation_at(m, id);
  if (is_over(mutation)) {
    mutation->next_done = m->done;
    m->done = id;
  }
}

void mutations_release_done(struct mutations *m) {
  while (m->done != 0) {
    uint32_t id = m->done;
    m->done = mutation_at(m, id)->next_done;
    pool_release(&m->mutations, id);
  }
}

void mutations_report(struct mutations *m, uint32_t id) {
  mutation_at(m, id)->reported = true;
  free_if_done(m, id);
}

void mutations_remove_layer(struct mutations *m, uint32_t id, uint32_t *first_layer) {
  uint32_t *link = first_layer;
  while (*link != id) {
    link = &layer_at(m, *link)->above;
  }
  *link = layer_at(m, id)->above;
  uint32_t mutation = layer_at(m, id)->mutation;
  link = &mutation_at(m, mutation)->first_layer;
  while (*link != id) {
    link = &layer_at(m, *link)->next_of_mutation;
  }
  *link = layer_at(m, id)->next_of_mutation;
  pool_release(&m->layers, id);
  free_if_done(m, mutation);
}
