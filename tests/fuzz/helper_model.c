#include "helper_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_init(struct model *m, uint32_t changes_per_second) {
  *m = (struct model){.drain_capacity = 8, .traced = getenv("FUZZ_TRACE") != NULL};
  tidemark_limits limits = {.entries = MODEL_LIMIT,
                            .key_bytes = 48,
                            .layers_per_entry = 4,
                            .rules = 4,
                            .concurrent_refetches = 2,
                            .changes_per_second = changes_per_second,
                            .message_bytes = MODEL_MESSAGE_BYTES};
  m->cache = fuzz_cache(&m->heap, &limits);
}

void model_destroy(struct model *m) {
  fuzz_destroy(&m->heap, m->cache);
}

/* ---- What an event that is refused must leave as it was ---------------------------------------
 */

struct snapshot {
  int64_t states[MODEL_HANDLES];
  tidemark_stats stats;
  double seq;
  enum tidemark_stream_status status;
  double deadline;
};

static struct snapshot look(const struct model *m) {
  struct snapshot s = {.status = tidemark_stream_state(m->cache),
                       .deadline = tidemark_next_deadline(m->cache)};
  for (uint32_t id = 0; id < MODEL_HANDLES; id++) {
    s.states[id] = tidemark_state(m->cache, id);
  }
  tidemark_get_stats(m->cache, &s.stats);
  s.stats.memory = 0; /* room that was made stays */
  const char *epoch = NULL;
  size_t length = 0;
  s.seq = tidemark_stream_position(m->cache, &epoch, &length);
  return s;
}

static void check_same(const struct snapshot *a, const struct snapshot *b) {
  CHECK(memcmp(a->states, b->states, sizeof a->states) == 0);
  CHECK(memcmp(&a->stats, &b->stats, sizeof a->stats) == 0);
  CHECK(a->seq == b->seq && a->status == b->status && a->deadline == b->deadline);
}

/* ---- Effects -----------------------------------------------------------------------------------
 */

static void check_settle(struct model *m, const tidemark_effect *effect) {
  struct model_entry *e = &m->entries[effect->entry];
  CHECK(effect->id == e->fetch); /* 0: it was wanted, but never started */
  CHECK(effect->flags <= TIDEMARK_OUTCOME_CANCELLED_ERROR);
  e->fetch = 0;
  e->flying = false;
  e->awaited = false;
}

static void check_fetch(struct model *m, const tidemark_effect *effect) {
  struct model_entry *e = &m->entries[effect->entry];
  CHECK(!e->flying && effect->id != 0);
  /* A further try of the same fetch, or the first one of a new fetch. */
  CHECK(e->fetch == 0 ? effect->flags == 0 : effect->flags > 0 && effect->id == e->fetch);
  for (uint32_t id = 1; id < MODEL_HANDLES; id++) {
    CHECK(id == effect->entry || m->entries[id].fetch != effect->id);
  }
  e->fetch = effect->id;
  e->flying = true;
}

static void check_drop(struct model *m, uint32_t entry) {
  CHECK(m->entries[entry].fetch == 0 && !m->entries[entry].awaited);
  for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
    CHECK(m->observers[i].id == 0 || m->observers[i].entry != entry);
  }
  m->entries[entry] = (struct model_entry){0};
}

/* What an observer or a caller asks for starts at once, all else at the end of the turn. */
static bool starts_fetch(const tidemark_event *event, uint32_t entry) {
  switch (event->type) {
  case TIDEMARK_OBSERVE:
  case TIDEMARK_SET_OBSERVER:
  case TIDEMARK_FETCH:
    return event->entry == entry;
  default:
    return event->type == TIDEMARK_FLUSH;
  }
}

static void check_entry_effect(struct model *m, const tidemark_effect *effect,
                               const tidemark_event *event) {
  CHECK(effect->entry > 0 && effect->entry < MODEL_HANDLES && m->entries[effect->entry].alive);
  switch (effect->type) {
  case TIDEMARK_EFFECT_SETTLE:
    check_settle(m, effect);
    return;
  case TIDEMARK_EFFECT_FETCH:
    CHECK(starts_fetch(event, effect->entry));
    check_fetch(m, effect);
    return;
  case TIDEMARK_EFFECT_DROP:
    check_drop(m, effect->entry);
    return;
  default:
    return;
  }
}

static void check_stream_effect(struct model *m, const tidemark_effect *effect) {
  CHECK(effect->entry == 0);
  switch (effect->type) {
  case TIDEMARK_EFFECT_TICKET:
    CHECK(effect->id > m->socket);
    m->socket = effect->id;
    m->socket_closed = false;
    return;
  case TIDEMARK_EFFECT_OPEN:
    CHECK(effect->id > m->socket || (effect->id == m->socket && !m->socket_closed));
    m->socket = effect->id;
    m->socket_closed = false;
    return;
  case TIDEMARK_EFFECT_SEND:
    CHECK(effect->id == m->socket && !m->socket_closed);
    CHECK(effect->flags >= TIDEMARK_FRAME_AUTH && effect->flags <= TIDEMARK_FRAME_PONG);
    return;
  case TIDEMARK_EFFECT_CLOSE:
    /* One that was begun and given up within one event was never asked for. */
    CHECK(effect->id > m->socket || (effect->id == m->socket && !m->socket_closed));
    m->socket = effect->id;
    m->socket_closed = true;
    return;
  case TIDEMARK_EFFECT_STATUS:
    CHECK(effect->flags == tidemark_stream_state(m->cache));
    return;
  default:
    CHECK(effect->type == TIDEMARK_EFFECT_WARN);
    CHECK(effect->flags >= TIDEMARK_WARNING_RESOURCE && effect->flags <= TIDEMARK_WARNING_EPOCH);
    return;
  }
}

/* Returns how many there were. */
static size_t drain(struct model *m, const tidemark_event *event) {
  tidemark_effect effects[UINT8_MAX];
  size_t total = 0;
  tidemark_effect last = {0};
  bool done[MODEL_HANDLES] = {false};
  for (;;) {
    size_t count = tidemark_drain(m->cache, effects, m->drain_capacity);
    CHECK(count <= m->drain_capacity);
    if (count == 0) {
      return total;
    }
    for (size_t i = 0; i < count; i++) {
      const tidemark_effect *effect = &effects[i];
      if (effect->type <= TIDEMARK_EFFECT_DROP) {
        check_entry_effect(m, effect, event);
        bool goes_on = effect->entry == last.entry;
        CHECK(goes_on ? effect->type >= last.type : !done[effect->entry]);
        done[effect->entry] = true;
      } else {
        check_stream_effect(m, effect);
      }
      last = *effect;
    }
    total += count;
  }
}

/* ---- States ------------------------------------------------------------------------------------
 */

static bool has(int64_t state, int64_t bit) {
  return (state & bit) != 0;
}

static void count_observers(const struct model *m, uint32_t entry, uint32_t *all,
                            uint32_t *enabled) {
  *all = *enabled = 0;
  for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
    if (m->observers[i].id != 0 && m->observers[i].entry == entry) {
      *all += 1;
      *enabled += m->observers[i].enabled ? 1 : 0;
    }
  }
}

static void check_staleness(const struct model *m, uint32_t id, int64_t state) {
  bool has_data = has(state, TIDEMARK_STATE_HAS_DATA);
  bool marked = has(state, TIDEMARK_STATE_INVALIDATED);
  int never = tidemark_is_stale(m->cache, id, TIDEMARK_STATIC, m->now);
  int by_marks = tidemark_is_stale(m->cache, id, INFINITY, m->now);
  int by_clock = tidemark_is_stale(m->cache, id, 0, m->now);
  CHECK(never == (has_data ? 0 : 1));
  CHECK(by_marks == 1 || (has_data && !marked));
  CHECK(by_clock == 1 || by_marks == 0);
}

static void check_state(const struct model *m, uint32_t id) {
  const struct model_entry *e = &m->entries[id];
  int64_t state = tidemark_state(m->cache, id);
  CHECK(e->alive ? state >= 0 : state == TIDEMARK_ERROR_HANDLE);
  if (!e->alive) {
    return;
  }
  int64_t status = state & TIDEMARK_STATUS_MASK;
  int64_t fetch_status = state & TIDEMARK_FETCH_STATUS_MASK;
  uint32_t all = 0;
  uint32_t enabled = 0;
  uint32_t *layers = NULL;
  count_observers(m, id, &all, &enabled);
  CHECK(status <= TIDEMARK_STATUS_ERROR && fetch_status <= TIDEMARK_FETCH_STATUS_PAUSED);
  CHECK(status != TIDEMARK_STATUS_SUCCESS || has(state, TIDEMARK_STATE_HAS_DATA));
  CHECK(!has(state, TIDEMARK_STATE_INVALIDATED) || has(state, TIDEMARK_STATE_HAS_DATA));
  CHECK(has(state, TIDEMARK_STATE_OBSERVED) == (all > 0));
  CHECK(has(state, TIDEMARK_STATE_ACTIVE) == (enabled > 0));
  CHECK(has(state, TIDEMARK_STATE_LAYERED) == (tidemark_layers(m->cache, id, &layers) > 0));
  CHECK(e->flying ? fetch_status == TIDEMARK_FETCH_STATUS_FETCHING
                  : e->fetch == 0 || fetch_status != TIDEMARK_FETCH_STATUS_IDLE);
  check_staleness(m, id, state);
}

static void check_observers(const struct model *m) {
  for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
    const struct model_observer *o = &m->observers[i];
    int stale = tidemark_observer_is_stale(m->cache, o->id, m->now);
    if (o->id == 0) {
      CHECK(stale == TIDEMARK_ERROR_HANDLE);
    } else {
      CHECK(stale ==
            (o->enabled ? tidemark_is_stale(m->cache, o->entry, o->stale_time, m->now) : 0));
    }
  }
}

static void check_all(const struct model *m) {
  uint32_t alive = 0;
  uint32_t detached = 0;
  for (uint32_t id = 0; id < MODEL_HANDLES; id++) {
    check_state(m, id);
    if (m->entries[id].alive) {
      alive++;
      detached += has(tidemark_state(m->cache, id), TIDEMARK_STATE_DETACHED) ? 1 : 0;
    }
  }
  check_observers(m);
  tidemark_stats stats;
  tidemark_get_stats(m->cache, &stats);
  CHECK(stats.entries == alive && alive - detached <= MODEL_LIMIT);
  CHECK(stats.memory == (double)m->heap.bytes);
  uint32_t *matched = NULL;
  CHECK(tidemark_match(m->cache, NULL, 0, 0, m->now, &matched) == (int)(alive - detached));
  CHECK(!isnan(tidemark_next_deadline(m->cache)));
  const char *epoch = NULL;
  size_t length = 0;
  double seq = tidemark_stream_position(m->cache, &epoch, &length);
  CHECK(seq == -1 || (seq >= 0 && seq == floor(seq)));
  CHECK(strlen(tidemark_detail(m->cache)) < 256);
}

/* ---- For a person who looks into a finding: FUZZ_TRACE=1 prints every event -------------------
 */

static const char *const NAMES[TIDEMARK_EVENT_END] = {
    [TIDEMARK_BUILD] = "BUILD",
    [TIDEMARK_OBSERVE] = "OBSERVE",
    [TIDEMARK_SET_OBSERVER] = "SET_OBSERVER",
    [TIDEMARK_UNOBSERVE] = "UNOBSERVE",
    [TIDEMARK_FETCH] = "FETCH",
    [TIDEMARK_FETCH_SUCCEEDED] = "FETCH_SUCCEEDED",
    [TIDEMARK_FETCH_FAILED] = "FETCH_FAILED",
    [TIDEMARK_SET_DATA] = "SET_DATA",
    [TIDEMARK_SET_TAGS] = "SET_TAGS",
    [TIDEMARK_SET_SCOPES] = "SET_SCOPES",
    [TIDEMARK_INVALIDATE] = "INVALIDATE",
    [TIDEMARK_REFETCH] = "REFETCH",
    [TIDEMARK_CANCEL] = "CANCEL",
    [TIDEMARK_REMOVE] = "REMOVE",
    [TIDEMARK_RESET] = "RESET",
    [TIDEMARK_RULES] = "RULES",
    [TIDEMARK_CHANGE] = "CHANGE",
    [TIDEMARK_MUTATION_BEGIN] = "MUTATION_BEGIN",
    [TIDEMARK_MUTATION_LAYER] = "MUTATION_LAYER",
    [TIDEMARK_MUTATION_ACKNOWLEDGED] = "MUTATION_ACKNOWLEDGED",
    [TIDEMARK_MUTATION_FAILED] = "MUTATION_FAILED",
    [TIDEMARK_FLUSH] = "FLUSH",
    [TIDEMARK_TICK] = "TICK",
    [TIDEMARK_ONLINE] = "ONLINE",
    [TIDEMARK_VISIBLE] = "VISIBLE",
    [TIDEMARK_FORGET] = "FORGET",
    [TIDEMARK_SCOPES] = "SCOPES",
    [TIDEMARK_CONNECT] = "CONNECT",
    [TIDEMARK_DISCONNECT] = "DISCONNECT",
    [TIDEMARK_TICKET_READY] = "TICKET_READY",
    [TIDEMARK_TICKET_FAILED] = "TICKET_FAILED",
    [TIDEMARK_SOCKET_OPENED] = "SOCKET_OPENED",
    [TIDEMARK_SOCKET_TEXT] = "SOCKET_TEXT",
    [TIDEMARK_SOCKET_CLOSED] = "SOCKET_CLOSED",
};

static void print(const struct model *m, const tidemark_event *event, int result) {
  const char *name = event->type < TIDEMARK_EVENT_END ? NAMES[event->type] : NULL;
  fprintf(stderr, "%.17g %s entry %u observer %u mutation %u id %u -> %d, deadline %.17g\n", m->now,
          name == NULL ? "?" : name, event->entry, event->observer, event->mutation, event->id,
          result, tidemark_next_deadline(m->cache));
  if (event->type == TIDEMARK_RULES || event->type == TIDEMARK_CHANGE ||
      event->type == TIDEMARK_SOCKET_TEXT) {
    fprintf(stderr, "    %.*s\n", (int)event->text.length, event->text.bytes);
  }
}

/* ---- One event ---------------------------------------------------------------------------------
 */

static struct model_observer observer_of(const tidemark_event *event, uint32_t id) {
  return (struct model_observer){id, event->entry, event->observer_options.enabled != 0,
                                 event->observer_options.stale_time};
}

static void remember(struct model *m, const tidemark_event *event, int result) {
  switch (event->type) {
  case TIDEMARK_BUILD:
    CHECK(result > 0 && result < MODEL_HANDLES);
    m->entries[result].alive = true;
    return;
  case TIDEMARK_OBSERVE:
    for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
      if (m->observers[i].id == 0) {
        m->observers[i] = observer_of(event, (uint32_t)result);
        return;
      }
    }
    CHECK(!"the model has room for it");
    return;
  case TIDEMARK_SET_OBSERVER:
  case TIDEMARK_UNOBSERVE:
    for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
      struct model_observer *o = &m->observers[i];
      if (o->id == event->observer && o->id != 0) {
        bool stays = event->type == TIDEMARK_SET_OBSERVER;
        *o = stays ? observer_of(event, o->id) : (struct model_observer){0};
      }
    }
    return;
  case TIDEMARK_FETCH:
    CHECK(result == TIDEMARK_FETCHING_WANTED || result == TIDEMARK_FETCHING_FRESH);
    m->entries[event->entry].awaited =
        m->entries[event->entry].awaited || result == TIDEMARK_FETCHING_WANTED;
    return;
  case TIDEMARK_FETCH_SUCCEEDED: {
    bool flew = event->entry < MODEL_HANDLES && m->entries[event->entry].flying &&
                m->entries[event->entry].fetch == event->id;
    CHECK((result != TIDEMARK_LANDING_LATE) == flew);
    return;
  }
  case TIDEMARK_FETCH_FAILED:
    if (event->entry < MODEL_HANDLES && m->entries[event->entry].fetch == event->id) {
      m->entries[event->entry].flying = false;
    }
    return;
  case TIDEMARK_MUTATION_BEGIN:
    for (uint32_t i = 0; i < MODEL_MUTATIONS; i++) {
      CHECK(m->mutations[i] != (uint32_t)result);
    }
    for (uint32_t i = 0; i < MODEL_MUTATIONS; i++) {
      if (m->mutations[i] == 0) {
        m->mutations[i] = (uint32_t)result;
        return;
      }
    }
    CHECK(!"the model has room for it");
    return;
  case TIDEMARK_MUTATION_ACKNOWLEDGED:
  case TIDEMARK_MUTATION_FAILED:
    for (uint32_t i = 0; i < MODEL_MUTATIONS; i++) {
      m->mutations[i] = m->mutations[i] == event->mutation ? 0 : m->mutations[i];
    }
    return;
  default:
    return;
  }
}

int model_step(struct model *m, tidemark_event event) {
  struct snapshot before = look(m);
  m->heap.refused = false;
  int result = tidemark_step(m->cache, &event, m->now);
  m->heap.countdown = 0;
  if (m->traced) {
    print(m, &event, result);
  }
  CHECK(result >= TIDEMARK_ERROR_OPTION);
  CHECK(result != TIDEMARK_ERROR_MEMORY || m->heap.refused);
  CHECK(tidemark_error_text(result < 0 ? result : 0)[0] != '\0');
  if (result >= 0) {
    remember(m, &event, result);
  }
  size_t effects = drain(m, &event);
  bool timers_ran = m->moved || before.deadline <= m->now;
  if (result < 0 && !timers_ran) {
    struct snapshot after = look(m);
    CHECK(effects == 0);
    check_same(&before, &after);
  }
  m->moved = false;
  check_all(m);
  return result;
}

/* ---- The end -----------------------------------------------------------------------------------
 */

void model_end_all(struct model *m) {
  model_step(m, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  for (uint32_t i = 0; i < MODEL_OBSERVERS; i++) {
    if (m->observers[i].id != 0) {
      CHECK(model_step(m, (tidemark_event){.type = TIDEMARK_UNOBSERVE,
                                           .observer = m->observers[i].id}) == TIDEMARK_OK);
    }
  }
  for (uint32_t i = 0; i < MODEL_MUTATIONS; i++) {
    if (m->mutations[i] != 0) {
      CHECK(model_step(m, (tidemark_event){.type = TIDEMARK_MUTATION_FAILED,
                                           .mutation = m->mutations[i]}) == TIDEMARK_OK);
    }
  }
  for (uint32_t id = 1; id < MODEL_HANDLES; id++) {
    if (m->entries[id].alive) {
      CHECK(model_step(m, (tidemark_event){.type = TIDEMARK_REMOVE,
                                           .list = {.entries = &id, .count = 1}}) == 1);
      CHECK(!m->entries[id].alive);
    }
  }
  CHECK(isinf(tidemark_next_deadline(m->cache)));
}
