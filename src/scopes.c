#include "scopes.h"

#include <string.h>

enum { HEADER_BYTES = 3 /* the tag of a string and its u16 length */ };

/* ---- Lists --------------------------------------------------------------------------------- */

struct name {
  const uint8_t *text;
  size_t length;
};

static size_t text_length(const uint8_t *at) {
  return (size_t)at[1] | (size_t)at[2] << 8;
}

int scopes_check(const uint8_t *list, size_t length) {
  size_t at = 0;
  while (at < length) {
    size_t rest = length - at;
    if (rest < HEADER_BYTES || list[at] != TIDEMARK_KEY_STRING ||
        text_length(list + at) > rest - HEADER_BYTES) {
      return TIDEMARK_ERROR_KEY;
    }
    at += HEADER_BYTES + text_length(list + at);
  }
  return TIDEMARK_OK;
}

/* The name at *at, which moves behind it. False at the end of the list. */
static bool next_name(const struct scope_list *list, size_t *at, struct name *name) {
  if (*at == list->length) {
    return false;
  }
  *name = (struct name){list->bytes + *at + HEADER_BYTES, text_length(list->bytes + *at)};
  *at += HEADER_BYTES + name->length;
  return true;
}

static bool is_same(struct name a, struct name b) {
  return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static bool holds(const struct scope_list *list, struct name wanted) {
  struct name name;
  size_t at = 0;
  while (next_name(list, &at, &name)) {
    if (is_same(name, wanted)) {
      return true;
    }
  }
  return false;
}

static struct name named(const char *text) {
  return (struct name){(const uint8_t *)text, strlen(text)};
}

/* A copy; its bytes are NULL if out of memory. */
static struct scope_list copy_list(struct scopes *scopes, const uint8_t *bytes, size_t length) {
  uint8_t *copy = memory_allocate(scopes->memory, length, 1);
  if (copy != NULL) {
    memcpy(copy, bytes, length);
  }
  return (struct scope_list){copy, length};
}

static void release_list(struct scopes *scopes, struct scope_list *list) {
  memory_release(scopes->memory, list->bytes, list->length, 1);
  *list = (struct scope_list){0};
}

/* ---- Life ---------------------------------------------------------------------------------- */

static struct scope_set *set_at(const struct scopes *scopes, uint32_t id) {
  return pool_at(&scopes->sets, id);
}

void scopes_init(struct scopes *scopes, struct memory *memory, struct hash_seed seed) {
  *scopes = (struct scopes){.memory = memory, .seed = seed};
  pool_init(&scopes->sets, sizeof(struct scope_set));
}

static void release_channel(struct scopes *scopes) {
  release_list(scopes, &scopes->channel);
  memory_release(scopes->memory, scopes->states, scopes->count, 1);
  scopes->states = NULL;
  scopes->count = 0;
}

void scopes_destroy(struct scopes *scopes) {
  for (uint32_t id = 1; id < scopes->sets.end; id++) {
    struct scope_set *set = pool_get(&scopes->sets, id);
    if (set != NULL) {
      release_list(scopes, &set->names);
    }
  }
  pool_destroy(&scopes->sets, scopes->memory);
  table_destroy(&scopes->by_hash, scopes->memory);
  release_channel(scopes);
}

void scopes_trim(struct scopes *scopes) {
  table_trim(&scopes->by_hash, scopes->memory);
  pool_trim(&scopes->sets, scopes->memory, 0);
}

/* ---- States -------------------------------------------------------------------------------- */

/* Of one name; ABSENT if the channel does not have it. */
static uint8_t *state_of(const struct scopes *scopes, struct name wanted) {
  struct name name;
  size_t at = 0;
  for (uint32_t i = 0; next_name(&scopes->channel, &at, &name); i++) {
    if (is_same(name, wanted)) {
      return &scopes->states[i];
    }
  }
  return NULL;
}

static void update_set(const struct scopes *scopes, struct scope_set *set) {
  struct name name;
  size_t at = 0;
  set->state = SCOPE_LIVE;
  while (next_name(&set->names, &at, &name)) {
    const uint8_t *state = state_of(scopes, name);
    uint8_t least = state == NULL ? (uint8_t)SCOPE_ABSENT : *state;
    set->state = least < set->state ? least : set->state;
  }
}

static void update_sets(struct scopes *scopes) {
  for (uint32_t id = 1; id < scopes->sets.end; id++) {
    struct scope_set *set = pool_get(&scopes->sets, id);
    if (set != NULL) {
      update_set(scopes, set);
    }
  }
}

/* ---- The channel's ------------------------------------------------------------------------- */

static uint32_t count_names(const uint8_t *bytes, size_t length) {
  uint32_t count = 0;
  for (size_t at = 0; at < length; at += HEADER_BYTES + text_length(bytes + at)) {
    count++;
  }
  return count;
}

bool scopes_are(const struct scopes *scopes, const uint8_t *bytes, size_t length) {
  return scopes->channel.length == length &&
         (length == 0 || memcmp(scopes->channel.bytes, bytes, length) == 0);
}

int scopes_set_channel(struct scopes *scopes, const uint8_t *bytes, size_t length) {
  uint32_t count = count_names(bytes, length);
  struct scope_list list = {0};
  uint8_t *states = NULL;
  if (count > 0) {
    list = copy_list(scopes, bytes, length);
    states = memory_allocate(scopes->memory, count, 1);
    if (list.bytes == NULL || states == NULL) {
      memory_release(scopes->memory, list.bytes, list.length, 1);
      memory_release(scopes->memory, states, count, 1);
      return TIDEMARK_ERROR_MEMORY;
    }
  }
  struct name name;
  size_t at = 0;
  for (uint32_t i = 0; next_name(&list, &at, &name); i++) {
    const uint8_t *before = state_of(scopes, name);
    states[i] = before == NULL ? (uint8_t)SCOPE_ADDED : *before;
  }
  release_channel(scopes);
  scopes->channel = list;
  scopes->states = states;
  scopes->count = count;
  update_sets(scopes);
  return TIDEMARK_OK;
}

void scopes_asked(struct scopes *scopes) {
  for (uint32_t i = 0; i < scopes->count; i++) {
    scopes->states[i] = scopes->states[i] == SCOPE_ABSENT ? SCOPE_ADDED : scopes->states[i];
  }
  update_sets(scopes);
}

void scopes_refuse(struct scopes *scopes, const char *name) {
  uint8_t *state = state_of(scopes, named(name));
  if (state != NULL) {
    *state = SCOPE_ABSENT;
    update_sets(scopes);
  }
}

void scopes_answered(struct scopes *scopes) {
  for (uint32_t i = 0; i < scopes->count; i++) {
    scopes->states[i] = scopes->states[i] == SCOPE_ADDED ? SCOPE_LIVE : scopes->states[i];
  }
  update_sets(scopes);
}

bool scopes_are_adding(const struct scopes *scopes) {
  return scopes->count > 0 && memchr(scopes->states, SCOPE_ADDED, scopes->count) != NULL;
}

/* ---- Entries' ------------------------------------------------------------------------------ */

static uint32_t find_set(const struct scopes *scopes, uint32_t hash, const uint8_t *bytes,
                         size_t length) {
  uint32_t at = 0;
  for (uint32_t id = table_first(&scopes->by_hash, hash, &at); id != 0;
       id = table_next(&scopes->by_hash, hash, &at)) {
    const struct scope_list *names = &set_at(scopes, id)->names;
    if (names->length == length && memcmp(names->bytes, bytes, length) == 0) {
      return id;
    }
  }
  return 0;
}

static uint32_t make_set(struct scopes *scopes, uint32_t hash, const uint8_t *bytes,
                         size_t length) {
  if (pool_reserve(&scopes->sets, scopes->memory, 1) < 0 ||
      table_reserve(&scopes->by_hash, scopes->memory, 1) < 0) {
    return 0;
  }
  struct scope_list names = copy_list(scopes, bytes, length);
  if (names.bytes == NULL) {
    return 0;
  }
  uint32_t id = pool_take(&scopes->sets);
  struct scope_set *set = set_at(scopes, id);
  set->hash = hash;
  set->names = names;
  update_set(scopes, set);
  table_insert(&scopes->by_hash, hash, id);
  return id;
}

uint32_t scopes_take(struct scopes *scopes, const uint8_t *bytes, size_t length, int *result) {
  *result = TIDEMARK_OK;
  if (length == 0) {
    return 0;
  }
  uint32_t hash = hash_bytes(scopes->seed, bytes, length);
  uint32_t id = find_set(scopes, hash, bytes, length);
  id = id != 0 ? id : make_set(scopes, hash, bytes, length);
  if (id == 0) {
    *result = TIDEMARK_ERROR_MEMORY;
    return 0;
  }
  set_at(scopes, id)->users++;
  return id;
}

void scopes_release(struct scopes *scopes, uint32_t id) {
  if (id == 0) {
    return;
  }
  struct scope_set *set = set_at(scopes, id);
  set->users--;
  if (set->users == 0) {
    table_remove(&scopes->by_hash, set->hash, id);
    release_list(scopes, &set->names);
    pool_release(&scopes->sets, id);
  }
}

enum scope_state scopes_state(const struct scopes *scopes, uint32_t set) {
  return (enum scope_state)set_at(scopes, set)->state;
}

/* ---- Whom something concerns --------------------------------------------------------------- */

void scopes_concern_nobody(struct scopes *scopes) {
  for (uint32_t id = 1; id < scopes->sets.end; id++) {
    set_at(scopes, id)->concerned = false;
  }
}

static void concern(struct scopes *scopes, struct name name) {
  for (uint32_t id = 1; id < scopes->sets.end; id++) {
    struct scope_set *set = pool_get(&scopes->sets, id);
    if (set != NULL && holds(&set->names, name)) {
      set->concerned = true;
    }
  }
}

void scopes_concern(struct scopes *scopes, const char *name) {
  concern(scopes, named(name));
}

void scopes_concern_added(struct scopes *scopes) {
  struct name name;
  size_t at = 0;
  for (uint32_t i = 0; next_name(&scopes->channel, &at, &name); i++) {
    if (scopes->states[i] == SCOPE_ADDED) {
      concern(scopes, name);
    }
  }
}

bool scopes_is_concerned(const struct scopes *scopes, uint32_t set) {
  return set == 0 || set_at(scopes, set)->concerned;
}
